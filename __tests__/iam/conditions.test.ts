import { conditionsHold, isUnderstood } from '../../src/iam/conditions.ts';
import type { ConditionBlock } from '../../src/iam/document.ts';
import { hasVariables, type RequestContext } from '../../src/iam/pattern.ts';

const VERSION = '2012-10-17';
const CONTEXT: RequestContext = {
  'aws:CurrentTime': '2026-11-25T12:00:00.000Z',
  'aws:EpochTime': '1795608000',
  'aws:username': 'lab-bo',
  'aws:PrincipalArn': 'arn:aws:iam::123456789012:user/mturk/lab/lab-bo',
  'aws:SourceIp': '192.0.2.77',
  'aws:VpcSourceIp': '2001:db8:1234::9',
  'aws:SecureTransport': 'true',
  'aws:TagKeys': ['lab', 'team'],
  'x:count': '10',
  'x:none': [],
  'x:log': 'arn:aws:logs:us-east-1:123456789012:log-group:a:b',
  'x:account': '123456789012',
  'x:word': 'Apple*',
};

function holds(operator: string, key: string, values: string | string[], effect: 'Allow' | 'Deny' = 'Allow'): boolean {
  return conditionsHold({ Condition: { [operator]: { [key]: values } }, Effect: effect }, VERSION, CONTEXT);
}

