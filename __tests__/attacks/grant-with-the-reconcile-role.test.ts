import { boundaryPolicy } from '../../src/team/documents.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { allows, arn, labArn, may, OWN_BOUNDARY, STATE, stateArn } from '../support/workflow-roles.ts';

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const own = { 'iam:PermissionsBoundary': OWN_BOUNDARY };
const group = labArn('group', 'paymaster');
const bo = labArn('user', 'bo');

type Attack = [
  what: string,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string | readonly string[]>>,
];

describe('with a stolen reconcile role', () => {
  test.each<Attack>([
    ['add a user to a group', 'iam:AddUserToGroup', group],
    ['attach a policy to a group', 'iam:AttachGroupPolicy', group, { 'iam:PolicyARN': FULL }],
    ['attach a policy to a member', 'iam:AttachUserPolicy', bo, { ...own, 'iam:PolicyARN': FULL }],
    ['write an inline policy into a group', 'iam:PutGroupPolicy', group],
    ['write an inline policy into a user without the boundary', 'iam:PutUserPolicy', bo],
    ['write an inline policy outside the lab', 'iam:PutUserPolicy', arn('user/intern'), own],
    ['replace a boundary', 'iam:PutUserPermissionsBoundary', bo, { 'iam:PermissionsBoundary': FULL }],
    ['remove a boundary', 'iam:DeleteUserPermissionsBoundary', bo, own],
    ['widen the boundary', 'iam:CreatePolicyVersion', OWN_BOUNDARY],
    ['create a user, a group or a policy', 'iam:CreateUser', bo, own],
    ['create a group', 'iam:CreateGroup', group],
    ['create a policy', 'iam:CreatePolicy', labArn('policy', 'more')],
    ['choose an older version of a policy', 'iam:SetDefaultPolicyVersion', labArn('policy', 'reader')],
    ["give a user the name of a suspended member's user", 'iam:UpdateUser', bo],
    ['give a group the name of another', 'iam:UpdateGroup', group],
    ['delete a user', 'iam:DeleteUser', bo],
    ['delete a group', 'iam:DeleteGroup', group],
    ['delete a policy', 'iam:DeletePolicy', labArn('policy', 'reader')],
    ['create a key', 'iam:CreateAccessKey', bo],
    ['activate a key', 'iam:UpdateAccessKey', bo],
    ['detach from a member the Deny of an emergency', 'iam:DetachUserPolicy', bo, { 'iam:PolicyARN': DENY_ALL }],
    ['detach from a group the Deny of an emergency', 'iam:DetachGroupPolicy', group, { 'iam:PolicyARN': DENY_ALL }],
    ['set a tag that a policy elsewhere may trust', 'iam:TagUser', bo, { 'aws:TagKeys': ['mturk-team:lab', 'admin'] }],
    ['set no tag at all', 'iam:TagUser', bo],
    ['remove a tag', 'iam:UntagUser', bo, { 'aws:TagKeys': ['mturk-team:lab'] }],
    ['reopen an old apply', 's3:PutObject', stateArn('apply-record.json')],
    ['delete the state', 's3:DeleteObject', stateArn('team.tfstate')],
    ['write the state of another lab', 's3:PutObject', `arn:aws:s3:::${STATE.bucket}/other/team.tfstate`],
  ])('one cannot %s', (_what, action, resource, context = {}) => {
    expect(may('reconcile', action, resource, context)).toBe(false);
  });

  test('reverting needs what it may', () => {
    const allowed: readonly Attack[] = [
      ['', 'iam:RemoveUserFromGroup', group],
      ['', 'iam:DetachGroupPolicy', group, { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' }],
      ['', 'iam:DetachUserPolicy', bo, { 'iam:PolicyARN': FULL }],
      ['', 'iam:DeleteGroupPolicy', group],
      ['', 'iam:PutUserPermissionsBoundary', bo, own],
      ['', 'iam:TagUser', bo, { 'aws:TagKeys': ['mturk-team:lab', 'mturk-team:member'] }],
    ];
    for (const [, action, resource, context] of allowed)
      expect({ action, may: may('reconcile', action, resource, context) }).toEqual({ action, may: true });
  });
});

describe('what remains, because no condition of IAM limits it', () => {
  test('one can write any inline policy into a member, and the boundary limits it to MTurk', () => {
    expect(may('reconcile', 'iam:PutUserPolicy', bo, own)).toBe(true);
    const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const;
    const boundary = boundaryPolicy(sampleTeam);
    expect(allows(everything, 'mechanicalturk:SendBonus', '*', {}, boundary)).toBe(true);
    expect(allows(everything, 'iam:CreateUser', arn('user/eve'), {}, boundary)).toBe(false);
  });

  test('one can delete the suspension or the last day of a member, which is an inline policy', () => {
    expect(may('reconcile', 'iam:DeleteUserPolicy', bo, own)).toBe(true);
  });

  test("one can rewrite a role's policy, for all who have it", () => {
    expect(may('reconcile', 'iam:CreatePolicyVersion', labArn('policy', 'paymaster'))).toBe(true);
  });

  test('one can write the state of the lab, which the next apply reads', () => {
    expect(may('reconcile', 's3:PutObject', stateArn('team.tfstate'))).toBe(true);
  });
});
