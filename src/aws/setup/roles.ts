import { MANAGED_POLICY_NAMES, managedPolicyArn } from '../../catalog/managed-policies.ts';
import { iamArn } from '../../iam/arn.ts';
import type { ConditionBlock, PolicyDocument, Statement } from '../../iam/document.ts';
import type { TrustPolicy } from '../../iam/resource-policy.ts';
import { boundaryArn, labPath, MAIN_BRANCH, type WorkflowRole } from '../../team/names.ts';
import type { StatePlace, Team } from '../../team/team.ts';
import { BUCKET_READS } from './bucket.ts';
import { BOOTSTRAP_RECORD, KEY_MARKERS, type RepositoryFacts } from './record.ts';

type Lab = Pick<Team, 'lab' | 'account'>;

/** What a plan, a quick check and the members' credentials are read with. */
const READS = [
  'GetAccountAuthorizationDetails',
  'GetAccountSummary',
  'GetGroup',
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
];

/** Terraform lists these before it deletes a user (`force_destroy`) or a policy, or replaces the oldest of five versions. */
const READS_BEFORE_DELETING = ['ListGroupsForUser', 'ListMFADevices', 'ListPolicyVersions', 'ListVirtualMFADevices'];

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
  const bucket = `arn:aws:s3:::${lab.state.bucket}`;
  const object = (name: string) => `${bucket}/${lab.state.key}/${name}`;
  const iam = (sid: string, actions: readonly string[], resource: string, condition?: ConditionBlock) =>
    allow(sid, actions.map((name) => `iam:${name}`).sort(), resource, condition);
  // A bucket that someone else created again under the name, once it was deleted, is another account's.
  const s3 = (sid: string, actions: readonly string[], resource: string | readonly string[]) =>
    allow(sid, actions, resource, { StringEquals: { 's3:ResourceAccount': lab.account } });
  const [state, record] = [object('team.tfstate'), object('apply-record.json')];
  const withBoundary = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn(lab) } };
  // Not limited to a prefix: a condition could turn a missing record, HTTP 404, into a denied one. See roles.md.
  const listState = s3('ListState', ['s3:ListBucket'], bucket);
  const reads = (more: readonly string[]) => [iam('ReadIam', [...READS, ...more], '*'), listState];
  const scans = allow(
    'ReadCredentialsAndEvents',
    ['cloudtrail:LookupEvents', 'iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
    '*',
  );
  // In one account, the policy of a bucket that a merged file names could let the roles in by itself.
  const NotResource = [bucket, object('*')];
  const elsewhere = { Sid: 'NoOtherBucket', Effect: 'Deny' as const, Action: ['s3:*'], NotResource };
  const policy = (own: readonly Statement[]) => ({ Version: '2012-10-17', Statement: [...own, elsewhere] });
  switch (role) {
    case 'plan':
      return policy([...reads([]), s3('ReadState', ['s3:GetObject'], [state, record])]);
    case 'scan':
      return policy([
        ...reads([]),
        scans,
        iam('ReadIdentityProvider', ['GetOpenIDConnectProvider'], providerArn(lab.account)),
        s3('ReadBucketSettings', BUCKET_READS, bucket),
        s3('ReadState', ['s3:GetObject'], [state, record, object(BOOTSTRAP_RECORD)]),
      ]);
    case 'apply':
      return policy([
        ...reads(READS_BEFORE_DELETING),
        scans,
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
        s3('WriteState', ['s3:GetObject', 's3:PutObject'], [state, record]),
        s3('LockState', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], `${state}.tflock`),
      ]);
    case 'keys':
      return policy([
        iam('ReadKeys', ['GetAccessKeyLastUsed', 'GetUser', 'ListAccessKeys'], '*'),
        iam('ChangeKeys', ['CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey'], of('user')),
        listState,
        s3('ReadRecords', ['s3:GetObject'], [record, object(`${KEY_MARKERS}*`)]),
      ]);
  }
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

/** The called workflows whose jobs take a role, and what follows the repository in the subject of their tokens. */
const ON_MAIN = { subject: `ref:refs/heads/${MAIN_BRANCH}`, files: ['called-apply.yml', 'called-drift.yml'] };
const TAKEN_BY: Readonly<Record<WorkflowRole, { readonly subject: string; readonly files: readonly string[] }>> = {
  plan: { subject: 'pull_request', files: ['called-plan.yml'] },
  scan: ON_MAIN,
  apply: ON_MAIN,
  keys: ON_MAIN,
};

/** GitHub's issuer of tokens, as IAM names it: without `https://`. */
export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

/** What a token of GitHub must be for. */
export const AUDIENCE = 'sts.amazonaws.com';

export function providerArn(account: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${GITHUB_ISSUER}`;
}

/**
 * Who may take a role: a token of GitHub for exactly one subject of one repository, known by its number, and a job of one of
 * this tool's called workflows at a commit that the lab's workflows pin. Condition keys:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function trustOf(role: WorkflowRole, { account }: Pick<Lab, 'account'>, facts: RepositoryFacts): TrustPolicy {
  const { owner, name, ownerId, repositoryId, subject, workflows } = facts;
  const repository = subject === 'ids' ? `${owner}@${ownerId}/${name}@${repositoryId}` : `${owner}/${name}`;
  const { files, subject: of } = TAKEN_BY[role];
  const called = workflows.flatMap((at) =>
    files.map((file) => `${at.owner}/${at.name}/.github/workflows/${file}@${at.ref}`),
  );
  const jobs = `${GITHUB_ISSUER}:job_workflow_ref`;
  const equal = {
    [`${GITHUB_ISSUER}:aud`]: AUDIENCE,
    [`${GITHUB_ISSUER}:sub`]: `repo:${repository}:${of}`,
    [`${GITHUB_ISSUER}:repository_id`]: repositoryId,
  };
  const main = `refs/heads/${MAIN_BRANCH}`;
  const callsItself = workflows.some((at) => at.owner === owner && at.name === name && at.ref === main);
  // A pull request calls a workflow of its own repository as its merge has it.
  const merges =
    role === 'plan' && callsItself ? [`${owner}/${name}/.github/workflows/called-plan.yml@refs/pull/*/merge`] : [];
  const Condition: ConditionBlock =
    merges.length === 0
      ? { StringEquals: { ...equal, [jobs]: called } }
      : { StringEquals: equal, StringLike: { [jobs]: [...called, ...merges] } };
  const Principal = { Federated: providerArn(account) };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }],
  };
}
