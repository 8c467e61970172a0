import { QUOTAS } from '../../iam/quotas.ts';
import { HOUR_MS } from '../../text/dates.ts';
import type { Account } from './account.ts';
import { isAwsError, otherError } from './aws-error.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed.ts';
import { boundaryReply } from './boundaries.ts';
import { attachedReply, inlineReply } from './entity-policies.ts';
import { groupReply } from './groups.ts';
import { byName, page, type Reply, type Run } from './operation.ts';
import { texts } from './params.ts';
import { policyReply, versionWithDocument } from './policies.ts';
import { roleReply } from './roles.ts';
import {
  type AccessKeyRecord,
  type CertificateRecord,
  type GroupRecord,
  type PolicyRecord,
  type RoleRecord,
  rootArn,
  type UserRecord,
  userArn,
} from './state.ts';
import { tagsReply } from './tags.ts';
import { userReply } from './users.ts';

/** Users, groups, roles and policies in pages that run across the kinds, as IAM pages them. AWS's policies are listed where they are attached. */
export const getAccountAuthorizationDetails: Run = (account, params) => {
  const filter = texts(params, 'Filter');
  const attachedAws = AWS_MANAGED_POLICIES.filter(
    ({ arn }) => account.attachments.has(arn) || account.bounded.has(arn),
  );
  const all = [
    ...entities('User', account.users.values(), (user) => userDetail(account, user)),
    ...entities('Group', account.groups.values(), (group) => groupDetail(account, group)),
    ...entities('Role', account.roles.values(), (role) => roleDetail(account, role)),
    ...entities('LocalManagedPolicy', account.policies.values(), (policy) => policyDetail(account, policy)),
    ...entities('AWSManagedPolicy', attachedAws, (policy) => policyDetail(account, policy)),
  ].filter(({ kind }) => filter.length === 0 || filter.includes(kind));
  const found = page(params, all, (entity) => `${entity.kind} ${byName(entity)}`);
  if (isAwsError(found)) return found;
  const detailsOf = (pattern: RegExp) =>
    found.items.filter(({ kind }) => pattern.test(kind)).map(({ detail }) => detail());
  return {
    UserDetailList: detailsOf(/^User$/),
    GroupDetailList: detailsOf(/^Group$/),
    RoleDetailList: detailsOf(/^Role$/),
    Policies: detailsOf(/Policy$/),
    ...found.rest,
  };
};

function entities<T extends { readonly name: string }>(kind: string, all: Iterable<T>, detailOf: (entity: T) => Reply) {
  return Array.from(all, (entity) => ({ kind, name: entity.name, detail: () => detailOf(entity) }));
}

function userDetail(account: Account, user: UserRecord): Reply {
  return {
    ...userReply(account.state, user),
    UserPolicyList: user.inline.length > 0 ? user.inline.map(inlineReply) : null,
    GroupList: user.groups.map((id) => account.state.groups[id]?.name),
    AttachedManagedPolicies: user.attached.map((arn) => attachedReply(account, arn)),
    PermissionsBoundary: boundaryReply(user.boundary),
    Tags: tagsReply(user.tags),
  };
}

function groupDetail(account: Account, group: GroupRecord): Reply {
  return {
    ...groupReply(account.state, group),
    GroupPolicyList: group.inline.map(inlineReply),
    AttachedManagedPolicies: group.attached.map((arn) => attachedReply(account, arn)),
  };
}

function roleDetail(account: Account, role: RoleRecord): Reply {
  return {
    ...roleReply(account.state, role),
    InstanceProfileList: [],
    RolePolicyList: role.inline.map(inlineReply),
    AttachedManagedPolicies: role.attached.map((arn) => attachedReply(account, arn)),
    PermissionsBoundary: boundaryReply(role.boundary),
    Tags: tagsReply(role.tags),
  };
}

function policyDetail(account: Account, policy: PolicyRecord): Reply {
  return {
    ...policyReply(account, policy),
    Description: policy.description,
    PolicyVersionList: policy.versions.toReversed().map((version) => versionWithDocument(policy, version)),
  };
}

/** IAM makes a new report only when the last one is this old. */
const KEPT_MS = 4 * HOUR_MS;

// The 22 columns of "Getting credential reports for your AWS account" in IAM's user guide.
const COLUMNS = [
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active',
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service',
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service',
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
].join(',');

export const generateCredentialReport: Run = (account, _params, call) => {
  const { report } = account;
  if (report !== null && Date.parse(call.now) - Date.parse(report.generated) < KEPT_MS) return { State: 'COMPLETE' };
  account.report = { generated: call.now, content: content(account) };
  return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
};

