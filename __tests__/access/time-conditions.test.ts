import { emptyModel } from '../../src/access/model.ts';
import { sharedContextOf } from '../../src/access/request-context.ts';
import { earlier, later, laterMoments, timeOfDeny } from '../../src/access/time-conditions.ts';
import type { Statement } from '../../src/iam/document.ts';
import { AT, after, says, statement, withUser } from '../support/changed-account.ts';

const JUNE = Date.parse('2027-06-01T00:00:00Z');
const NEVER = { starts: null, ends: null };
const deny = (Condition?: Statement['Condition']) =>
  statement('Deny', '*', Condition === undefined ? {} : { Condition });
const time = (operator: string, ...moments: readonly string[]) => deny({ [operator]: { 'AWS:CurrentTime': moments } });

test.each<[string, Statement, ReturnType<typeof timeOfDeny>]>([
  ['always', deny(), NEVER],
  ['from a moment on', time('DateGreaterThanEquals', '2027-06-01'), { starts: JUNE, ends: null }],
  ['after a moment', time('DateGreaterThan', '2027-06-01'), { starts: JUNE, ends: null }],
  ['from the first of two', time('DateGreaterThan', '2027-07-01', '2027-06-01'), { starts: JUNE, ends: null }],
  ['until a moment', time('DateLessThan', '2027-06-01'), { starts: null, ends: JUNE }],
  ['until and at a moment', time('DateLessThanEquals', '2027-06-01'), { starts: null, ends: JUNE + 1_000 }],
  ['until the last of two', time('DateLessThan', '2027-06-01', '2027-05-01'), { starts: null, ends: JUNE }],
  ['at a moment', time('DateEquals', '2027-06-01'), NEVER],
  ['from a day that there is not', time('DateGreaterThan', '2027-06-31', '2027-06-01'), NEVER],
  ['from no moment', time('DateGreaterThan'), NEVER],
  ['by another key', deny({ DateGreaterThan: { 'aws:TokenIssueTime': '2027-06-01' } }), NEVER],
  [
    'from a moment on, under another condition',
    deny({ DateGreaterThan: { 'aws:CurrentTime': '2027-06-01' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    NEVER,
  ],
])('a Deny that holds %s', (_when, given, expected) => {
  expect(timeOfDeny(given)).toEqual(expected);
});

test.each([
  [null, null, null, null],
  [1, null, 1, 1],
  [null, 1, 1, 1],
  [1, 2, 1, 2],
  [2, 1, 1, 2],
])('of %p and %p the earlier is %p and the later %p', (one, other, first, last) => {
  expect([earlier(one, other), later(one, other)]).toEqual([first, last]);
});

test('the time of a call in whole seconds is the last one that has begun', () => {
  const at = new Date(JUNE + 999);
  expect(sharedContextOf(emptyModel('123456789012'), { at })['aws:EpochTime']).toBe(String(JUNE / 1_000));
});

test('the moments from which on access can change are those to come, and right after each', () => {
  const document = (day: string) => says(statement('Allow', '*', after(day)));
  const days = Array.from({ length: 20 }, (_, index) => `2028-01-${String(index + 1).padStart(2, '0')}`);
  const at = (documents: Parameters<typeof laterMoments>[1]) =>
    laterMoments([], documents, AT).map((each) => each.getTime());
  expect(at([document('2027-06-01'), document('2026-06-01'), null])).toEqual([JUNE, JUNE + 1]);
  const epoch = (second: string) => says(statement('Allow', '*', { Condition: { Bool: { 'AWS:EpochTime': second } } }));
  expect(at([epoch(`${JUNE / 1_000}`)])).toEqual([JUNE, JUNE + 1_000]);
  expect(at([epoch(`${JUNE / 1_000}.5`)])).toEqual([JUNE + 500, JUNE + 1_000]);
  expect(at([document(AT.toISOString())])).toEqual([AT.getTime() + 1]);
  expect(at(days.map(document))).toHaveLength(2 * days.length);
  expect(at([document('2028-01-01'), says(...days.map((day) => statement('Allow', '*', after(day))))])).toHaveLength(
    32,
  );
  const users = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      withUser({ name: `u${index}`, inline: [{ name: 'x', document: document('2027-06-01') }] }),
    ).reduce((model, add) => add(model), emptyModel('123456789012'));
  expect(laterMoments([users(20)], [], AT)).toHaveLength(2);
  // Of more users, only the policies that they share.
  expect(laterMoments([users(21)], [], AT)).toEqual([]);
});
