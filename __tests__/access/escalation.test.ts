import { canEscalate, escalationTargets } from '../../src/access/escalation.ts';
import type { AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import { AT, says, statement, stopArn, TODAY, withGroup, withPolicy, withUser } from '../support/hands.ts';
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
  ['attaching policies to herself', true, on('iam:AttachUserPolicy', OWN)],
  ['writing a policy into the users of the lab', true, on('iam:PutUserPolicy', 'arn:aws:iam::*:user/mturk/*')],
  [
    'putting people into the groups of the lab',
    true,
    on('iam:AddUserToGroup', 'arn:aws:iam::*:group/mturk/perception-lab/*'),
  ],
  [
    'attaching policies to her own group',
    true,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
    { groups: ['helpers'] },
  ],
  [
    'attaching policies to a group that she is not in',
    false,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
  ],
  [
    'editing a policy that she has',
    true,
    on('iam:CreatePolicyVersion', stopArn('hers')),
    { attached: [stopArn('hers')] },
  ],
  ['editing a policy that she has not', false, on('iam:CreatePolicyVersion', stopArn('hers'))],
  ['making keys of her own', false, on(['iam:CreateAccessKey', 'iam:UpdateLoginProfile'], OWN)],
  ['making keys of anybody', true, on('iam:CreateAccessKey', '*')],
  ['making keys of one member', true, on('iam:CreateAccessKey', lab('user', 'ada'))],
  ['making keys of somebody else', false, on('iam:CreateAccessKey', 'arn:aws:iam::123456789012:user/somebody')],
  ['changing the password of one member', true, on('iam:UpdateLoginProfile', lab('user', 'ada'))],
  ['making the password of one member', true, on('iam:CreateLoginProfile', lab('user', 'ada'))],
  ['switching off the keys of one member', false, on('iam:UpdateAccessKey', lab('user', 'ada'))],
  ['attaching policies to one member', true, on('iam:AttachUserPolicy', lab('user', 'bo'))],
  ['lifting the limits of one member', true, on('iam:DeleteUserPolicy', lab('user', 'bo'))],
  ['taking policies off one member', true, on('iam:DetachUserPolicy', lab('user', 'bo'))],
  ['taking the boundary off one member', true, on('iam:DeleteUserPermissionsBoundary', lab('user', 'bo'))],
  ['putting one member under another boundary', true, on('iam:PutUserPermissionsBoundary', lab('user', 'bo'))],
  ['deleting policies of her own, none of which denies', false, on('iam:DeleteUserPolicy', OWN)],
  [
    'deleting policies of her own, one of which denies',
    true,
    says(...[on('iam:DeleteUserPolicy', OWN).Statement].flat(), statement('Deny', 's3:*')),
  ],
  ['putting people into one group of the lab', true, on('iam:AddUserToGroup', lab('group', 'paymaster'))],
  ['taking people out of one group of the lab', false, on('iam:RemoveUserFromGroup', lab('group', 'paymaster'))],
  ['editing one policy of the lab', true, on('iam:CreatePolicyVersion', rolePolicyArn(sampleTeam, 'paymaster'))],
  ['editing the boundary', true, on('iam:CreatePolicyVersion', boundaryArn(sampleTeam))],
  [
    'going back to another version of a policy of the lab',
    true,
    on('iam:SetDefaultPolicyVersion', rolePolicyArn(sampleTeam, 'paymaster')),
  ],
  ['becoming any role', true, on('sts:AssumeRole', '*')],
  ['becoming one role', false, on('sts:AssumeRole', 'arn:aws:iam::123456789012:role/backup')],
  ['handing any role to a service', true, on('iam:PassRole', '*')],
  ['letting anybody become any role', true, on('iam:UpdateAssumeRolePolicy', '*')],
  ['everything, under a condition that nobody knows', true, says(statement('Allow', '*', within('o-a1b2c3')))],
  [
    'everything, but not under a condition that nobody knows',
    true,
    says(statement('Allow', '*'), statement('Deny', '*', { Condition: { BoolIfExists: { [MFA]: 'false' } } })),
  ],
  [
    'everything, under a condition that is known not to hold',
    false,
    says(statement('Allow', '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '210987654321' } } })),
  ],
  ['all of MTurk', false, says(statement('Allow', 'mechanicalturk:*'))],
])('somebody who may do this gives herself everything, or not: %s', (_what, expected, document, more = {}) => {
  const zoe: AccessUser = {
    ...{ name: 'zoe', path: '/', groups: [], attached: [], boundary: null, tags: {} },
    inline: [{ name: 'hers', document }],
    ...more,
  };
  const declared = desiredAccess(sampleTeam, TODAY);
  const model = withUser(zoe)(withGroup({ name: 'helpers' })(withPolicy(stopArn('hers'), says())(declared)));
  expect(canEscalate(model, zoe, escalationTargets(sampleTeam.lab, declared), AT)).toBe(expected);
});
