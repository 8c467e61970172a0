import { RESOURCES } from '../../../src/terraform/resources.ts';
import {
  type EngineEvent,
  keyOfBootstrap,
  progressLine,
  progressView,
  stepText,
  streamReader,
} from '../../../src/terraform/run/progress.ts';
import { recordedNames, recordedText } from '../../support/recorded-plan.ts';

const step = (kind: 'done' | 'failed', address: string, done: number, action = 'create', elapsed = 0): EngineEvent => ({
  kind,
  address,
  action,
  done,
  total: 12,
  elapsed,
});

test.each([
  ['aws_iam_user.member_eve', 'create', 'user eve created'],
  ['aws_iam_user.member_ada_2elovelace', 'delete', 'user ada.lovelace deleted'],
  ['aws_iam_user_policy.member_bo_limits', 'update', 'inline policy limits of bo changed'],
  ['aws_iam_group_membership.role_results-reader', 'update', 'members of results-reader changed'],
  ['aws_iam_group_policy_attachment.role_paymaster_own', 'create', 'policy of group paymaster attached'],
  [
    'aws_iam_group_policy_attachment.role_full-access_AmazonMechanicalTurkFullAccess',
    'delete',
    'AmazonMechanicalTurkFullAccess of group full-access detached',
  ],
  ['aws_iam_policy.boundary', 'create', 'permissions boundary created'],
  ['aws_iam_user_policies_exclusive.member_bo', 'update', 'exclusive inline policies of bo changed'],
  ['aws_iam_group_membership.role_x', 'delete', 'members of x removed'],
  ['aws_s3_bucket.state', 'create', 'aws_s3_bucket.state created'],
  ['aws_iam_user.member_eve', 'tea', 'user eve tea'],
])('%s %s: %s', (address, action, text) => {
  expect(stepText(address, action)).toBe(text);
});

test('in the bootstrap stack, a role has its path and name', () => {
  const keyOf = keyOfBootstrap('perception-lab');
  expect(
    ['aws_iam_role.apply', 'aws_iam_role_policy.apply', 'aws_iam_policy.boundary'].map((each) =>
      stepText(each, 'create', keyOf),
    ),
  ).toEqual([
    'role /mturk-roles/perception-lab/perception-lab-apply created',
    'permissions of role /mturk-roles/perception-lab/perception-lab-apply created',
    'permissions boundary created',
  ]);
});

test('every type of ours has words of its own', () => {
  const words = Object.keys(RESOURCES).map((type) => stepText(`${type}.role_x`, 'create'));
  expect(words.filter((text) => text.includes('aws_'))).toEqual([]);
  expect(new Set(words).size).toBe(Object.keys(RESOURCES).length);
});

test('a line for each step, with a counter as wide as the total and the time where it was long', () => {
  expect(progressLine(step('done', 'aws_iam_user.member_eve', 3))).toBe('[ 3/12] user eve created');
  expect(progressLine(step('done', 'aws_iam_user.member_eve', 10, 'delete', 4))).toBe('[10/12] user eve deleted (4 s)');
  expect(progressLine(step('failed', 'aws_iam_user.member_eve', 2))).toBe('[ 2/12] failed: user eve created');
});

describe('the view', () => {
  const shown = (isTerminal: boolean, events: readonly EngineEvent[]): string => {
    let text = '';
    const view = progressView({ write: (part) => (text += part), isTerminal, columns: 60 });
    for (const event of events) view.show(event);
    view.end();
    return text;
  };
  const events = [
    step('done', 'aws_iam_user.member_eve', 1),
    step('failed', 'aws_iam_user.member_bo', 1),
    step('done', 'aws_iam_user.member_cy', 2),
  ];

  test('off a terminal is plain lines', () => {
    expect(shown(false, events)).toBe(
      '[ 1/12] user eve created\n[ 1/12] failed: user bo created\n[ 2/12] user cy created\n',
    );
  });

  test('on a terminal one bar is redrawn, and what failed stays above it', () => {
    const clear = '\r\u001b[2K';
    expect(shown(true, events)).toBe(
      `${clear}█░░░░░░░░░░░░░░░░░░░ 1/12  user eve created${clear}[ 1/12] failed: user bo created\n${clear}███░░░░░░░░░░░░░░░░░ 2/12  user cy created\n`,
    );
  });

  test('a long step is cut to the terminal, because a line that wraps cannot be redrawn', () => {
    const text = shown(true, [
      step('done', 'aws_iam_group_policy_attachment.role_x_AmazonMechanicalTurkFullAccess', 1),
    ]);
    expect(text.replace('\r\u001b[2K', '').trimEnd().length).toBeLessThan(60);
  });

  test.each([
    [true, 'execution halted'],
    [false, 'execution halted'],
    [false, 'Applied changes may be incomplete'],
    [false, 'Resource targeting is in effect'],
  ])(
    'what an engine says of steps that it did not begin or were not targeted is left out (terminal: %s): %s',
    (isTerminal, summary) => {
      const halted: EngineEvent = {
        kind: 'diagnostic',
        diagnostic: { severity: 'error', summary, detail: '', address: null },
      };
      expect(shown(isTerminal, [...events.slice(0, 1), halted])).toBe(shown(isTerminal, events.slice(0, 1)));
    },
  );

  test('nothing is printed where nothing happened', () => {
    expect(shown(true, [])).toBe('');
  });
});

