import { readFileSync } from 'node:fs';
import { FAILURE_REASONS, type Stop } from '../../../src/diagnostics/pipeline-codes.ts';
import { REASON_TEXT, stopText } from '../../../src/review/text/pipeline.ts';

const SECTIONS = [...readFileSync('docs/failures.md', 'utf8').matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];

test('every reason has a section in docs/failures.md, and every section is of a reason', () => {
  expect(SECTIONS.map(([, name]) => name)).toEqual([...FAILURE_REASONS]);
  expect(SECTIONS.filter(([, , text = '']) => text.trim().length < 60)).toEqual([]);
  expect(Object.keys(REASON_TEXT)).toEqual([...FAILURE_REASONS]);
});

const COMMITS = { commit: 'a'.repeat(40), last: { commit: 'b'.repeat(40), at: '2026-11-25T11:04:00Z' } };
const STOPS: readonly Stop[] = [
  { reason: 'no-approved-plan', file: 'manifest.json', because: 'it is not JSON' },
  { reason: 'plan-changed', unreviewed: ['aws_iam_user.member_bo'], missing: [], tools: null },
  {
    reason: 'plan-changed',
    unreviewed: [],
    missing: [],
    tools: { reviewed: 'OpenTofu 1.12.6', now: 'OpenTofu 1.12.7' },
  },
  { reason: 'superseded', ...COMMITS, known: true },
  { reason: 'superseded', ...COMMITS, known: false },
  { reason: 'guardrail-blocked', codes: ['too-many-removals'] },
  { reason: 'not-converged', addresses: Array.from({ length: 14 }, (_, index) => `aws_iam_user.member_${index}`) },
];

test.each(STOPS)('$reason says what is so, what state things are in, and what to do', (stop) => {
  const text = stopText(stop);
  expect(text.split('\n').length).toBeGreaterThan(1);
  expect(text).toMatch(/Nothing was changed|Everything was applied/);
  expect(text).not.toMatch(/undefined|\[object/);
});

test('a list that is cut says by how much', () => {
  expect(stopText(STOPS[6] as Stop)).toContain('and 4 more');
});
