import { actionOf, type Capability, OPERATIONS, type Operation, operationsOf } from '../catalog/mturk.ts';
import { statementMatches, statementsOf } from '../iam/statement.ts';
import { FREEZE_SID } from '../team/documents.ts';
import { accessOf, type Grant } from './access-of.ts';
import { byCapability, CAPABILITIES_BY_RISK, type CapabilityAccess } from './capability-access.ts';
import { contextOf, OPEN_KEYS } from './context.ts';
import { decide } from './decide.ts';
import { isoOf } from './diff.ts';
import type { AccessModel } from './model.ts';
import { policiesOf, type UnknownPolicy, userNamed } from './policies-of.ts';

/** What stands in the way of something that a policy allows. */
export interface DeniedAccess {
  readonly capability: Capability;
  /** In catalogue order. */
  readonly operations: readonly Operation[];
  /** The policies whose Deny decides, without the freeze; empty where only the freeze or the boundary is in the way. */
  readonly by: readonly Grant[];
  /** The freeze denies it: it stands in each role's policy, and is no matter of the role. */
  readonly frozen: boolean;
  readonly byBoundary: boolean;
}

/** Everything that one user may do at a moment, and why. */
export interface Explanation {
  readonly user: string;
  /** The moment (ISO 8601, UTC) that all this holds for. */
  readonly at: string;
  /** Worst risk first. */
  readonly allowed: readonly CapabilityAccess[];
  /** What a policy allows and something else takes away, worst risk first. */
  readonly denied: readonly DeniedAccess[];
  readonly suspended: boolean;
  /** The moment (ISO 8601, UTC) from which everything is denied, past or future. */
  readonly ends: string | null;
  readonly groups: readonly string[];
  readonly boundary: string | null;
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** Explains a user's access, or null where the model has no such user. */
export function explain(model: AccessModel, userName: string, at: Date): Explanation | null {
  const user = userNamed(model, userName);
  if (user === null) return null;
  const [access] = accessOf({ ...model, users: [user] }, { at });
  if (access === undefined) return null;
  return {
    user: userName,
    at: at.toISOString(),
    allowed: byCapability(access.allowed, access.grants),
    denied: withheldFrom(model, userName, at),
    suspended: access.suspended,
    ends: isoOf(access.ends),
    groups: user.groups,
    boundary: user.boundary,
    unknownPolicies: access.unknownPolicies,
  };
}

function withheldFrom(model: AccessModel, userName: string, at: Date): readonly DeniedAccess[] {
  const granted = OPERATIONS.filter((operation) => isGranted(model, userName, operation, at));
  const parts = new Map<string, DeniedAccess>();
  for (const capability of CAPABILITIES_BY_RISK) {
    for (const operation of operationsOf(capability).filter((each) => granted.includes(each))) {
      const decision = decide(model, userName, operation, { at });
      if (decision.outcome === 'allowed') continue;
      const denies = decision.by.filter(({ statement }) => statement.Sid !== FREEZE_SID);
      const by = denies.map(({ holder, policy }) => ({ holder, policy }));
      const frozen = denies.length < decision.by.length;
      const key = JSON.stringify([capability, by, frozen, decision.stoppedByBoundary]);
      const part = parts.get(key);
      const operations = [...(part?.operations ?? []), operation];
      parts.set(key, { capability, operations, by, frozen, byBoundary: decision.stoppedByBoundary });
    }
  }
  return [...parts.values()];
}

/** Whether some policy of the user allows it, whatever else forbids it. */
function isGranted(model: AccessModel, userName: string, operation: Operation, at: Date): boolean {
  const user = userNamed(model, userName);
  if (user === null) return false;
  const request = {
    action: actionOf(operation),
    resource: '*',
    context: contextOf(model, user, { at }),
    openKeys: OPEN_KEYS,
  };
  return policiesOf(model, user).identity.some(({ document }) =>
    statementsOf(document).some(
      (statement) => statement.Effect === 'Allow' && statementMatches(statement, document.Version, request),
    ),
  );
}
