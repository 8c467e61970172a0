import { DENY_ALL, MANAGED_POLICY_NAMES, managedPolicyArn } from '../catalog/managed-policies.ts';
import { iamArn } from '../iam/arn.ts';
import type { ConditionBlock, PolicyDocument, Statement } from '../iam/document.ts';
import type { TrustPolicy } from '../iam/resource-policy.ts';
import {
  boundaryArn,
  iamName,
  labPath,
  MAIN_BRANCH,
  memberTags,
  type WorkflowRole,
  workflowRolePath,
} from '../team/names.ts';
import type { StatePlace, Team } from '../team/team.ts';
import type { RepositoryFacts } from './repository.ts';

type Lab = Pick<Team, 'lab' | 'account'>;

/**
 * `arn:aws:iam::123456789012:role/mturk-roles/perception-lab/perception-lab-plan`. Role names are unique in an account
 * whatever the path (IAM API reference: CreateRole).
 */
export function workflowRoleArn({ account, lab }: Lab, role: WorkflowRole): string {
  return iamArn(account, 'role', workflowRolePath(lab), iamName(lab, role));
}

/** What a plan, a quick check and the members' credentials are read with. */
const READS = [
  'GetAccountAuthorizationDetails',
  'GetAccountSummary',
  'GetGroup',
  'GetGroupPolicy',
  'GetLoginProfile',
  'GetPolicy',
  'GetPolicyVersion',
  'GetUser',
  'GetUserPolicy',
  'ListAccessKeys',
  'ListAttachedGroupPolicies',
  'ListAttachedUserPolicies',
  'ListGroupPolicies',
  'ListGroups',
  'ListPolicies',
  'ListSSHPublicKeys',
  'ListServiceSpecificCredentials',
  'ListSigningCertificates',
  'ListUserPolicies',
  'ListUsers',
  'ListVirtualMFADevices',
];

/** Terraform lists these before it deletes a user (`force_destroy`) or a policy, or replaces the oldest of five versions. */
const READS_BEFORE_DELETING = ['ListGroupsForUser', 'ListMFADevices', 'ListPolicyVersions'];

/** The credentials that keep IAM from deleting a user. A virtual MFA device is unassigned, not deleted: see `roles.md`. */
const DELETES_CREDENTIALS = [
  'DeactivateMFADevice',
  'DeleteAccessKey',
  'DeleteLoginProfile',
  'DeleteSSHPublicKey',
  'DeleteServiceSpecificCredential',
  'DeleteSigningCertificate',
];

/**
 * What a role may do. Every action is named; each is one that the tool or the AWS provider calls. Action names, resource
 * types and condition keys are those of AWS's service authorization reference.
 */
