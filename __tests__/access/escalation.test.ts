import { canEscalate, escalationTargets } from '../../src/access/escalation.ts';
import type { AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import { AT, says, statement, stopArn, TODAY, withGroup, withPolicy, withUser } from '../support/changed-account.ts';
import { sampleTeam } from '../support/sample-team.ts';

const OWN = 'arn:aws:iam::*:user/${aws:username}';
const MFA = 'aws:MultiFactorAuthPresent';
const within = (organization: string) => ({ Condition: { StringEquals: { 'aws:PrincipalOrgID': organization } } });
const lab = (kind: 'user' | 'group', key: string) =>
  `arn:aws:iam::123456789012:${kind}/mturk/perception-lab/perception-lab-${key}`;
const on = (action: string | readonly string[], resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: action, Resource: resource },
});

test.each<[string, boolean, PolicyDocument, Partial<AccessUser>?]>([
  ['everything', true, says(statement('Allow', '*'))],
  ['everything of IAM', true, says(statement('Allow', 'iam:*'))],
  [
    'everything of IAM, under the boundary of the lab',
    false,
    says(statement('Allow', 'iam:*')),
    { boundary: boundaryArn(sampleTeam) },
  ],
  ['everything but IAM and roles', false, says(statement('Allow', '*'), statement('Deny', ['iam:*', 'sts:*']))],
  ['everything but IAM, and so any role', true, says(statement('Allow', '*'), statement('Deny', 'iam:*'))],
  ['reading IAM', false, says(statement('Allow', ['iam:Get*', 'iam:List*']))],
  ['attaching policies to itself', true, on('iam:AttachUserPolicy', OWN)],
  ['adding an inline policy to the users of the lab', true, on('iam:PutUserPolicy', 'arn:aws:iam::*:user/mturk/*')],
  [
    'adding users to the groups of the lab',
    true,
    on('iam:AddUserToGroup', 'arn:aws:iam::*:group/mturk/perception-lab/*'),
  ],
  [
    'attaching policies to its own group',
    true,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
    { groups: ['helpers'] },
  ],
  ['attaching policies to another group', false, on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers')],
  ['editing an attached policy', true, on('iam:CreatePolicyVersion', stopArn('own')), { attached: [stopArn('own')] }],
  ['editing a policy that is not attached', false, on('iam:CreatePolicyVersion', stopArn('own'))],
  ['creating keys of its own', false, on(['iam:CreateAccessKey', 'iam:UpdateLoginProfile'], OWN)],
  ['creating keys of any user', true, on('iam:CreateAccessKey', '*')],
  ['creating keys of one member', true, on('iam:CreateAccessKey', lab('user', 'ada'))],
  ['creating keys of an unmanaged user', false, on('iam:CreateAccessKey', 'arn:aws:iam::123456789012:user/other')],
  ['changing the password of one member', true, on('iam:UpdateLoginProfile', lab('user', 'ada'))],
  ['creating the password of one member', true, on('iam:CreateLoginProfile', lab('user', 'ada'))],
  ['deactivating the keys of one member', false, on('iam:UpdateAccessKey', lab('user', 'ada'))],
  ['attaching policies to one member', true, on('iam:AttachUserPolicy', lab('user', 'bo'))],
  ['lifting the limits of one member', true, on('iam:DeleteUserPolicy', lab('user', 'bo'))],
  ['detaching policies from one member', true, on('iam:DetachUserPolicy', lab('user', 'bo'))],
  ['removing the boundary of one member', true, on('iam:DeleteUserPermissionsBoundary', lab('user', 'bo'))],
  ['changing the boundary of one member', true, on('iam:PutUserPermissionsBoundary', lab('user', 'bo'))],
  ['deleting policies of its own, none of which denies', false, on('iam:DeleteUserPolicy', OWN)],
  [
    'deleting policies of its own, one of which denies',
    true,
    says(...[on('iam:DeleteUserPolicy', OWN).Statement].flat(), statement('Deny', 's3:*')),
  ],
  ['adding users to one group of the lab', true, on('iam:AddUserToGroup', lab('group', 'paymaster'))],
  ['removing users from one group of the lab', false, on('iam:RemoveUserFromGroup', lab('group', 'paymaster'))],
  ['editing one policy of the lab', true, on('iam:CreatePolicyVersion', rolePolicyArn(sampleTeam, 'paymaster'))],
  ['editing the boundary', true, on('iam:CreatePolicyVersion', boundaryArn(sampleTeam))],
  [
    'going back to another version of a policy of the lab',
    true,
    on('iam:SetDefaultPolicyVersion', rolePolicyArn(sampleTeam, 'paymaster')),
  ],
  ['assuming any role', true, on('sts:AssumeRole', '*')],
  ['assuming one role', false, on('sts:AssumeRole', 'arn:aws:iam::123456789012:role/backup')],
  ['passing any role to a service', true, on('iam:PassRole', '*')],
  ['editing the trust policy of any role', true, on('iam:UpdateAssumeRolePolicy', '*')],
  ['everything, under an unknown condition', true, says(statement('Allow', '*', within('o-a1b2c3')))],
  [
    'everything, but not under an unknown condition',
    true,
    says(statement('Allow', '*'), statement('Deny', '*', { Condition: { BoolIfExists: { [MFA]: 'false' } } })),
  ],
  [
    'everything, under an operator that is not understood',
    true,
    says(statement('Allow', '*', { Condition: { NullIfExists: { 'aws:username': 'false' } } })),
  ],
  [
    'everything, under a condition that is known not to hold',
    false,
    says(statement('Allow', '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '210987654321' } } })),
  ],
  ['all of MTurk', false, says(statement('Allow', 'mechanicalturk:*'))],
])('whether a user can escalate: %s', (_what, expected, document, more = {}) => {
  const zoe: AccessUser = {
    ...{ name: 'zoe', path: '/', groups: [], attached: [], boundary: null, tags: {} },
    inline: [{ name: 'own', document }],
    ...more,
  };
  const declared = desiredAccess(sampleTeam, TODAY);
  const model = withUser(zoe)(withGroup({ name: 'helpers' })(withPolicy(stopArn('own'), says())(declared)));
  expect(canEscalate(model, zoe, escalationTargets(sampleTeam.lab, declared), AT)).toBe(expected);
});
