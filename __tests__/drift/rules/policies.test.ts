import { covers, isAllowing, statementText } from '../../../src/drift/rules/policies.ts';
import type { Statement } from '../../../src/iam/document.ts';
import { tickedText } from '../../../src/text/text.ts';
import { says, statement } from '../../support/changed-account.ts';

const bucket = 'arn:aws:s3:::data/*';
const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
const allow = (Action: Statement['Action'], more: Partial<Statement> = {}): Statement => ({
  ...{ Effect: 'Allow', Action, Resource: '*' },
  ...more,
});
const exceptActions: Statement = { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' };
const exceptResources: Statement = { Effect: 'Allow', Action: 's3:*', NotResource: bucket };

test.each<[string, readonly Statement[], Statement, boolean]>([
  ['the same', [allow('s3:GetObject')], allow('s3:GetObject'), true],
  ['an action of a pattern', [allow('s3:*')], allow('s3:GetObject'), true],
  ['a pattern inside a pattern', [allow('s3:*')], allow('s3:Get*'), true],
  ['a pattern wider than an action', [allow('s3:GetObject')], allow('s3:*'), false],
  ['a pattern and one that stands for a character', [allow('s3:Get?bject')], allow('s3:GetObject'), false],
  ['two actions by two statements', [allow('s3:Get*'), allow('s3:Put*')], allow(['s3:GetA', 's3:PutA']), true],
  ['one of two actions', [allow('s3:Get*')], allow(['s3:GetA', 's3:PutA']), false],
  ['a resource of everywhere', [allow('s3:*')], allow('s3:*', { Resource: bucket }), true],
  ['the same resource', [allow('s3:*', { Resource: bucket })], allow('s3:*', { Resource: bucket }), true],
  ['everywhere and one resource', [allow('s3:*', { Resource: bucket })], allow('s3:*'), false],
  [
    'one of two resources',
    [allow('s3:*', { Resource: bucket })],
    allow('s3:*', { Resource: [bucket, 'arn:b'] }),
    false,
  ],
  [
    'one of the resources of a statement',
    [allow('s3:*', { Resource: [bucket, 'arn:b'] })],
    allow('s3:*', { Resource: bucket }),
    true,
  ],
  ['what is allowed under a condition', [allow('s3:*', mfa)], allow('s3:*'), false],
  ['what is denied', [statement('Deny', 's3:*')], allow('s3:*'), false],
  ['an exception from the actions', [exceptActions], allow('s3:*'), false],
  ['everything and an exception from the actions', [allow('*')], exceptActions, false],
  ['everything and an exception from the resources', [allow('*')], exceptResources, false],
])('a document allows what a statement does: %s', (_what, statements, given, expected) => {
  expect(covers(says(...statements), given)).toBe(expected);
});

test.each([
  ['one that cannot be read', null, true],
  ['an Allow beside a Deny', says(statement('Deny', '*'), statement('Allow', 's3:*')), true],
  ['Denies alone', says(statement('Deny', '*'), statement('Deny', 's3:*')), false],
])('a document may grant something: %s', (_what, document, expected) => {
  expect(isAllowing(document)).toBe(expected);
});

test.each<[string, Statement]>([
  ['everything', allow('*')],
  ['`s3:*` on `arn:aws:s3:::data/*`', allow('s3:*', { Resource: bucket })],
  ['`s3:*` on all except `arn:aws:s3:::data/*`', exceptResources],
  ['everything except `iam:*`', exceptActions],
  ['`s3:*` (depending on `aws:MultiFactorAuthPresent`)', allow('s3:*', mfa)],
])('%s', (text, given) => {
  expect(tickedText(statementText(given))).toBe(text);
});