export function permissionsOf(
  role: WorkflowRole,
  lab: Lab & { readonly state: Pick<StatePlace, 'bucket' | 'key'> },
): PolicyDocument {
  const of = (kind: 'user' | 'group' | 'policy') => iamArn(lab.account, kind, labPath(lab.lab), '*');
  const object = (name: string) => `arn:aws:s3:::${lab.state.bucket}/${lab.state.key}/${name}`;
  const iam = (sid: string, actions: readonly string[], resource: string, condition?: ConditionBlock) =>
    allow(sid, actions.map((name) => `iam:${name}`).sort(), resource, condition);
  const records = [object('apply-record.json'), object('reconcile-record.json')] as const;
  const state = object('team.tfstate');
  const withBoundary = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn(lab) } };
  const reads = (more: readonly string[]) => [
    iam('ReadIam', [...READS, ...more], '*'),
    // Not limited to a prefix: a condition could turn a missing record, HTTP 404, into a denied one. See roles.md.
    allow('ListState', ['s3:ListBucket'], `arn:aws:s3:::${lab.state.bucket}`),
  ];
  const scans = [
    allow(
      'ReadCredentialsAndEvents',
      ['cloudtrail:LookupEvents', 'iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
      '*',
    ),
  ];
  const writesState = (names: readonly string[]) => [
    allow('WriteState', ['s3:GetObject', 's3:PutObject'], [state, ...names]),
    allow('LockState', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], `${state}.tflock`),
  ];
  const readsState = allow('ReadState', ['s3:GetObject'], [state, ...records]);
  switch (role) {
    case 'plan':
      return policy([...reads([]), readsState]);
    case 'scan':
      return policy([...reads([]), ...scans, readsState]);
    case 'apply':
      return policy([
        ...reads(READS_BEFORE_DELETING),
        ...scans,
        iam(
          'ChangeUsers',
          ['DeleteUser', 'DeleteUserPolicy', 'DetachUserPolicy', 'TagUser', 'UntagUser', ...DELETES_CREDENTIALS],
          of('user'),
        ),
        iam(
          'OnlyWithBoundary',
          ['CreateUser', 'PutUserPermissionsBoundary', 'PutUserPolicy'],
          of('user'),
          withBoundary,
        ),
        iam(
          'ChangeGroups',
          [
            ...['AddUserToGroup', 'CreateGroup', 'DeleteGroup', 'DeleteGroupPolicy'],
            ...['DetachGroupPolicy', 'RemoveUserFromGroup'],
          ],
          of('group'),
        ),
        iam('AttachOnlyMturkPolicies', ['AttachGroupPolicy'], of('group'), {
          ArnLike: { 'iam:PolicyARN': [of('policy'), ...MANAGED_POLICY_NAMES.map(managedPolicyArn)] },
        }),
        iam(
          'ChangePolicies',
          ['CreatePolicy', 'CreatePolicyVersion', 'DeletePolicy', 'DeletePolicyVersion', 'UntagPolicy'],
          of('policy'),
        ),
        ...writesState(records),
      ]);
    case 'reconcile': {
      // An administrator's emergency brake stays; the mode `additions` never detaches it either.
      const butDenyAll = { ArnNotEquals: { 'iam:PolicyARN': DENY_ALL } };
      const ownTags = Object.keys(memberTags(lab.lab, ''));
      return policy([
        ...reads(['ListPolicyVersions']),
        ...scans,
        iam('LeaveGroups', ['DeleteGroupPolicy', 'RemoveUserFromGroup'], of('group')),
        iam('DetachFromGroups', ['DetachGroupPolicy'], of('group'), butDenyAll),
        iam('DetachFromUsers', ['DetachUserPolicy'], of('user'), butDenyAll),
        iam('DeleteInlinePolicies', ['DeleteUserPolicy'], of('user')),
        iam('RestoreTags', ['TagUser'], of('user'), {
          'ForAllValues:StringEquals': { 'aws:TagKeys': ownTags },
          Null: { 'aws:TagKeys': 'false' },
        }),
        iam('OnlyWithBoundary', ['PutUserPermissionsBoundary', 'PutUserPolicy'], of('user'), withBoundary),
        iam('RestorePolicies', ['CreatePolicyVersion', 'DeletePolicyVersion'], of('policy')),
        allow('ReadApplyRecord', ['s3:GetObject'], records[0]),
        ...writesState([records[1]]),
      ]);
    }
  }
}

function policy(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function allow(
  sid: string,
  actions: readonly string[],
  resource: string | readonly string[],
  condition?: ConditionBlock,
): Statement {
  const statement = { Sid: sid, Effect: 'Allow' as const, Action: actions, Resource: resource };
  return condition === undefined ? statement : { ...statement, Condition: condition };
}

/** What follows the repository in the subject of a token: an environment replaces the branch in it. */
const SUBJECTS: Readonly<Record<WorkflowRole, string>> = {
  plan: 'pull_request',
  scan: `ref:refs/heads/${MAIN_BRANCH}`,
  apply: 'environment:production',
  reconcile: 'environment:reconcile',
};

/** Called workflows that may take a role that writes. In mode `all`, and for deletions, drift takes the apply role. */
const CALLED: Readonly<Record<WorkflowRole, readonly string[]>> = {
  plan: [],
  scan: [],
  apply: ['called-apply.yml', 'called-drift.yml'],
  reconcile: ['called-drift.yml'],
};

/** GitHub's issuer of tokens, as IAM names it: without `https://`. */
export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

/** What a token of GitHub must be for. */
export const AUDIENCE = 'sts.amazonaws.com';

export function providerArn(account: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${GITHUB_ISSUER}`;
}

/**
 * Who may take a role: a token of GitHub for exactly one subject of one repository, known by its number, and for the roles
 * that write, a job of one of this tool's called workflows. No wildcards. Condition keys:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function trustOf(
  role: WorkflowRole,
  { account }: Pick<Lab, 'account'>,
  { owner, name, ownerId, repositoryId, subject, workflows }: RepositoryFacts,
): TrustPolicy {
  const repository = subject === 'ids' ? `${owner}@${ownerId}/${name}@${repositoryId}` : `${owner}/${name}`;
  const called = CALLED[role].map(
    (file) => `${workflows.owner}/${workflows.name}/.github/workflows/${file}@${workflows.ref}`,
  );
  const Condition = {
    StringEquals: {
      [`${GITHUB_ISSUER}:aud`]: AUDIENCE,
      [`${GITHUB_ISSUER}:sub`]: `repo:${repository}:${SUBJECTS[role]}`,
      [`${GITHUB_ISSUER}:repository_id`]: repositoryId,
      ...(called.length === 0 ? {} : { [`${GITHUB_ISSUER}:job_workflow_ref`]: called }),
    },
  };
  const Principal = { Federated: providerArn(account) };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }],
  };
}
