import { conditionsHold } from './conditions.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from './document.ts';
import { compilePattern, matchesPattern, type RequestContext, resolvePattern } from './pattern.ts';

export interface AccessRequest {
  /** `mechanicalturk:SendBonus`, `iam:GetUser` */
  readonly action: string;
  /** The ARN of what is acted on, `*` where the service has no resources. */
  readonly resource: string;
  readonly context: RequestContext;
  /** Keys (in lower case) whose values are not known yet: a condition on one counts as what allows more. */
  readonly openKeys?: readonly string[];
}

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
  /** Null if the principal has no boundary. */
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
  /** True if only the permissions boundary kept an Allow from taking effect. */
  readonly stoppedByBoundary: boolean;
}

/**
 * Decides a request as IAM does for identity policies and a permissions boundary: a Deny anywhere is final, an Allow
 * is needed from the identity policies, and if there is a boundary, one from the boundary, too.
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

/** Whether a statement of a document of that version speaks about the request. */
export function statementMatches(statement: Statement, version: string | undefined, request: AccessRequest): boolean {
  return (
    actionMatches(statement, request.action) &&
    resourceMatches(statement, version, request.resource, request.context) &&
    conditionsHold(statement, version, request.context, request.openKeys)
  );
}

/** Prefix and name of an action are compared ignoring case. */
export function actionMatches(statement: Statement, action: string): boolean {
  const name = action.toLowerCase();
  const among = (patterns: readonly string[]) => patterns.some((pattern) => matchesAction(pattern, name));
  if (statement.Action !== undefined) return among(toList(statement.Action));
  return statement.NotAction !== undefined && !among(toList(statement.NotAction));
}

/** Resources are compared with case; one that holds a policy variable without a value is like no resource. */
export function resourceMatches(
  statement: Statement,
  version: string | undefined,
  resource: string,
  context: RequestContext,
): boolean {
  if (statement.Resource === '*') return true;
  const among = (patterns: readonly string[]) =>
    patterns.some((text) => {
      if (text === '*') return true;
      const pattern = resolvePattern(text, 'resource', version, context);
      return pattern !== null && matchesPattern(pattern, resource);
    });
  if (statement.Resource !== undefined) return among(toList(statement.Resource));
  return statement.NotResource !== undefined && !among(toList(statement.NotResource));
}

function matchesAction(pattern: string, loweredAction: string): boolean {
  if (pattern === '*') return true;
  const lowered = pattern.toLowerCase();
  if (!lowered.includes('*') && !lowered.includes('?')) return lowered === loweredAction;
  return matchesPattern(compilePattern(lowered, 'text'), loweredAction);
}
