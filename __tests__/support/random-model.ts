import fc from 'fast-check';
import type { AccessModel } from '../../src/access/model.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';

const USERS = ['lab-ada', 'lab-bo', 'lab-cy'];
const GROUPS = ['lab-read', 'lab-pay', 'lab-all'];
const POLICIES = ['arn:aws:iam::1:policy/one', 'arn:aws:iam::1:policy/two', 'arn:aws:iam::1:policy/unknown'];
const ACTIONS = [
  '*',
  'mechanicalturk:*',
  'mechanicalturk:Get*',
  'mechanicalturk:SendBonus',
  'mechanicalturk:CreateHIT',
];

const CONDITIONS: readonly Statement['Condition'][] = [
  undefined,
  undefined,
  { StringEquals: { 'aws:username': 'lab-bo' } },
  { StringLike: { 'aws:PrincipalArn': 'arn:*:user/lab/${aws:username}' } },
  { StringEquals: { 'aws:PrincipalTag/member': 'ada' } },
  { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-12-01T00:00:00Z' } },
  { DateLessThan: { 'aws:CurrentTime': '2026-12-01T00:00:00Z' } },
  { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  { Frobnicates: { a: 'b' } },
  { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
];

export const anyStatement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom<Statement['Effect'][]>('Allow', 'Allow', 'Deny'),
    not: fc.boolean(),
    actions: fc.subarray(ACTIONS, { minLength: 1 }),
    resource: fc.constantFrom('*', '*', 'arn:aws:iam::1:user/*', '${x:none}'),
    condition: fc.constantFrom(...CONDITIONS),
  })
  .map(({ Effect, not, actions, resource, condition }) => ({
    Effect,
    ...(not ? { NotAction: actions } : { Action: actions }),
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  }));

const anyDocument: fc.Arbitrary<PolicyDocument> = fc.record({
  Version: fc.constantFrom('2012-10-17', '2008-10-17'),
  Statement: fc.array(anyStatement, { minLength: 1, maxLength: 3 }),
});

const anyInline = fc.array(fc.record({ name: fc.constant('limits'), document: fc.option(anyDocument, { freq: 5 }) }), {
  maxLength: 1,
});

/** Accounts of up to three users and groups with all sorts of policies, unknown ones among them. */
export const anyModel: fc.Arbitrary<AccessModel> = fc
  .record({
    users: fc.subarray(USERS),
    userParts: fc.array(
      fc.record({
        groups: fc.subarray([...GROUPS, 'Admins']),
        attached: fc.subarray(POLICIES),
        inline: anyInline,
        boundary: fc.option(fc.constantFrom(...POLICIES)),
        tags: fc.constantFrom<Record<string, string>[]>({}, { member: 'ada' }),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    groupParts: fc.array(fc.record({ attached: fc.subarray(POLICIES), inline: anyInline }), {
      minLength: 3,
      maxLength: 3,
    }),
    documents: fc.array(anyDocument, { minLength: 2, maxLength: 2 }),
  })
  .map(({ users, userParts, groupParts, documents }) => ({
    account: '1',
    users: users.map((name, index) => ({ name, path: '/lab/', ...userParts[index]! })),
    groups: GROUPS.map((name, index) => ({ name, path: '/lab/', ...groupParts[index]! })),
    policies: documents.map((document, index) => ({ arn: POLICIES[index]!, name: `p${index}`, document })),
  }));
