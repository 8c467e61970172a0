import type { FindingId } from '../../diagnostics/finding-ids.ts';
import type { DriftFinding } from '../finding.ts';
import { oldAccessKey, unusedAccessKey } from './access-key-age.ts';
import { accessWithheld, denyKept } from './added-denies.ts';
import { boundaryPolicyChanged } from './boundary-policy-changed.ts';
import { DIFFERENCE_RULES } from './differences.ts';
import { keyUsedAfterLeaving } from './key-used-after-leaving.ts';
import { nonDefaultPolicyVersion } from './non-default-policy-version.ts';
import { nothingApplied } from './nothing-applied.ts';
import { consolePassword, serviceSpecificCredential, signingCertificate, sshKey } from './other-credentials.ts';
import { groupRenamed, userRecreated, userRenamed } from './renamed.ts';
import { resourceChanged } from './resource-changed.ts';
import { retiredOperations } from './retired-operations.ts';
import { rootAccessKey } from './root-access-key.ts';
import type { Rule } from './rule.ts';
import { bucketChanged, identityProviderChanged, roleChanged } from './setup-changes.ts';
import { tooManyAccessKeys } from './too-many-access-keys.ts';
import { unmanagedGroup, unmanagedGroupMembership } from './unmanaged-group.ts';
import { unmanagedPolicy } from './unmanaged-policy.ts';
import { unmanagedRole } from './unmanaged-role.ts';
import { unmanagedUser } from './unmanaged-user.ts';
import { userWithoutBoundary } from './user-without-boundary.ts';

export const DRIFT_RULES: { readonly [Id in FindingId]: Rule<Id> } = {
  ...DIFFERENCE_RULES,
  'root-access-key': rootAccessKey,
  'key-used-after-leaving': keyUsedAfterLeaving,
  'user-without-boundary': userWithoutBoundary,
  'boundary-policy-changed': boundaryPolicyChanged,
  'role-changed': roleChanged,
  'bucket-changed': bucketChanged,
  'identity-provider-changed': identityProviderChanged,
  'unmanaged-group-membership': unmanagedGroupMembership,
  'unmanaged-user': unmanagedUser,
  'unmanaged-role': unmanagedRole,
  'unmanaged-group': unmanagedGroup,
  'unmanaged-policy': unmanagedPolicy,
  'access-withheld': accessWithheld,
  'user-renamed': userRenamed,
  'user-recreated': userRecreated,
  'group-renamed': groupRenamed,
  'deny-kept': denyKept,
  'non-default-policy-version': nonDefaultPolicyVersion,
  'retired-operations': retiredOperations,
  'console-password': consolePassword,
  'too-many-access-keys': tooManyAccessKeys,
  'old-access-key': oldAccessKey,
  'unused-access-key': unusedAccessKey,
  'ssh-key': sshKey,
  'signing-certificate': signingCertificate,
  'service-specific-credential': serviceSpecificCredential,
  'resource-changed': resourceChanged,
  'nothing-applied': nothingApplied,
};

export function ruleOf({ rule }: Pick<DriftFinding, 'rule'>): Rule {
  return DRIFT_RULES[rule];
}
