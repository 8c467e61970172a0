import { type EngineEvent, streamReader } from '../../../src/terraform/run/apply-stream.ts';
import { progressLine } from '../../../src/terraform/run/progress.ts';
import { recordedNames, recordedText } from '../../support/recorded-plan.ts';

function eventsOf(text: string, total = 0): { events: EngineEvent[]; progress: { done: number; total: number } } {
  const reader = streamReader(total);
  const events = text.split('\n').flatMap((line) => reader.read(line) ?? []);
  return { events, progress: reader.progress };
}

describe('every recorded stream', () => {
  test.each(recordedNames('.apply.jsonl'))(
    '%s: what is done adds up to what was planned and to the summary',
    (name) => {
      const { events, progress } = eventsOf(recordedText(`${name}.apply.jsonl`));
      const done = events.filter(({ kind }) => kind === 'done');
      const summary = events.find((event) => event.kind === 'summary');
      if (summary?.kind !== 'summary') throw new Error('no summary');
      expect(progress).toEqual({ done: done.length, total: done.length });
      expect(summary.add + summary.change + summary.remove).toBe(done.length);
      expect(done.map((event) => 'done' in event && event.done)).toEqual(done.map((_event, index) => index + 1));
      expect(events.filter(({ kind }) => kind === 'failed' || kind === 'diagnostic')).toEqual([]);
    },
  );

  test.each(recordedNames('.apply.jsonl'))('%s: every step is reported as text, without an address', (name) => {
    const lines = eventsOf(recordedText(`${name}.apply.jsonl`)).events.flatMap((event) => progressLine(event) ?? []);
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
  const { events } = eventsOf(recordedText('09-member-leaves-with-keys.apply.jsonl'));
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
    id: null,
    done: 0,
    total: 3,
    elapsed: 3,
  });
  expect(reader.errors).toEqual([diagnostic]);
  expect(reader.progress).toEqual({ done: 0, total: 3 });
});

test('a replacement is two steps', () => {
  const reader = streamReader();
  const planned = { resource: { addr: 'a.b' }, action: 'replace' };
  expect(reader.read(JSON.stringify({ type: 'planned_change', change: planned }))).toMatchObject({ total: 2 });
});
