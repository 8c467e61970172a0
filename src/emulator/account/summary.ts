import { AWS_MANAGED_POLICIES } from './aws-managed.ts';
import type { Run } from './reply.ts';

/** Counts and quotas of the account; what an emulator does not have (roles, providers, server certificates) counts zero. */
export const getAccountSummary: Run = (account) => {
  const users = [...account.users.values()];
  const policies = [...account.policies.values()];
  const inUse = [...account.attachments.keys()];
  const counts = {
    Users: users.length,
    UsersQuota: 5_000,
    Groups: account.groups.size,
    GroupsQuota: 300,
    GroupsPerUserQuota: 10,
    Policies: policies.length,
    PoliciesQuota: 1_500,
    PolicySizeQuota: 6_144,
    PolicyVersionsInUse: [...policies, ...AWS_MANAGED_POLICIES.filter(({ arn }) => inUse.includes(arn))].length,
    PolicyVersionsInUseQuota: 10_000,
    VersionsPerPolicyQuota: 5,
    AttachedPoliciesPerGroupQuota: 10,
    AttachedPoliciesPerRoleQuota: 10,
    AttachedPoliciesPerUserQuota: 10,
    AccessKeysPerUserQuota: 2,
    SigningCertificatesPerUserQuota: 2,
    UserPolicySizeQuota: 2_048,
    GroupPolicySizeQuota: 5_120,
    Roles: 0,
    RolesQuota: 1_000,
    InstanceProfiles: 0,
    Providers: 0,
    ServerCertificates: 0,
    MFADevices: Object.keys(account.state.virtualMfa).length,
    MFADevicesInUse: users.reduce((sum, user) => sum + user.mfa.length, 0),
    AccountMFAEnabled: 0,
    AccountAccessKeysPresent: 1,
    AccountSigningCertificatesPresent: 0,
    GlobalEndpointTokenVersion: 1,
  };
  return { SummaryMap: { entries: Object.entries(counts).map(([key, value]) => ({ key, value })) } };
};

export const listAccountAliases: Run = (account) => ({ AccountAliases: account.state.aliases, IsTruncated: false });
