import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListUserPolicies,
} from '@aws-sdk/client-iam';
import { doing, ifPresent } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { type Attributes, textOf, textsOf } from '../value.ts';
import { attachToGroup, detachFromGroup, policiesOfGroup } from './groups.ts';
import { inlinePoliciesOfRole, policiesOfRole } from './role.ts';

/** One list of names or ARNs on a user, group or role. */
interface Exclusive {
  /** As error messages name it. */
  readonly title: string;
  readonly holder: 'user_name' | 'group_name' | 'role_name';
  readonly list: 'policy_names' | 'policy_arns';
  have(caller: Caller, holder: string): Promise<readonly string[]>;
  add(caller: Caller, holder: string, item: string): Promise<unknown>;
  remove(caller: Caller, holder: string, item: string): Promise<unknown>;
}

/** aws_iam_user_policies_exclusive */
export const USER_POLICIES_EXCLUSIVE = exclusive({
  title: 'User Policies Exclusive',
  holder: 'user_name',
  list: 'policy_names',
  have: (caller, UserName) => caller.list(paginateListUserPolicies, { UserName }, (page) => page.PolicyNames),
  // Without a document, as the real provider: IAM refuses it, which is why our stacks make this resource depend on
  // the policy that it expects.
  add: (caller, UserName, PolicyName) =>
    caller.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: undefined })),
  remove: (caller, UserName, PolicyName) => caller.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
});

/** aws_iam_group_policies_exclusive */
export const GROUP_POLICIES_EXCLUSIVE = exclusive({
  title: 'Group Policies Exclusive',
  holder: 'group_name',
  list: 'policy_names',
  have: (caller, GroupName) => caller.list(paginateListGroupPolicies, { GroupName }, (page) => page.PolicyNames),
  add: (caller, GroupName, PolicyName) =>
    caller.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument: undefined })),
  remove: (caller, GroupName, PolicyName) => caller.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
});

/** aws_iam_user_policy_attachments_exclusive */
export const USER_POLICY_ATTACHMENTS_EXCLUSIVE = exclusive({
  title: 'User Policy Attachments Exclusive',
  holder: 'user_name',
  list: 'policy_arns',
  async have(caller, UserName) {
    const policies = await caller.list(paginateListAttachedUserPolicies, { UserName }, (page) => page.AttachedPolicies);
    return policies.map((policy) => policy.PolicyArn ?? '');
  },
  add: (caller, UserName, PolicyArn) => caller.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
  remove: (caller, UserName, PolicyArn) => caller.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
});

/** aws_iam_group_policy_attachments_exclusive */
export const GROUP_POLICY_ATTACHMENTS_EXCLUSIVE = exclusive({
  title: 'Group Policy Attachments Exclusive',
  holder: 'group_name',
  list: 'policy_arns',
  have: policiesOfGroup,
  add: attachToGroup,
  remove: detachFromGroup,
});

/** aws_iam_role_policies_exclusive */
export const ROLE_POLICIES_EXCLUSIVE = exclusive({
  title: 'Role Policies Exclusive',
  holder: 'role_name',
  list: 'policy_names',
  have: inlinePoliciesOfRole,
  add: (caller, RoleName, PolicyName) =>
    caller.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: undefined })),
  remove: (caller, RoleName, PolicyName) => caller.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
});

/** aws_iam_role_policy_attachments_exclusive */
export const ROLE_POLICY_ATTACHMENTS_EXCLUSIVE = exclusive({
  title: 'Role Policy Attachments Exclusive',
  holder: 'role_name',
  list: 'policy_arns',
  have: policiesOfRole,
  add: (caller, RoleName, PolicyArn) => caller.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
  remove: (caller, RoleName, PolicyArn) => caller.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
});

/** Makes a list exactly what is configured, shows what else stands there, and leaves it when destroyed. */
function exclusive({ title, holder, list, have, add, remove }: Exclusive): ResourceType {
  const at = (attributes: Attributes) => textOf(attributes, holder);

  async function put(caller: Caller, planned: Attributes, action: string): Promise<Attributes> {
    await doing(`${action} IAM ${title} ("${at(planned)}")`, async () => {
      const before = await have(caller, at(planned));
      const after = textsOf(planned, list);
      for (const item of after.filter((one) => !before.includes(one))) await add(caller, at(planned), item);
      for (const item of before.filter((one) => !after.includes(one)))
        await ifPresent(() => remove(caller, at(planned), item));
    });
    return planned;
  }

  return {
    schema: {
      attributes: {
        [holder]: { type: 'string', required: true },
        [list]: { type: ['set', 'string'], required: true },
      },
    },
    legacy: false,
    replacedBy: [holder],
    create: (caller, planned) => put(caller, planned, 'creating'),
    async read(caller, state) {
      const items = await doing(`reading IAM ${title} ("${at(state)}")`, () =>
        ifPresent(() => have(caller, at(state))),
      );
      return items === undefined ? null : { ...state, [list]: items };
    },
    update: (caller, _prior, planned) => put(caller, planned, 'updating'),
    async remove() {},
    importState: (id) => ({ [holder]: id }),
  };
}
