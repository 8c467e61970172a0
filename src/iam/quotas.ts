/**
 * What IAM limits, as the account has it without asking for more.
 * Source: IAM user guide, "IAM and AWS STS quotas"; the size of a managed policy and the eight MFA devices are from
 * general knowledge of the service.
 */
export const QUOTAS = {
  usersPerAccount: 5_000,
  groupsPerAccount: 300,
  /** What AWS grants on request. */
  groupsPerAccountAtMost: 500,
  rolesPerAccount: 1_000,
  policiesPerAccount: 1_500,
  groupsPerUser: 10,
  /** Managed policies attached to one user, group or role. */
  attachedPoliciesPerUser: 10,
  attachedPoliciesPerGroup: 10,
  attachedPoliciesPerRole: 10,
  policyVersions: 5,
  /** Characters without white space (`policySize`). */
  managedPolicySize: 6_144,
  /** All inline policies of one user, group or role together, characters without white space. */
  inlinePoliciesSizePerUser: 2_048,
  inlinePoliciesSizePerGroup: 5_120,
  inlinePoliciesSizePerRole: 10_240,
  /** Characters without white space. */
  trustPolicySize: 2_048,
  identityProvidersPerAccount: 100,
  clientIdsPerProvider: 100,
  accessKeysPerUser: 2,
  mfaDevicesPerUser: 8,
  sshKeysPerUser: 5,
  signingCertificatesPerUser: 2,
  tags: 50,
  tagKeyLength: 128,
  tagValueLength: 256,
  userNameLength: 64,
  groupNameLength: 128,
  roleNameLength: 64,
  policyNameLength: 128,
  pathLength: 512,
} as const;

/** The length of a policy as IAM's quotas count it: characters, white space left out. */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}