describe('an operator on a key that the request has', () => {
  test.each<[operator: string, key: string, values: string | string[], expected: boolean]>([
    ['StringEquals', 'aws:username', 'lab-bo', true],
    ['StringEquals', 'aws:username', 'LAB-BO', false],
    ['StringEquals', 'AWS:UserName', 'lab-bo', true],
    ['StringEquals', 'aws:username', 'lab-*', false],
    ['StringEquals', 'x:word', 'Apple*', true],
    ['StringEquals', 'aws:username', ['ada', 'lab-bo'], true],
    ['StringEquals', 'aws:username', [], false],
    ['StringNotEquals', 'aws:username', ['ada', 'lab-bo'], false],
    ['StringNotEquals', 'aws:username', ['ada', 'cy'], true],
    ['StringNotEquals', 'aws:username', 'LAB-BO', true],
    ['StringNotLike', 'aws:username', 'LAB-*', true],
    ['StringEqualsIgnoreCase', 'aws:username', 'LAB-BO', true],
    ['StringEqualsIgnoreCase', 'aws:username', 'LAB-B', false],
    ['StringNotEqualsIgnoreCase', 'aws:username', 'LAB-BO', false],
    ['StringLike', 'aws:username', 'lab-*', true],
    ['StringLike', 'aws:username', 'lab-?', false],
    ['StringLike', 'aws:username', 'lab-??', true],
    ['StringLike', 'aws:username', 'Lab-*', false],
    ['StringNotLike', 'aws:username', 'lab-*', false],
    ['StringNotLike', 'aws:username', 'other-*', true],
    ['StringEquals', 'aws:username', '${aws:username}', true],
    ['StringLike', 'aws:PrincipalArn', '*/${aws:username}', true],
    ['StringEquals', 'x:word', 'Apple${*}', true],
    ['StringEquals', 'aws:username', "${x:missing, 'lab-bo'}", true],
    ['StringEquals', 'aws:username', '${x:missing}', false],
    ['StringNotEquals', 'aws:username', '${x:missing}', true],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', '${aws:TagKeys}', false],
    ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::123456789012:user/mturk/lab/lab-bo', true],
    ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::*:user/mturk/*', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::123456789012:user/mturk/*/${aws:username}', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam:*:*:user/ada', false],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::${x:account}:user/*', true],
    ['ArnLike', 'x:log', 'arn:aws:logs:*:*:*:b', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:}:*:*:user/*', false],
    ['ArnLike', 'aws:username', 'arn:aws:iam::*:user/*', false],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/mturk/*', false],
    ['ArnNotEquals', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*', true],
    ['DateGreaterThanEquals', 'aws:CurrentTime', '2026-11-25T12:00:00Z', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-11-25T12:00:00Z', false],
    ['DateLessThan', 'aws:CurrentTime', '2026-11-25T12:00:01Z', true],
    ['DateLessThanEquals', 'aws:CurrentTime', '2026-11-25T13:00:00+01:00', true],
    ['DateEquals', 'aws:CurrentTime', '2026-11-25T12:00:00Z', true],
    ['DateNotEquals', 'aws:CurrentTime', '2026-11-25T12:00:00Z', false],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-11-25', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026', true],
    ['DateLessThan', 'aws:CurrentTime', '2027-01', true],
    ['DateLessThan', 'aws:CurrentTime', '2028-02-29', true],
    ['DateEquals', 'aws:CurrentTime', '1795608000', true],
    ['DateLessThan', 'aws:EpochTime', '2026-11-25T12:00:01Z', true],
    ['NumericEquals', 'x:count', '10.0', true],
    ['NumericNotEquals', 'x:count', '10', false],
    ['NumericLessThan', 'x:count', '9', false],
    ['NumericLessThanEquals', 'x:count', '10', true],
    ['NumericGreaterThan', 'x:count', '9', true],
    ['NumericGreaterThanEquals', 'x:count', '11', false],
    ['NumericEquals', 'aws:username', '10', false],
    ['IpAddress', 'aws:SourceIp', '192.0.2.0/24', true],
    ['IpAddress', 'aws:SourceIp', '192.0.2.77', true],
    ['IpAddress', 'aws:SourceIp', ['198.51.100.0/24', '192.0.2.64/26'], true],
    ['IpAddress', 'aws:SourceIp', '2001:db8::/32', false],
    ['IpAddress', 'aws:VpcSourceIp', '2001:db8:1234::/48', true],
    ['IpAddress', 'aws:VpcSourceIp', '2001:db8:1235::/48', false],
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', true],
    ['NotIpAddress', 'aws:SourceIp', '192.0.2.0/24', false],
    ['NotIpAddress', 'aws:SourceIp', ['198.51.100.0/24', '203.0.113.0/24'], true],
    ['Bool', 'aws:SecureTransport', 'true', true],
    ['Bool', 'aws:SecureTransport', 'True', true],
    ['Bool', 'aws:SecureTransport', 'false', false],
    ['Null', 'aws:SourceIp', 'false', true],
    ['Null', 'aws:SourceIp', 'true', false],
    ['Null', 'x:none', 'true', true],
    ['Null', 'aws:SourceIp', ['true', 'false'], true],
    ['IpAddress', 'aws:username', '0.0.0.0/0', false],
    ['StringEqualsIfExists', 'aws:username', 'ada', false],
    ['StringEquals', 'aws:TagKeys', 'lab', true],
    ['StringNotEquals', 'aws:TagKeys', 'lab', false],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['lab', 'x'], true],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['x', 'y'], false],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['lab', 'team', 'x'], true],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['lab'], false],
    ['ForAnyValue:StringNotEquals', 'aws:TagKeys', ['lab'], true],
    ['ForAnyValue:StringNotEquals', 'aws:TagKeys', ['lab', 'team'], false],
    ['ForAllValues:StringNotLike', 'aws:TagKeys', ['x*'], true],
    ['ForAllValues:StringNotLike', 'aws:TagKeys', ['l*'], false],
  ])('%s %s %j is %j', (operator, key, values, expected) => {
    expect(holds(operator, key, values)).toBe(expected);
    expect(holds(operator, key, values, 'Deny')).toBe(expected);
  });
});

describe('an operator on a key that the request does not have', () => {
  test.each<[operator: string, values: string, expected: boolean]>([
    ['StringEquals', 'a', false],
    ['StringLike', '*', false],
    ['StringNotEquals', 'a', true],
    ['StringNotEqualsIgnoreCase', 'a', true],
    ['StringNotLike', '*', true],
    ['ArnLike', 'arn:aws:iam::*:user/*', false],
    ['ArnNotLike', 'arn:aws:iam::*:user/*', true],
    ['DateLessThan', '2099-01-01', false],
    ['DateNotEquals', '2099-01-01', true],
    ['NumericNotEquals', '1', true],
    ['IpAddress', '0.0.0.0/0', false],
    ['NotIpAddress', '0.0.0.0/0', true],
    ['Bool', 'false', false],
    ['BoolIfExists', 'true', true],
    ['StringEqualsIfExists', 'a', true],
    ['IpAddressIfExists', '192.0.2.0/24', true],
    ['StringNotEqualsIfExists', 'a', true],
    ['Null', 'true', true],
    ['Null', 'false', false],
    ['ForAllValues:StringEquals', 'a', true],
    ['ForAllValues:StringNotEquals', 'a', true],
    ['ForAnyValue:StringEquals', 'a', false],
    ['ForAnyValue:StringNotEquals', 'a', false],
    ['ForAnyValue:StringEqualsIfExists', 'a', false],
  ])('%s %s is %j', (operator, values, expected) => {
    expect(holds(operator, 'x:absent', values)).toBe(expected);
    expect(holds(operator, 'x:absent', values, 'Deny')).toBe(expected);
  });
});

describe('what is not understood never widens: no Allow by it, and a Deny in spite of it', () => {
  test.each<[what: string, operator: string, key: string, values: string]>([
    ['an unknown operator', 'StringMatches', 'aws:username', 'lab-bo'],
    ['an operator in the wrong case', 'stringequals', 'aws:username', 'lab-bo'],
    ['an unknown operator on an absent key', 'Frobnicates', 'x:absent', 'a'],
    ['NullIfExists, which does not exist', 'NullIfExists', 'x:absent', 'true'],
    ['an unknown quantifier', 'ForSomeValues:StringEquals', 'aws:username', 'lab-bo'],
    ['a name of the prototype', 'constructor', 'aws:username', 'lab-bo'],
    ['31 February', 'DateLessThan', 'aws:CurrentTime', '2027-02-31'],
    ['31 April', 'DateLessThan', 'aws:CurrentTime', '2027-04-31'],
    ['a date in words', 'DateLessThan', 'aws:CurrentTime', 'tomorrow'],
    ['a month 13', 'DateGreaterThan', 'aws:CurrentTime', '2020-13-01'],
    ['no number', 'NumericEquals', 'x:count', 'ten'],
    ['no address', 'IpAddress', 'aws:SourceIp', '192.0.2.0/33'],
    ['an address with a word behind it', 'IpAddress', 'aws:SourceIp', '192.0.2.0/x'],
    ['an address of a length that there is not', 'IpAddress', 'aws:VpcSourceIp', '2001:db8::/129'],
    ['an address with two lengths', 'IpAddress', 'aws:SourceIp', '192.0.2.0/24/24'],
    ['a name for an address', 'NotIpAddress', 'aws:SourceIp', 'example.org'],
    ['no truth value', 'Bool', 'aws:SecureTransport', 'yes'],
    ['no truth value for Null', 'Null', 'aws:SourceIp', 'maybe'],
    ['an ARN that is none', 'ArnLike', 'aws:PrincipalArn', '*'],
    ['an ARN of five parts', 'ArnLike', 'aws:PrincipalArn', 'arn:aws:iam:*:user/mturk/lab/lab-bo'],
    ['an ARN that is none, negated', 'ArnNotLike', 'aws:PrincipalArn', '*'],
  ])('%s', (_what, operator, key, values) => {
    expect(holds(operator, key, values, 'Allow')).toBe(false);
    expect(holds(operator, key, values, 'Deny')).toBe(true);
  });

  test('beside a condition that fails, a Deny is kept from matching by that one', () => {
    const block: ConditionBlock = { Frobnicates: { a: 'b' }, StringEquals: { 'aws:username': 'other-user' } };
    expect(conditionsHold({ Condition: block, Effect: 'Deny' }, VERSION, CONTEXT)).toBe(false);
  });
});

test('all conditions must hold: operators and keys are joined by and', () => {
  const both = (one: string, other: string): ConditionBlock => ({
    StringEquals: { 'aws:username': one, 'aws:SecureTransport': other },
    DateLessThan: { 'aws:CurrentTime': '2027-01-01' },
  });
  expect(conditionsHold({ Condition: both('lab-bo', 'true'), Effect: 'Allow' }, VERSION, CONTEXT)).toBe(true);
  expect(conditionsHold({ Condition: both('lab-bo', 'false'), Effect: 'Allow' }, VERSION, CONTEXT)).toBe(false);
  expect(conditionsHold({ Condition: both('lab-cy', 'true'), Effect: 'Allow' }, VERSION, CONTEXT)).toBe(false);
  expect(conditionsHold({ Condition: undefined, Effect: 'Allow' }, VERSION, CONTEXT)).toBe(true);
});

test('policy variables are text in the older version', () => {
  expect([hasVariables('${aws:username}', VERSION), hasVariables('${aws:username}', '2008-10-17')]).toEqual([
    true,
    false,
  ]);
  expect(hasVariables('lab-bo', VERSION)).toBe(false);
  const block: ConditionBlock = { StringEquals: { 'aws:username': '${aws:username}' } };
  expect(conditionsHold({ Condition: block, Effect: 'Allow' }, '2008-10-17', CONTEXT)).toBe(false);
  expect(conditionsHold({ Condition: block, Effect: 'Allow' }, undefined, CONTEXT)).toBe(false);
  expect(conditionsHold({ Condition: block, Effect: 'Allow' }, undefined, { 'aws:username': '${aws:username}' })).toBe(
    true,
  );
});

test.each<[string, readonly string[], boolean]>([
  ['Null', ['True'], true],
  ['Null', ['perhaps'], false],
  ['StringLike', ['${aws:username}'], true],
  ['ForAllValues:StringEqualsIfExists', ['a'], true],
  ['StringMatches', ['a'], false],
  ['ForAllValues:Null', ['true'], false],
  ['DateLessThan', ['2027-02-28', '1796083200'], true],
  ['DateLessThan', ['2027-02-28', '2027-02-31'], false],
  ['NumericLessThan', ['ten'], false],
  ['BoolIfExists', ['1'], false],
  ['ArnLike', ['arn:aws:iam::*:user/*'], true],
  ['ArnLike', ['*'], false],
  ['NotIpAddress', ['192.0.2.0/99'], false],
])('%s of %j is understood: %p', (name, values, expected) => {
  expect(isUnderstood(name, values)).toBe(expected);
});

test('a condition on a key whose value is not known yet counts as what allows more', () => {
  const block: ConditionBlock = { StringEquals: { 'AWS:MultiFactorAuthAge': '1', 'aws:username': 'lab-bo' } };
  const holdsFor = (Effect: 'Allow' | 'Deny', username: string, openKeys?: readonly string[]) =>
    conditionsHold({ Condition: block, Effect }, VERSION, { 'aws:username': username }, openKeys);
  const open = ['aws:multifactorauthage', 'aws:username'];
  expect([holdsFor('Allow', 'lab-bo', open), holdsFor('Deny', 'lab-bo', open)]).toEqual([true, false]);
  expect(holdsFor('Allow', 'lab-cy', open)).toBe(false);
  expect([holdsFor('Allow', 'lab-bo'), holdsFor('Deny', 'lab-bo')]).toEqual([false, false]);
});

test.each<[operator: string, value: string, allow: boolean, deny: boolean]>([
  ['StringEquals', '${aws:UserAgent}', true, false],
  ['StringEquals', 'lab-${ aws:useragent }', true, false],
  ['StringEquals', "${aws:UserAgent, 'ada'}", true, false],
  ['StringEquals', 'ada-${aws:UserAgent}', false, false],
  ['StringEqualsIgnoreCase', 'LAB-${aws:UserAgent}', true, false],
  ['StringNotEquals', '${aws:UserAgent}', true, false],
  ['StringNotEquals', 'ada-${aws:UserAgent}', true, true],
  ['StringNotLike', '*${aws:UserAgent}', true, false],
  ['ForAllValues:StringNotEquals', '${aws:UserAgent}', true, false],
  ['StringLike', '${aws:constructor}', false, false],
  ['StringLike', '${constructor}', false, false],
])(
  '%s with a value of %s, of a key that is not known yet, counts as what allows more',
  (operator, value, ...expected) => {
    const of = (Effect: 'Allow' | 'Deny') =>
      conditionsHold({ Condition: { [operator]: { 'aws:username': value } }, Effect }, VERSION, CONTEXT, [
        'aws:useragent',
      ]);
    expect([of('Allow'), of('Deny')]).toEqual(expected);
  },
);

test('a part of an ARN of a key that is not known yet counts as what allows more', () => {
  const of = (operator: string, Effect: 'Allow' | 'Deny') =>
    conditionsHold(
      { Condition: { [operator]: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/mturk/lab/${aws:UserAgent}' } }, Effect },
      VERSION,
      CONTEXT,
      ['aws:useragent'],
    );
  expect([of('ArnLike', 'Allow'), of('ArnLike', 'Deny')]).toEqual([true, false]);
  expect([of('ArnNotLike', 'Allow'), of('ArnNotLike', 'Deny')]).toEqual([true, false]);
});
