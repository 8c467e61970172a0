/**
 * What a method acts on. `user`, `group`, `policy` and `role`: the principal's own permissions, or the lab's. `userLimit`,
 * `groupLimit`, `leave`, `roleLimit`, `roleBoundary`: what denies or limits. `key`, `join`, `trust`, `assume`, `pass`,
 * `through`: another user, group or role, as which the principal then acts. `anyUser`, `anyGroup`, `anyRole`: one that is there
 * or that it creates. `object`, `bucket`: the lab's state and records.
 */
export type EscalationTarget =
  | 'user'
  | 'userLimit'
  | 'group'
  | 'groupLimit'
  | 'leave'
  | 'policy'
  | 'role'
  | 'roleLimit'
  | 'roleBoundary'
  | 'key'
  | 'join'
  | 'trust'
  | 'assume'
  | 'pass'
  | 'through'
  | 'anyUser'
  | 'anyGroup'
  | 'anyRole'
  | 'object'
  | 'bucket';

/** A way in which a principal of the account gains more access than its policies say. */
export interface EscalationMethod {
  /** All of them are needed. */
  readonly actions: readonly string[];
  readonly on: EscalationTarget;
  /** For `through`: the service that has a role of the account, and runs what the principal gives it; or who signs in with it. */
  readonly service?: string;
  readonly source: string;
}

// Rhino Security Labs, "AWS IAM Privilege Escalation – Methods and Mitigation", by the number of the method.
const rhino = (method: number) => `Rhino Security Labs, method ${method}`;
// PMapper (nccgroup/PMapper), principalmapper/graphing: the module that finds the edge.
const pmapper = (module: string) => `PMapper, ${module}_edges.py`;
const iamApi = (action: string) => `IAM API reference, ${action}`;

/**
 * Every method that a drift check knows. Those that change the principal's own access come first, so that of two ways the
 * shorter one is named. Actions that only revoke access are not among them.
 */
