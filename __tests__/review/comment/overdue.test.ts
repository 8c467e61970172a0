import { staleDriftCheck } from '../../../src/review/comment/stale-drift-check.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
const MINUTE = 1 / 60;

/** Hours since GitHub knows the workflow, since its last good run (null for none), and between two looks. */
const MOMENTS: readonly (readonly [what: string, age: number, last: number | null, every: number, overdue: boolean])[] =
  [
    ['a look of this morning', 5_000, 7, 24, false],
    ['a look that is late by a day but a minute', 5_000, 48 - MINUTE, 24, false],
    ['a look exactly twice the period ago', 5_000, 48, 24, false],
    ['a minute more', 5_000, 48 + MINUTE, 24, true],
    ['looks by the week', 5_000, 330, 168, false],
    ['looks by the week, of which two did not come', 5_000, 340, 168, true],
    ['looks by the hour', 5_000, 2 + MINUTE, 1, true],
    ['set up just now', 0, null, 24, false],
    ['set up yesterday, and it has not gone well yet', 47, null, 24, false],
    ['set up three days ago, and it has never gone well', 72, null, 24, true],
    ['a look in the future, by a clock that is wrong', 5_000, -3, 24, false],
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

test('where there is no such workflow nobody meant to look', () => {
  expect(staleDriftCheck({ file: 'drift.yml', workflow: null, last: null }, { everyHours: 24, now: NOW })).toBeNull();
});

test('a moment that cannot be read is no warning', () => {
  const workflow = { createdAt: 'some day', state: 'active' };
  expect(staleDriftCheck({ file: 'drift.yml', workflow, last: null }, { everyHours: 24, now: NOW })).toBeNull();
});

test.each([
  ['active', null],
  ['disabled_manually', 'somebody'],
  ['disabled_inactivity', 'github'],
  ['disabled_fork', 'github'],
] as const)('a workflow that is %s', (state, off) => {
  const asked = { file: 'drift.yml', workflow: { createdAt: hoursAgo(900), state }, last: { at: hoursAgo(100) } };
  expect(staleDriftCheck(asked, { everyHours: 24, now: NOW })).toMatchObject({ off });
  // Who switched it off this morning has a look of this morning.
  expect(staleDriftCheck({ ...asked, last: { at: hoursAgo(5) } }, { everyHours: 24, now: NOW })).toBeNull();
});
