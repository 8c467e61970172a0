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

export interface SourceStatement<Source extends PolicySource = PolicySource> {
  readonly source: Source;
  readonly statement: Statement;
}

/** The statements of some policies that speak about a request. */
export interface Matches<Matching extends SourceStatement = SourceStatement> {
  readonly allows: readonly Matching[];
  readonly denies: readonly Matching[];
}

export interface Decision<Matching extends SourceStatement = SourceStatement> {
  readonly outcome: Outcome;
  /** The matching Allows of an allowed request, the matching Denies of an explicit denial, else empty. */
  readonly by: readonly Matching[];
  /** True if only the permissions boundary kept an Allow from taking effect. */
  readonly stoppedByBoundary: boolean;
}

/** Decides a request by a principal's policies. */
export function evaluate(policies: PrincipalPolicies, request: AccessRequest): Decision {
  const boundary = policies.boundary === null ? null : matching([policies.boundary], request);
  return decisionBy(matching(policies.identity, request), boundary);
}

/**
 * Decides as IAM does for identity policies and a permissions boundary: a Deny anywhere is final, an Allow is needed
 * from the identity policies, and if there is a boundary, one from the boundary, too.
 */
export function decisionBy<Matching extends SourceStatement>(
  identity: Matches<Matching>,
  boundary: Matches<Matching> | null,
): Decision<Matching> {
  const denies = [...identity.denies, ...(boundary?.denies ?? [])];
  const granted = identity.allows.length > 0 && identity.denies.length === 0;
  if (denies.length > 0) return { outcome: 'denied-explicitly', by: denies, stoppedByBoundary: granted };
  if (!granted) return { outcome: 'denied-implicitly', by: [], stoppedByBoundary: false };
  if (boundary !== null && boundary.allows.length === 0) {
    return { outcome: 'denied-implicitly', by: [], stoppedByBoundary: true };
  }
  return { outcome: 'allowed', by: identity.allows, stoppedByBoundary: false };
}

function matching(sources: readonly PolicySource[], request: AccessRequest): Matches {
  const allows: SourceStatement[] = [];
  const denies: SourceStatement[] = [];
  for (const source of sources) {
    for (const statement of statementsOf(source.document)) {
      if (!actionMatches(statement, request.action) || !statementApplies({ source, statement }, request)) continue;
      (statement.Effect === 'Deny' ? denies : allows).push({ source, statement });
    }
  }
  return { allows, denies };
}

/** Whether a statement speaks about a request for one of its actions. */
export function statementApplies(
  { source, statement }: SourceStatement,
  { resource, context, openKeys }: Omit<AccessRequest, 'action'>,
): boolean {
  const version = source.document.Version;
  return (
    resourceMatches(statement, version, resource, context, openKeys) &&
    conditionsHold(statement, version, context, openKeys)
  );
}

/** Prefix and name of an action are compared ignoring case. */
export function actionMatches(statement: Statement, action: string): boolean {
  const name = action.toLowerCase();
  const among = (patterns: readonly string[]) => patterns.some((pattern) => matchesAction(pattern, name));
  if (statement.Action !== undefined) return among(toList(statement.Action));
  return statement.NotAction !== undefined && !among(toList(statement.NotAction));
}

/**
 * Resources are compared with case; one that holds a policy variable without a value is like no resource. One of a key in
 * `openKeys` counts as what allows more.
 */
export function resourceMatches(
  statement: Statement,
  version: string | undefined,
  resource: string,
  context: RequestContext,
  openKeys: readonly string[] = [],
): boolean {
  // Equivalent if mutated: it only ends earlier.
  if (statement.Resource === '*') return true;
  const open = (statement.Effect === 'Allow') === (statement.Resource !== undefined) ? openKeys : [];
  const among = (patterns: readonly string[]) =>
    patterns.some((text) => {
      const pattern = resolvePattern(text, 'resource', version, context, open);
      return pattern !== null && matchesPattern(pattern, resource);
    });
  if (statement.Resource !== undefined) return among(toList(statement.Resource));
  return statement.NotResource !== undefined && !among(toList(statement.NotResource));
}

function matchesAction(pattern: string, loweredAction: string): boolean {
  // Equivalent if mutated: it only ends earlier.
  if (pattern === '*') return true;
  const lowered = pattern.toLowerCase();
  if (!lowered.includes('*') && !lowered.includes('?')) return lowered === loweredAction;
  return matchesPattern(compilePattern(lowered, 'text'), loweredAction);
}