export const ESCALATION_METHODS: readonly EscalationMethod[] = [
  { actions: ['iam:AttachUserPolicy'], on: 'user', source: rhino(7) },
  { actions: ['iam:PutUserPolicy'], on: 'user', source: rhino(10) },
  { actions: ['iam:AttachGroupPolicy'], on: 'group', source: rhino(8) },
  { actions: ['iam:PutGroupPolicy'], on: 'group', source: rhino(11) },
  { actions: ['iam:AttachRolePolicy'], on: 'role', source: rhino(9) },
  { actions: ['iam:PutRolePolicy'], on: 'role', source: rhino(12) },
  { actions: ['iam:CreatePolicyVersion'], on: 'policy', source: rhino(1) },
  { actions: ['iam:SetDefaultPolicyVersion'], on: 'policy', source: rhino(2) },
  // A Deny or a permissions boundary that goes gives as much as an Allow that comes.
  { actions: ['iam:DeleteUserPolicy'], on: 'userLimit', source: iamApi('DeleteUserPolicy') },
  { actions: ['iam:DetachUserPolicy'], on: 'userLimit', source: iamApi('DetachUserPolicy') },
  {
    actions: ['iam:DeleteUserPermissionsBoundary'],
    on: 'userLimit',
    source: iamApi('DeleteUserPermissionsBoundary'),
  },
  { actions: ['iam:PutUserPermissionsBoundary'], on: 'userLimit', source: iamApi('PutUserPermissionsBoundary') },
  { actions: ['iam:DeleteGroupPolicy'], on: 'groupLimit', source: iamApi('DeleteGroupPolicy') },
  { actions: ['iam:DetachGroupPolicy'], on: 'groupLimit', source: iamApi('DetachGroupPolicy') },
  { actions: ['iam:RemoveUserFromGroup'], on: 'leave', source: iamApi('RemoveUserFromGroup') },
  { actions: ['iam:DeleteRolePolicy'], on: 'roleLimit', source: iamApi('DeleteRolePolicy') },
  { actions: ['iam:DetachRolePolicy'], on: 'roleLimit', source: iamApi('DetachRolePolicy') },
  {
    actions: ['iam:DeleteRolePermissionsBoundary'],
    on: 'roleBoundary',
    source: iamApi('DeleteRolePermissionsBoundary'),
  },
  // A boundary on the lab's apply role decides what applies can revoke.
  { actions: ['iam:PutRolePermissionsBoundary'], on: 'roleBoundary', source: iamApi('PutRolePermissionsBoundary') },
  { actions: ['iam:CreateAccessKey'], on: 'key', source: rhino(4) },
  { actions: ['iam:CreateLoginProfile'], on: 'key', source: rhino(5) },
  { actions: ['iam:UpdateLoginProfile'], on: 'key', source: rhino(6) },
  { actions: ['iam:AddUserToGroup'], on: 'join', source: rhino(13) },
  { actions: ['iam:UpdateAssumeRolePolicy'], on: 'trust', source: rhino(14) },
  { actions: ['sts:AssumeRole'], on: 'assume', source: pmapper('sts') },
  // Which services start something with the role is not asked: there are new ones every year.
  { actions: ['iam:PassRole'], on: 'pass', source: 'IAM user guide, "Grant a user permissions to pass a role"' },
  ...[
    ['lambda:UpdateFunctionCode', 'lambda.amazonaws.com', rhino(17)],
    ['lambda:UpdateFunctionConfiguration', 'lambda.amazonaws.com', 'Rhino Security Labs, "Part 2": Lambda layers'],
    ['ssm:SendCommand', 'ec2.amazonaws.com', pmapper('ssm')],
    ['ssm:StartSession', 'ec2.amazonaws.com', pmapper('ssm')],
    ['ec2-instance-connect:SendSSHPublicKey', 'ec2.amazonaws.com', 'EC2 Instance Connect API reference'],
    ['ec2:ModifyInstanceAttribute', 'ec2.amazonaws.com', 'EC2 API reference: the attribute userData'],
    ['ssm:StartAutomationExecution', 'ssm.amazonaws.com', 'Systems Manager user guide, "Automation"'],
    ['cloudformation:UpdateStack', 'cloudformation.amazonaws.com', pmapper('cloudformation')],
    ['cloudformation:ExecuteChangeSet', 'cloudformation.amazonaws.com', pmapper('cloudformation')],
    ['codebuild:StartBuild', 'codebuild.amazonaws.com', pmapper('codebuild')],
    ['codebuild:StartBuildBatch', 'codebuild.amazonaws.com', pmapper('codebuild')],
    ['codebuild:UpdateProject', 'codebuild.amazonaws.com', pmapper('codebuild')],
    ['sagemaker:CreatePresignedNotebookInstanceUrl', 'sagemaker.amazonaws.com', pmapper('sagemaker')],
    ['glue:UpdateDevEndpoint', 'glue.amazonaws.com', rhino(19)],
    ['ecs:ExecuteCommand', 'ecs-tasks.amazonaws.com', 'Amazon ECS developer guide, "ECS Exec"'],
    ['ecs:RunTask', 'ecs-tasks.amazonaws.com', 'Amazon ECS API reference, RunTask: overrides'],
    ['batch:SubmitJob', 'ecs-tasks.amazonaws.com', 'AWS Batch API reference, ContainerOverrides: command'],
    ['sagemaker:CreatePresignedDomainUrl', 'sagemaker.amazonaws.com', 'SageMaker developer guide, "Add user profiles"'],
    ['ssm:CreateAssociation', 'ec2.amazonaws.com', 'Systems Manager user guide, "State Manager"'],
    ['apprunner:UpdateService', 'tasks.apprunner.amazonaws.com', 'App Runner API reference: the source of the service'],
    ['cloudformation:UpdateStackSet', 'cloudformation.amazonaws.com', 'CloudFormation API reference, UpdateStackSet'],
    ['rolesanywhere:CreateTrustAnchor', 'rolesanywhere.amazonaws.com', 'IAM Roles Anywhere user guide, "trust model"'],
    ['rolesanywhere:UpdateTrustAnchor', 'rolesanywhere.amazonaws.com', 'IAM Roles Anywhere API reference: its source'],
    ['eks:AssociateAccessPolicy', 'pods.eks.amazonaws.com', 'EKS user guide, "Associate access policies"'],
    ['states:UpdateStateMachine', 'states.amazonaws.com', 'Step Functions API reference'],
    ['iam:UpdateSAMLProvider', 'saml-provider', iamApi('UpdateSAMLProvider')],
    ['sso:CreateAccountAssignment', 'saml-provider', 'IAM Identity Center API reference, CreateAccountAssignment'],
    ['identitystore:CreateGroupMembership', 'saml-provider', 'CloudQuery, "AWS Identity Center: privilege escalation"'],
    ['sso-directory:AddMemberToGroup', 'saml-provider', 'CloudQuery, "AWS Identity Center: privilege escalation"'],
    ['datapipeline:PutPipelineDefinition', 'datapipeline.amazonaws.com', rhino(21)],
  ].map(([action = '', service = '', source = '']) => ({ actions: [action], on: 'through' as const, service, source })),
  // Any user, group or role serves that the principal can both widen and act as.
  { actions: ['iam:AttachUserPolicy', 'iam:CreateUser'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:PutUserPolicy', 'iam:CreateUser'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:AttachUserPolicy', 'iam:CreateAccessKey'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:PutUserPolicy', 'iam:CreateAccessKey'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:AttachUserPolicy', 'iam:CreateLoginProfile'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:PutUserPolicy', 'iam:CreateLoginProfile'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:AttachUserPolicy', 'iam:UpdateLoginProfile'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:PutUserPolicy', 'iam:UpdateLoginProfile'], on: 'anyUser', source: pmapper('iam') },
  { actions: ['iam:AttachGroupPolicy', 'iam:AddUserToGroup'], on: 'anyGroup', source: pmapper('iam') },
  { actions: ['iam:PutGroupPolicy', 'iam:AddUserToGroup'], on: 'anyGroup', source: pmapper('iam') },
  { actions: ['iam:AttachRolePolicy', 'iam:CreateRole'], on: 'anyRole', source: pmapper('iam') },
  { actions: ['iam:PutRolePolicy', 'iam:CreateRole'], on: 'anyRole', source: pmapper('iam') },
  { actions: ['iam:AttachRolePolicy', 'iam:UpdateAssumeRolePolicy'], on: 'anyRole', source: pmapper('iam') },
  { actions: ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'], on: 'anyRole', source: pmapper('iam') },
  // An apply does what state and record say.
  { actions: ['s3:PutObject'], on: 'object', source: 'Terraform documentation, "Sensitive data in state"' },
  {
    actions: ['s3:ReplicateObject'],
    on: 'object',
    source: 'S3 user guide, "Setting up permissions for live replication"',
  },
  { actions: ['s3:DeleteObjectVersion'], on: 'object', source: 'S3 user guide: the version before becomes current' },
  { actions: ['s3:PutBucketPolicy'], on: 'bucket', source: 'S3 user guide, "Bucket policies"' },
  {
    actions: ['s3:PutBucketAcl', 's3:PutBucketOwnershipControls'],
    on: 'bucket',
    source: 'S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket"',
  },
];
