import { type Difference, judge, type ListedDifference } from '../../conformance/compare-steps.ts';
import { MOTO_DIFFERENCES, RELEASED_PROVIDER_DIFFERENCES } from '../../conformance/listed-differences.ts';

function difference(
  aspect: Difference['aspect'],
  subject: string,
  reference: string | null,
  other: string | null,
  step = 'create',
): Difference {
  return { step, aspect, subject, reference, other };
}

function isExcused(found: Difference, listed: readonly ListedDifference[]): boolean {
  return judge([found], listed).unexpected.length === 0;
}

const NEVER: readonly [string, Difference][] = [
  ['an operation that someone gains', difference('access', 'bo SendBonus', null, 'allowed')],
  ['an operation that someone loses', difference('access', 'bo GetHIT', 'allowed', null)],
  ['a user who is missing', difference('access', 'bo', 'exists', null)],
  ['a group that is joined', difference('account', 'user bo groups', '["a"]', '["a","b"]')],
  ['a document', difference('account', 'policy arn document', '{"a":1}', '{"a":2}')],
  ['a boundary', difference('account', 'user bo boundary', '"arn"', 'null')],
  ['a change that is not planned', difference('changes', 'aws_iam_user.member_bo', 'create', null)],
  ['a change that is planned besides', difference('changes', 'aws_iam_user.member_bo', null, 'delete')],
  [
    'drift that is not seen',
    difference('drift', 'aws_iam_policy.role_x', 'update (policy)', null, 'six manual changes'),
  ],
  ['a user created twice', difference('apply calls', 'CreateUser', '1', '2')],
  ['a key that is left', difference('apply calls', 'DeleteAccessKey', '1', null, 'a member with a key leaves')],
];

describe('what no list excuses', () => {
  test.each(NEVER)('%s, with the released provider', (_name, found) => {
    expect(isExcused(found, RELEASED_PROVIDER_DIFFERENCES)).toBe(false);
  });

  test.each(NEVER)('%s, with moto', (_name, found) => {
    expect(isExcused(found, MOTO_DIFFERENCES)).toBe(false);
  });
});

describe('the list of the released provider', () => {
  const exclusive = 'aws_iam_user_policies_exclusive.member_gus';
  const six = 'six more, behind the exclusives';

  test.each([
    ['exclusives that are not there', difference('changes', exclusive, 'create', null)],
    ['what exclusives read', difference('plan calls', 'ListUserPolicies', '5', null)],
    ['a boundary that was taken away', difference('drift', 'aws_iam_user.member_gus', 'update (x)', null, six)],
    ['asking twice who it is', difference('plan calls', 'GetCallerIdentity', '1', '2')],
  ])('excuses %s', (_name, found) => {
    expect(isExcused(found, RELEASED_PROVIDER_DIFFERENCES)).toBe(true);
  });

  test.each([
    ['exclusives that appear from nowhere', difference('changes', exclusive, null, 'create')],
    ['reads that the released provider makes besides', difference('plan calls', 'ListUserPolicies', '5', '6')],
    ['another user whose boundary is not seen', difference('drift', 'aws_iam_user.member_bo', 'update', null, six)],
    ['a boundary not seen in another step', difference('drift', 'aws_iam_user.member_gus', 'update', null)],
    ['asking three times who it is', difference('plan calls', 'GetCallerIdentity', '1', '3')],
    ['fewer reads of a group in a plan', difference('plan calls', 'GetGroup', '10', '5')],
  ])('does not excuse %s', (_name, found) => {
    expect(isExcused(found, RELEASED_PROVIDER_DIFFERENCES)).toBe(false);
  });
});

test('every reason is a sentence, and each list names one only once', () => {
  for (const list of [RELEASED_PROVIDER_DIFFERENCES, MOTO_DIFFERENCES]) {
    expect(new Set(list.map(({ reason }) => reason)).size).toBe(list.length);
    for (const { reason } of list) expect(reason).toMatch(/\.$/);
  }
});
