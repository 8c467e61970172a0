import type { PolicyDocument, Statement } from './document.ts';

/** Values of the request's condition keys. Key names are compared ignoring case, as IAM does. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface AccessRequest {
  /** `mechanicalturk:SendBonus`, `iam:GetUser` */
  readonly action: string;
  /** The ARN of what is acted on, `*` where the service has no resources. */
  readonly resource: string;
  readonly context: RequestContext;
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
  /** Null where the principal has no boundary. */
  readonly boundary: PolicySource | null;
}

export type Outcome = 'allowed' | 'denied-implicitly' | 'denied-explicitly';

export interface DecidingStatement {
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

/** Decides a request as IAM does for identity policies and a permissions boundary. */
export function evaluate(_policies: PrincipalPolicies, _request: AccessRequest): Decision {
  return { outcome: 'denied-implicitly', by: [], stoppedByBoundary: false };
}