export const getCredentialReport: Run = (account) => {
  const { report } = account;
  if (report === null)
    return otherError('ReportNotPresent', 410, 'No report is present. Please generate a report first.');
  return {
    Content: Buffer.from(report.content).toString('base64'),
    ReportFormat: 'text/csv',
    GeneratedTime: report.generated,
  };
};

function content(account: Account): string {
  const { state } = account;
  const rootKeys = state.rootKeys ?? [];
  const root = ['<root_account>', rootArn(state), offset(state.created), 'not_supported', 'no_information'];
  root.push('not_supported', 'not_supported', 'false', ...keyColumns(rootKeys[0]), ...keyColumns(rootKeys[1]));
  root.push('false', 'N/A', 'false', 'N/A');
  const users = [...account.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [COLUMNS, root.join(','), ...users.map((user) => line(account, user))].join('\n');
}

function line(account: Account, user: UserRecord): string {
  const login =
    user.login === null
      ? ['false', 'N/A', 'N/A', 'N/A']
      : ['true', 'no_information', offset(user.login.created), 'N/A'];
  return [
    quoted(user.name),
    quoted(userArn(account.state, user)),
    offset(user.created),
    ...login,
    String(user.mfa.length > 0),
    ...keyColumns(user.keys[0]),
    ...keyColumns(user.keys[1]),
    ...certificateColumns(user.certificates[0]),
    ...certificateColumns(user.certificates[1]),
  ].join(',');
}

function keyColumns(key: AccessKeyRecord | undefined): string[] {
  if (key === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const used = key.lastUsed;
  return [
    String(key.status === 'Active'),
    offset(key.created),
    used === null ? 'N/A' : offset(used.date),
    used?.region ?? 'N/A',
    used?.service ?? 'N/A',
  ];
}

function certificateColumns(certificate: CertificateRecord | undefined): string[] {
  if (certificate === undefined) return ['false', 'N/A'];
  return [String(certificate.status === 'Active'), offset(certificate.uploaded)];
}

/** A name of IAM may hold a comma. */
function quoted(text: string): string {
  return text.includes(',') ? `"${text}"` : text;
}

/** The report writes UTC as an offset. */
function offset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}

/** Counts and quotas of the account; what an emulator does not have (instance profiles, server certificates) counts zero. */
export const getAccountSummary: Run = (account) => {
  const users = [...account.users.values()];
  const counts = {
    Users: users.length,
    UsersQuota: QUOTAS.usersPerAccount,
    Groups: account.groups.size,
    GroupsQuota: QUOTAS.groupsPerAccount,
    GroupsPerUserQuota: QUOTAS.groupsPerUser,
    Policies: account.policies.size,
    PoliciesQuota: QUOTAS.policiesPerAccount,
    PolicySizeQuota: QUOTAS.managedPolicySize,
    PolicyVersionsInUse:
      account.policies.size + AWS_MANAGED_POLICIES.filter(({ arn }) => account.attachments.has(arn)).length,
    PolicyVersionsInUseQuota: 10_000,
    VersionsPerPolicyQuota: QUOTAS.policyVersions,
    AttachedPoliciesPerGroupQuota: QUOTAS.attachedPoliciesPerGroup,
    AttachedPoliciesPerRoleQuota: QUOTAS.attachedPoliciesPerRole,
    AttachedPoliciesPerUserQuota: QUOTAS.attachedPoliciesPerUser,
    AccessKeysPerUserQuota: QUOTAS.accessKeysPerUser,
    SigningCertificatesPerUserQuota: QUOTAS.signingCertificatesPerUser,
    UserPolicySizeQuota: QUOTAS.inlinePoliciesSizePerUser,
    GroupPolicySizeQuota: QUOTAS.inlinePoliciesSizePerGroup,
    RolePolicySizeQuota: QUOTAS.inlinePoliciesSizePerRole,
    AssumeRolePolicySizeQuota: QUOTAS.trustPolicySize,
    Roles: account.roles.size,
    RolesQuota: QUOTAS.rolesPerAccount,
    InstanceProfiles: 0,
    Providers: Object.keys(account.state.oidcProviders).length,
    ServerCertificates: 0,
    MFADevices: Object.keys(account.state.virtualMfa).length,
    MFADevicesInUse: users.reduce((sum, user) => sum + user.mfa.length, 0),
    AccountMFAEnabled: 0,
    AccountAccessKeysPresent: (account.state.rootKeys ?? []).length === 0 ? 0 : 1,
    AccountSigningCertificatesPresent: 0,
    GlobalEndpointTokenVersion: 1,
  };
  return { SummaryMap: { entries: Object.entries(counts).map(([key, value]) => ({ key, value })) } };
};

export const listAccountAliases: Run = (account) => ({ AccountAliases: account.state.aliases, IsTruncated: false });