function eventsOf(text: string, total = 0): { events: EngineEvent[]; progress: { done: number; total: number } } {
  const reader = streamReader(total);
  const events = text.split('\n').flatMap((line) => reader.read(line) ?? []);
  return { events, progress: reader.progress };
}

describe('every recorded stream', () => {
  test.each(recordedNames('.apply.jsonl'))('%s: what is done adds up to its summary', (name) => {
    const text = recordedText(`${name}.apply.jsonl`);
    const [, ...counts] = /Resources: (\d+) added, (\d+) changed, (\d+) destroyed/.exec(text) ?? [];
    const sum = counts.reduce((all, count) => all + Number(count), 0);
    const { events, progress } = eventsOf(text, sum);
    expect(progress).toEqual({ done: sum, total: sum });
    expect(events.map((event) => event.kind === 'done' && event.done)).toEqual(
      events.map((_event, index) => index + 1),
    );
  });

  test.each(recordedNames('.apply.jsonl'))('%s: every step is reported as text, without an address', (name) => {
    const lines = eventsOf(recordedText(`${name}.apply.jsonl`), 10).events.flatMap(
      (event) => progressLine(event) ?? [],
    );
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      expect(line).toMatch(
        /^\[ ?\d+\/\d+\] \S.* (created|changed|deleted|added|removed|attached|detached|(no longer )?enforced)( \(\d+ s\))?$/,
      );
      expect(line).not.toMatch(/aws_|member_|role_/);
    }
  });
});

test('the ninth step reads as a person would say it', () => {
  const { events } = eventsOf(recordedText('09-member-leaves-with-keys.apply.jsonl'), 5);
  expect(events.flatMap((event) => progressLine(event) ?? [])).toEqual([
    '[1/5] exclusive policy attachments of eve no longer enforced',
    '[2/5] exclusive inline policies of eve no longer enforced',
    '[3/5] user eve deleted',
    '[4/5] members of results-reader changed',
    '[5/5] members of task-publisher changed',
  ]);
});

test.each([
  ['text that is no JSON', 'Terraform will perform'],
  ['half a line', '{"type":"apply_complete","hook":{"resou'],
  ['an unknown type', '{"type":"tea_break","hook":{"resource":{"addr":"a.b"},"action":"create"}}'],
  ['a hook of another shape', '{"type":"apply_complete","hook":{"resource":"a.b"}}'],
  ['a list', '[1]'],
  ['nothing', ''],
])('%s is left out', (_case, text) => {
  expect(eventsOf(text)).toEqual({ events: [], progress: { done: 0, total: 0 } });
});

test('a failure does not count as done, and its diagnostic is kept with its address', () => {
  const reader = streamReader(3);
  const hook = { resource: { addr: 'aws_iam_user.member_bo' }, action: 'create' };
  const diagnostic = {
    severity: 'error',
    summary: 'creating IAM User',
    detail: 'EntityAlreadyExists',
    address: 'aws_iam_user.member_bo',
  };
  const failed = reader.read(JSON.stringify({ type: 'apply_errored', hook: { ...hook, elapsed_seconds: 3 } }));
  reader.read(JSON.stringify({ type: 'diagnostic', '@level': 'error', diagnostic }));
  reader.read(
    JSON.stringify({ type: 'diagnostic', '@level': 'warn', diagnostic: { ...diagnostic, severity: 'warning' } }),
  );
  expect(failed).toEqual({
    kind: 'failed',
    address: hook.resource.addr,
    action: 'create',
    done: 0,
    total: 3,
    elapsed: 3,
  });
  expect(reader.errors).toEqual([diagnostic]);
  expect(reader.progress).toEqual({ done: 0, total: 3 });
});
