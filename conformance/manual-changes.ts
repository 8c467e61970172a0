import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteGroupPolicyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { managedPolicyArn } from '../src/catalog/managed-policies.ts';
import { boundaryArn, iamName, LIMITS_POLICY, rolePolicyArn } from '../src/team/names.ts';
import { FIRST_TEAM, LAB } from './lifecycle-team.ts';

const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
});
const FULL_ACCESS = managedPolicyArn('AmazonMechanicalTurkFullAccess');
const UNMANAGED_USER = 'unmanaged-user';

const name = (key: string): string => iamName(LAB, key);

/** What a plan must say of `changeManually`: each of the six, and two of them once more by the exclusive-policy resources. */
export const MANUALLY_CHANGED: readonly string[] = [
  'aws_iam_group_membership.role_full-access: update (users)',
  'aws_iam_group_membership.role_task-publisher: update (users)',
  'aws_iam_group_policy_attachment.role_paymaster_own: delete',
  'aws_iam_group_policy_attachments_exclusive.role_paymaster: update (policy_arns)',
  'aws_iam_policy.role_results-reader: update (policy)',
  'aws_iam_user.member_ada: update (tags)',
  'aws_iam_user_policies_exclusive.member_gus: update (policy_names)',
  'aws_iam_user_policy.member_gus_limits: delete',
];

/** What a plan must say of `changeBehindExclusives`. */
export const CHANGED_BEHIND_EXCLUSIVES: readonly string[] = [
  'aws_iam_group_membership.role_full-access: update (users)',
  'aws_iam_group_policies_exclusive.role_task-publisher: update (policy_names)',
  'aws_iam_group_policy_attachments_exclusive.role_results-reader: update (policy_arns)',
  'aws_iam_user.member_gus: update (permissions_boundary)',
  'aws_iam_user_policies_exclusive.member_fay: update (policy_names)',
  'aws_iam_user_policy_attachments_exclusive.member_cy: update (policy_arns)',
];

/** Six changes by hand that every version of the provider can see. */
export async function changeManually(iam: IAMClient): Promise<void> {
  await iam.send(new AddUserToGroupCommand({ GroupName: name('full-access'), UserName: name('bo') }));
  await iam.send(new RemoveUserFromGroupCommand({ GroupName: name('task-publisher'), UserName: name('bo') }));
  const policy = rolePolicyArn(FIRST_TEAM, 'results-reader');
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn: policy, PolicyDocument: EVERYTHING, SetAsDefault: true }));
  const paid = rolePolicyArn(FIRST_TEAM, 'paymaster');
  await iam.send(new DetachGroupPolicyCommand({ GroupName: name('paymaster'), PolicyArn: paid }));
  await iam.send(new DeleteUserPolicyCommand({ UserName: name('gus'), PolicyName: LIMITS_POLICY }));
  await iam.send(new TagUserCommand({ UserName: name('ada'), Tags: [{ Key: 'seat', Value: 'window' }] }));
}

/** Six more, which only the exclusive-policy resources and a provider newer than 3.39.0 can see, but for the unmanaged user in a group. */
export async function changeBehindExclusives(iam: IAMClient): Promise<void> {
  await iam.send(new AttachUserPolicyCommand({ UserName: name('cy'), PolicyArn: FULL_ACCESS }));
  await iam.send(new PutUserPolicyCommand({ UserName: name('fay'), PolicyName: 'mine', PolicyDocument: EVERYTHING }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: name('results-reader'), PolicyArn: FULL_ACCESS }));
  await iam.send(
    new PutGroupPolicyCommand({ GroupName: name('task-publisher'), PolicyName: 'extra', PolicyDocument: EVERYTHING }),
  );
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name('gus') }));
  await iam.send(new CreateUserCommand({ UserName: UNMANAGED_USER, Path: `/mturk/${LAB}/` }));
  await iam.send(new AddUserToGroupCommand({ GroupName: name('full-access'), UserName: UNMANAGED_USER }));
}

/** Takes back by hand what a provider without exclusive-policy resources leaves. */
export async function revertBehindExclusives(iam: IAMClient): Promise<void> {
  await iam.send(new DetachUserPolicyCommand({ UserName: name('cy'), PolicyArn: FULL_ACCESS }));
  await iam.send(new DeleteUserPolicyCommand({ UserName: name('fay'), PolicyName: 'mine' }));
  await iam.send(new DetachGroupPolicyCommand({ GroupName: name('results-reader'), PolicyArn: FULL_ACCESS }));
  await iam.send(new DeleteGroupPolicyCommand({ GroupName: name('task-publisher'), PolicyName: 'extra' }));
  const boundary = boundaryArn(FIRST_TEAM);
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name('gus'), PermissionsBoundary: boundary }));
}

/** No plan deletes the unmanaged user, who is no resource. */
export async function deleteUnmanagedUser(iam: IAMClient): Promise<void> {
  await iam.send(new DeleteUserCommand({ UserName: UNMANAGED_USER }));
}
