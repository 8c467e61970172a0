import { type ConcurrentOutcome, concurrencyProblems } from '../../conformance/concurrent-applies.ts';

const GOOD: ConcurrentOutcome = {
  endings: ['applied', 'state-locked'],
  created: 1,
  leftToDo: [],
  members: ['ada', 'bo', 'cy', 'eve', 'fay', 'gus'],
};

test.each([
  ['one is refused at the lock', GOOD],
  ['one is refused because its plan is old', { ...GOOD, endings: ['plan-stale', 'applied'] as const }],
  ['one waited and found nothing to do', { ...GOOD, endings: ['applied', 'nothing to do'] as const }],
])('nothing is lost where %s', (_name, outcome) => {
  expect(concurrencyProblems(outcome)).toEqual([]);
});

test.each([
  ['neither goes through', { ...GOOD, endings: ['state-locked', 'state-locked'] as const }, 'neither apply'],
  ['one fails for another reason', { ...GOOD, endings: ['applied', 'name-exists'] as const }, 'name-exists'],
  ['the member is created twice', { ...GOOD, created: 2 }, 'created 2 times'],
  ['the member is never created', { ...GOOD, created: 0 }, 'created 0 times'],
  ['something is left to do', { ...GOOD, leftToDo: ['aws_iam_user.member_eve: create'] }, 'member_eve'],
  ['someone is gone', { ...GOOD, members: ['ada'] }, 'users are ada'],
])('it is recorded where %s', (_name, outcome, words) => {
  const problems = concurrencyProblems(outcome);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(words);
});
