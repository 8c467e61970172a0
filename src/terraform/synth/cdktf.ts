/**
 * The only importer of CDKTF, which was archived on 10 December 2025: its successor CDK Terrain keeps these names, so that
 * the change is made by editing the module names below. Every provider class comes from its own subpath, because the
 * package root loads some two thousand modules.
 */
export { IamGroup } from '@cdktf/provider-aws/lib/iam-group/index.js';
export { IamGroupMembership } from '@cdktf/provider-aws/lib/iam-group-membership/index.js';
export { IamGroupPoliciesExclusive } from '@cdktf/provider-aws/lib/iam-group-policies-exclusive/index.js';
export { IamGroupPolicyAttachment } from '@cdktf/provider-aws/lib/iam-group-policy-attachment/index.js';
export { IamGroupPolicyAttachmentsExclusive } from '@cdktf/provider-aws/lib/iam-group-policy-attachments-exclusive/index.js';
export { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
export { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
export { IamRolePoliciesExclusive } from '@cdktf/provider-aws/lib/iam-role-policies-exclusive/index.js';
export { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
export { IamRolePolicyAttachmentsExclusive } from '@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive/index.js';
export { IamUser } from '@cdktf/provider-aws/lib/iam-user/index.js';
export { IamUserPoliciesExclusive } from '@cdktf/provider-aws/lib/iam-user-policies-exclusive/index.js';
export { IamUserPolicy } from '@cdktf/provider-aws/lib/iam-user-policy/index.js';
export { IamUserPolicyAttachmentsExclusive } from '@cdktf/provider-aws/lib/iam-user-policy-attachments-exclusive/index.js';
export { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
export { App, LocalBackend, S3Backend, TerraformStack } from 'cdktf';
export { Construct } from 'constructs';
