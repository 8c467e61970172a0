import { staleDriftCheck, staleDriftText } from '../../../src/review/comment/stale-drift-check.ts';
import { plainText } from '../../../src/text/text.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
const MINUTE = 1 / 60;

/** Hours since the workflow was created, since its last success (null for none), and between two checks. */
const MOMENTS: readonly (readonly [what: string, age: number, last: number | null, every: number, overdue: boolean])[] =
  [
    ['a check of this morning', 5_000, 7, 24, false],
    ['a minute less than twice the period ago', 5_000, 48 - MINUTE, 24, false],
    ['exactly twice the period ago', 5_000, 48, 24, false],
    ['a minute more', 5_000, 48 + MINUTE, 24, true],
    ['a weekly check', 5_000, 330, 168, false],
    ['a weekly check that failed twice', 5_000, 340, 168, true],
    ['an hourly check', 5_000, 2 + MINUTE, 1, true],
    ['set up just now', 0, null, 24, false],
    ['set up yesterday, no success yet', 47, null, 24, false],
    ['set up three days ago, no success yet', 72, null, 24, true],
    ['a check in the future, by a wrong clock', 5_000, -3, 24, false],
  ];

test.each(MOMENTS)('%s', (_what, age, last, everyHours, overdue) => {
  const workflow = { createdAt: hoursAgo(age), state: 'active' };
  const asked = { file: 'drift.yml', workflow, last: last === null ? null : { at: hoursAgo(last) } };
  expect(staleDriftCheck(asked, { everyHours, now: NOW })).toEqual(
    overdue
      ? {
          workflow: 'drift.yml',
          last: last === null ? null : hoursAgo(last),
          since: workflow.createdAt,
          everyHours,
          off: null,
        }
      : null,
  );
});

test('without the workflow there is no warning', () => {
  expect(staleDriftCheck({ file: 'drift.yml', workflow: null, last: null }, { everyHours: 24, now: NOW })).toBeNull();
});

test('an unreadable moment is no warning', () => {
  const workflow = { createdAt: 'some day', state: 'active' };
  expect(staleDriftCheck({ file: 'drift.yml', workflow, last: null }, { everyHours: 24, now: NOW })).toBeNull();
});

test.each([
  ['active', null],
  ['disabled_manually', 'someone'],
  ['disabled_inactivity', 'github'],
  ['disabled_fork', 'github'],
] as const)('a workflow that is %s', (state, off) => {
  const asked = { file: 'drift.yml', workflow: { createdAt: hoursAgo(900), state }, last: { at: hoursAgo(100) } };
  expect(staleDriftCheck(asked, { everyHours: 24, now: NOW })).toMatchObject({ off });
  // Who switched it off this morning has a check of this morning.
  expect(staleDriftCheck({ ...asked, last: { at: hoursAgo(5) } }, { everyHours: 24, now: NOW })).toBeNull();
});

test('the notice is one line with the last check, its age and the period', () => {
  const stale = { workflow: 'drift.yml', last: hoursAgo(120), since: hoursAgo(900), everyHours: 24, off: null };
  expect(plainText(staleDriftText(stale, NOW))).toBe(
    'Drift was last checked 20 Nov 2026 12:00 UTC (5 days ago), although drift.yml is due every 24 hours. Newer manual changes may be undetected. See its runs under Actions.',
  );
});
