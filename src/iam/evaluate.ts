import type { AccessRequest } from './context.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { statementMatches, statementsOf } from './statement.ts';

export type { AccessRequest, RequestContext } from './context.ts';

/** A document and where it comes from, for the answer to "why". */
export interface PolicySource {
  /** What attaches it, in IAM's names: `group perception-lab-paymaster` or `user perception-lab-bo`. */
  readonly holder: string;
  /** Name of the inline policy or ARN of the managed one. */
  readonly policy: string;
  readonly document: PolicyDocument;
}

export interface PrincipalPolicies {
  readonly identity: readonly PolicySource[];
  /** Null where the principal has no boundary. */
  readonly boundary: PolicySource | null;
}

export type Outcome = 'allowed' | 'denied-implicitly' | 'denied-explicitly';

interface DecidingStatement {
  readonly holder: string;
  readonly policy: string;
  readonly statement: Statement;
}

export interface Decision {
  readonly outcome: Outcome;
  /** The matching Allows of an allowed request, the matching Denies of an explicit denial, else empty. */
  readonly by: readonly DecidingStatement[];
  /** True where only the permissions boundary stood in the way of an Allow. */
  readonly stoppedByBoundary: boolean;
}

/**
 * Decides a request as IAM does for identity policies and a permissions boundary: a Deny anywhere is final, an Allow
 * is needed from the identity policies, and where there is a boundary, one from the boundary, too.
 */
export function evaluate(policies: PrincipalPolicies, request: AccessRequest): Decision {
  const identity = matching(policies.identity, request);
  const boundary = policies.boundary === null ? null : matching([policies.boundary], request);
  const denies = [...identity.denies, ...(boundary?.denies ?? [])];
  const granted = identity.allows.length > 0 && identity.denies.length === 0;
  if (denies.length > 0) return { outcome: 'denied-explicitly', by: denies, stoppedByBoundary: granted };
  if (!granted) return { outcome: 'denied-implicitly', by: [], stoppedByBoundary: false };
  if (boundary !== null && boundary.allows.length === 0) {
    return { outcome: 'denied-implicitly', by: [], stoppedByBoundary: true };
  }
  return { outcome: 'allowed', by: identity.allows, stoppedByBoundary: false };
}

function matching(
  sources: readonly PolicySource[],
  request: AccessRequest,
): { allows: DecidingStatement[]; denies: DecidingStatement[] } {
  const allows: DecidingStatement[] = [];
  const denies: DecidingStatement[] = [];
  for (const { holder, policy, document } of sources) {
    for (const statement of statementsOf(document)) {
      if (!statementMatches(statement, document.Version, request)) continue;
      (statement.Effect === 'Deny' ? denies : allows).push({ holder, policy, statement });
    }
  }
  return { allows, denies };
}
