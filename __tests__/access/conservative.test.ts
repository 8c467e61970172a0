import { conservativeDocument, isKnownKey } from '../../src/access/conservative.ts';
import { dependsOnUser } from '../../src/access/request-context.ts';
import type { Statement } from '../../src/iam/document.ts';
import { says, statement } from '../support/changed-account.ts';

const known = { DateLessThan: { 'aws:CurrentTime': '2027-06-01' } };
const unknown = { StringEquals: { 'aws:SourceOrgID': 'o-1' } };
const allow = (more: object = {}) => statement('Allow', 's3:*', more);
const from = (moments: number) => ({
  Condition: {
    DateGreaterThan: {
      'aws:CurrentTime': Array.from(
        { length: moments },
        (_, hour) => `2027-06-01T${String(hour).padStart(2, '0')}:00Z`,
      ),
    },
  },
});
const deny = (more: object = {}) => statement('Deny', 's3:*', more);

test.each<[string, Statement, readonly Statement[]]>([
  ['an Allow without a condition', allow(), [allow()]],
  ['an Allow under a known condition', allow({ Condition: known }), [allow({ Condition: known })]],
  ['an Allow under an unknown one', allow({ Condition: unknown }), [allow()]],
  ['an Allow under both', allow({ Condition: { ...known, ...unknown } }), [allow({ Condition: known })]],
  ['an Allow under an operator that there is not', allow({ Condition: { Is: { 'aws:CurrentTime': 'x' } } }), [allow()]],
  [
    'an Allow under a condition one of whose values is unknown',
    allow({ Condition: { StringEquals: { 'aws:username': ['bo', '${aws:SourceOrgID}'] } } }),
    [allow()],
  ],
  ['a resource with an asterisk', allow({ Resource: 'arn:aws:s3:::${*}' }), [allow({ Resource: 'arn:aws:s3:::${*}' })]],
  [
    'an Allow under a condition one of whose values is a variable of the time',
    allow({ Condition: { StringEquals: { 'aws:username': ['bo', '${aws:EpochTime}'] } } }),
    [allow()],
  ],
  [
    'an Allow by the text of the time',
    allow({ Condition: { StringLike: { 'aws:CurrentTime': '*T03:*' } } }),
    [allow()],
  ],
  [
    'an Allow by what is no date',
    allow({ Condition: { NumericLessThan: { 'aws:EpochTime': '+1796083200' } } }),
    [allow()],
  ],
  [
    'an Allow by what is no ARN',
    allow({ Condition: { ArnLike: { 'aws:PrincipalArn': '${aws:UserAgent}' } } }),
    [allow()],
  ],
  ['an Allow from 16 moments on', allow(from(16)), [allow(from(16))]],
  ['an Allow from more moments on', allow(from(17)), [allow()]],
  ['a Deny from more moments on', deny(from(17)), []],
  ['a Deny under a known condition', deny({ Condition: known }), [deny({ Condition: known })]],
  ['a Deny under both', deny({ Condition: { ...known, ...unknown } }), []],
  [
    'a resource of an unknown variable',
    allow({ Resource: 'arn:aws:s3:::${aws:SourceOrgID}/${aws:username}' }),
    [allow({ Resource: ['arn:aws:s3:::${aws:useragent}/${aws:username}'] })],
  ],
  [
    'a Deny of all but a resource of an unknown variable',
    statement('Deny', 's3:*', { Resource: undefined, NotResource: ['arn:aws:s3:::${aws:SourceOrgID}'] }),
    [statement('Deny', 's3:*', { Resource: undefined, NotResource: ['arn:aws:s3:::${aws:useragent}'] })],
  ],
  [
    'what an unknown variable excepts',
    { Effect: 'Allow', Action: 's3:*', NotResource: ['arn:aws:s3:::a', "arn:aws:s3:::${aws:SourceOrgID, 'b'}"] },
    // Of a key that can be any text, and excepts nothing for sure.
    [{ Effect: 'Allow', Action: 's3:*', NotResource: ['arn:aws:s3:::a', 'arn:aws:s3:::${aws:useragent}'] }],
  ],
])('what must not hide access: %s', (_what, given, expected) => {
  expect(conservativeDocument(says(given))).toEqual(says(...expected));
});

test('a document that is not known stays so', () => {
  expect(conservativeDocument(null)).toBeNull();
});

test.each([
  ['AWS:CurrentTime', true],
  ['aws:PrincipalTag/team', true],
  ['aws:SourceOrgID', false],
])('the value of %s is known: %p', (key, expected) => {
  expect(isKnownKey(key)).toBe(expected);
});

test.each<[string, Statement, boolean]>([
  ['nothing', allow({ Condition: known }), false],
  ['a personal key', allow({ Condition: { StringEquals: { 'aws:username': 'bo' } } }), true],
  ['a personal key beside another', allow({ Condition: { ...known, ArnLike: { 'aws:PrincipalArn': '*' } } }), true],
  ['a variable in one of its resources', allow({ Resource: ['*', 'arn:aws:s3:::${aws:username}'] }), true],
  ['a variable', allow({ Resource: 'arn:aws:s3:::${aws:username}' }), true],
  [
    'a variable of a condition',
    allow({ Condition: { StringEquals: { 'aws:RequestedRegion': ['us-east-1', '${aws:username}'] } } }),
    true,
  ],
])('whom a statement is about depends on %s', (_what, given, expected) => {
  expect(dependsOnUser(given, '2012-10-17')).toBe(expected);
});
