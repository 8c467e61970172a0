import { RESOURCES } from '../../../src/terraform/resources.ts';
import type { EngineEvent } from '../../../src/terraform/run/apply-stream.ts';
import { progressBar, progressLine, progressView, stepText } from '../../../src/terraform/run/progress.ts';

const step = (kind: 'done' | 'failed', address: string, done: number, action = 'create', elapsed = 0): EngineEvent => ({
  kind,
  address,
  action,
  id: null,
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

test('every type of ours has words of its own', () => {
  const words = Object.keys(RESOURCES).map((type) => stepText(`${type}.role_x`, 'create'));
  expect(words.filter((text) => text.includes('aws_'))).toEqual([]);
  expect(new Set(words).size).toBe(Object.keys(RESOURCES).length);
});

test('a line for each step, with a counter as wide as the total and the time where it was long', () => {
  expect(progressLine(step('done', 'aws_iam_user.member_eve', 3))).toBe('[ 3/12] user eve created');
  expect(progressLine(step('done', 'aws_iam_user.member_eve', 10, 'delete', 4))).toBe('[10/12] user eve deleted (4 s)');
  expect(progressLine(step('failed', 'aws_iam_user.member_eve', 2))).toBe('[ 2/12] failed: user eve created');
  expect(progressLine({ kind: 'planned', address: 'a.b', action: 'create', total: 1 })).toBeNull();
});

test.each([
  [0, 6, '░░░░░░░░░░ 0/6'],
  [3, 6, '█████░░░░░ 3/6'],
  [6, 6, '██████████ 6/6'],
  [0, 0, '██████████ 0/0'],
  [9, 6, '██████████ 9/6'],
])('the bar at %i of %i', (done, total, bar) => {
  expect(progressBar(done, total, 10)).toBe(bar);
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

  test.each([true, false])(
    'what an engine says of steps that it did not begin is left out (terminal: %s)',
    (isTerminal) => {
      const halted: EngineEvent = {
        kind: 'diagnostic',
        diagnostic: { severity: 'error', summary: 'execution halted', detail: '', address: null },
      };
      expect(shown(isTerminal, [...events.slice(0, 1), halted])).toBe(shown(isTerminal, events.slice(0, 1)));
    },
  );

  test('nothing is printed where nothing happened', () => {
    expect(shown(true, [])).toBe('');
  });
});
