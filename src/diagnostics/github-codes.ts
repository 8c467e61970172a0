/** Why a merge does not count as approved. Logins are as GitHub has them. */
export type ApprovalProblem =
  | { readonly kind: 'no-pull-request' }
  | { readonly kind: 'several-pull-requests'; readonly pulls: readonly number[] }
  | { readonly kind: 'no-approval' }
  /** `commit` is the one that was approved. */
  | { readonly kind: 'older-head'; readonly by: string; readonly commit: string }
  | { readonly kind: 'author'; readonly by: string }
  | { readonly kind: 'no-write-access'; readonly by: string }
  | { readonly kind: 'not-a-person'; readonly by: string }
  | { readonly kind: 'dismissed'; readonly by: string }
  | { readonly kind: 'changes-requested'; readonly by: string };

/** Why there is no plan that counts as the reviewed one. */
export type PlanProblem =
  | { readonly kind: 'no-run' }
  | { readonly kind: 'not-successful'; readonly run: number; readonly conclusion: string }
  | { readonly kind: 'foreign-run'; readonly run: number }
  | { readonly kind: 'no-artifact'; readonly run: number; readonly name: string }
  | { readonly kind: 'expired'; readonly run: number }
  | { readonly kind: 'no-digest'; readonly run: number }
  | { readonly kind: 'digest-differs'; readonly run: number }
  | { readonly kind: 'unreadable'; readonly run: number; readonly reason: string }
  /** The manifest speaks of another run or another commit than the one that it was found at. */
  | { readonly kind: 'other-subject'; readonly run: number };

/** `request` is method and path, without host and query. */
interface Asked {
  readonly request: string;
}

/** Why GitHub could not be asked, did not do what it was asked, or says that something may not be applied. */
export interface GitHubFindingArgs {
  'github-token-missing': { readonly variable: string };
  /** `variable` is the one that GitHub Actions sets and that is missing, or what is in it is not usable. */
  'github-environment': { readonly variable: string; readonly reason: string };
  'github-denied': Asked & { readonly status: number; readonly reason: string };
  'github-not-found': Asked;
  'github-refused': Asked & { readonly status: number; readonly reason: string };
  /** `seconds` is how long GitHub asked to wait, null where it did not say. */
  'github-rate-limited': Asked & { readonly seconds: number | null };
  'github-unavailable': Asked & { readonly reason: string };
  'github-unreadable': Asked & { readonly reason: string };
  'not-approved': {
    readonly commit: string;
    readonly pull: number | null;
    readonly head: string | null;
    readonly because: readonly ApprovalProblem[];
  };
  'no-approved-plan': {
    readonly head: string;
    readonly workflow: string;
    readonly because: PlanProblem;
  };
}
