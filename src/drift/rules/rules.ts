import type { FindingId } from '../../diagnostics/finding-ids.ts';
import type { DriftFinding } from '../finding.ts';
import {
  keyUsedAfterLeaving,
  oldAccessKey,
  rootAccessKey,
  tooManyAccessKeys,
  unusedAccessKey,
} from './access-key-rules.ts';
import { accessNotGiven } from './access-not-given.ts';
import { accessWithheld, denyKept } from './added-denies.ts';
import { boundaryPolicyChanged } from './boundary-policy-changed.ts';
import { DIFFERENCE_RULES } from './differences.ts';
import { nonDefaultPolicyVersion } from './non-default-policy-version.ts';
import { nothingApplied } from './nothing-applied.ts';
import { consolePassword, serviceSpecificCredential, signingCertificate, sshKey } from './other-credentials.ts';
import { groupRenamed, nameTaken, userRecreated, userRenamed } from './renamed.ts';
import { resourceChanged } from './resource-changed.ts';
import { retiredOperations } from './retired-operations.ts';
import type { Rule } from './rule.ts';
import { bucketChanged, identityProviderChanged, roleChanged } from './setup-changes.ts';
import { unmanagedGroup, unmanagedGroupMembership, unmanagedPolicy } from './unmanaged-resources.ts';
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
  'access-not-given': accessNotGiven,
  'access-withheld': accessWithheld,
  'user-renamed': userRenamed,
  'user-recreated': userRecreated,
  'name-taken': nameTaken,
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
