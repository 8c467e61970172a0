import type { ResourceType } from './resource-type.ts';
import {
  GROUP_POLICIES_EXCLUSIVE,
  GROUP_POLICY_ATTACHMENTS_EXCLUSIVE,
  ROLE_POLICIES_EXCLUSIVE,
  ROLE_POLICY_ATTACHMENTS_EXCLUSIVE,
  USER_POLICIES_EXCLUSIVE,
  USER_POLICY_ATTACHMENTS_EXCLUSIVE,
} from './resources/exclusive.ts';
import { GROUP, GROUP_MEMBERSHIP, GROUP_POLICY_ATTACHMENT } from './resources/groups.ts';
import { ROLE_POLICY, USER_POLICY } from './resources/inline-policies.ts';
import { POLICY } from './resources/policies.ts';
import { ROLE } from './resources/role.ts';
import { USER } from './resources/user.ts';

/** The resource types of hashicorp/aws that our stacks use. */
export const RESOURCE_TYPES: ReadonlyMap<string, ResourceType> = new Map([
  ['aws_iam_group', GROUP],
  ['aws_iam_group_membership', GROUP_MEMBERSHIP],
  ['aws_iam_group_policies_exclusive', GROUP_POLICIES_EXCLUSIVE],
  ['aws_iam_group_policy_attachment', GROUP_POLICY_ATTACHMENT],
  ['aws_iam_group_policy_attachments_exclusive', GROUP_POLICY_ATTACHMENTS_EXCLUSIVE],
  ['aws_iam_policy', POLICY],
  ['aws_iam_role', ROLE],
  ['aws_iam_role_policies_exclusive', ROLE_POLICIES_EXCLUSIVE],
  ['aws_iam_role_policy', ROLE_POLICY],
  ['aws_iam_role_policy_attachments_exclusive', ROLE_POLICY_ATTACHMENTS_EXCLUSIVE],
  ['aws_iam_user', USER],
  ['aws_iam_user_policies_exclusive', USER_POLICIES_EXCLUSIVE],
  ['aws_iam_user_policy', USER_POLICY],
  ['aws_iam_user_policy_attachments_exclusive', USER_POLICY_ATTACHMENTS_EXCLUSIVE],
]);
