import type { Block } from './block.ts';
import type { Finding } from './finding.ts';

/** Every reason with the arguments of its text, by the part that gives it. */
export interface FailureArgs extends EngineFailureArgs, PipelineFailureArgs, GitHubFailureArgs {}

export type FailureCode = keyof FailureArgs;

/** Why something could not be done: one of a closed list. Its text is in `src/text/failures`. */
export type Failure = {
  readonly [Code in FailureCode]: { readonly code: Code; readonly args: FailureArgs[Code] };
}[FailureCode];

/** What an operation gives, or why it could not: expected problems are values. */
export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: E };

export function succeed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<Code extends FailureCode>(
  code: Code,
  args: FailureArgs[Code],
): { readonly ok: false; readonly failure: Failure } {
  // The pair is one member of the union by the signature, which TypeScript cannot follow through a generic.
  return { ok: false, failure: { code, args } as Failure };
}

/** What the closed list of the workflows says for failures that have another name there. */
const REASONS: Partial<Record<FailureCode, FailureReason>> = {
  'credentials-missing': 'credentials-failed',
  'credentials-denied': 'credentials-failed',
  'profile-missing': 'credentials-failed',
  'sign-in-expired': 'credentials-failed',
  'wrong-account': 'credentials-failed',
  'plan-stale': 'plan-changed',
  'configuration-missing': 'plan-failed',
  'blocked-during-apply': 'apply-failed',
  'team-file-invalid': 'validate-failed',
  'manifest-unusable': 'no-approved-plan',
  'not-confirmed': 'apply-failed',
  'changed-meanwhile': 'plan-changed',
  'planned-by-another-version': 'plan-changed',
};

/** The reason for a failure. One that came after the first change was made is always that the apply failed. */
export function reasonOf(failure: Failure, during: 'plan' | 'apply'): FailureReason {
  if (progressOf(failure) !== null && failure.code !== 'timeout') return 'apply-failed';
  if (isFailureReason(failure.code)) return failure.code;
  return REASONS[failure.code] ?? (during === 'plan' ? 'plan-failed' : 'apply-failed');
}

/**
 * The failure of what followed on `done` applied steps: it must not say that nothing was changed. `left` is how many steps
 * it was to apply, if it does not say that itself; `suspended` are keys of members whom the apply suspended.
 */
export function failureAfter(failure: Failure, done: number, left: number, suspended?: Progress['suspended']) {
  const { code, args } = failure;
  const own = progressOf(failure) ?? { done: 0, total: left };
  const all = { done: done + own.done, total: done + own.total, ...(suspended === undefined ? {} : { suspended }) };
  return { code, args: { ...args, progress: all } } as Failure;
}

/** The failure of a bootstrap that began: it must not say that nothing was changed, nor that an apply would finish it. */
export function failureOfBootstrap(failure: Failure, command: NonNullable<Progress['command']>): Failure {
  const { code, args } = failure;
  return { code, args: { ...args, progress: { done: 0, total: 0, ...progressOf(failure), command } } } as Failure;
}

/** How far an apply came by its failure; null if that does not say. */
export function progressOf({ args }: Failure): Progress | null {
  return (args as { readonly progress?: Progress | null }).progress ?? null;
}

/**
 * Why a workflow failed: a closed list. A reason is stable once released; it is printed, is in outputs and in the result
 * JSON, and names a section of docs/reference/findings.md.
 */
export const FAILURE_REASONS = [
  'validate-failed',
  'credentials-failed',
  'plan-failed',
  'plan-changed',
  'no-approved-plan',
  'not-approved',
  'superseded',
  'state-locked',
  'guardrail-blocked',
  'apply-failed',
  'not-converged',
  'record-not-written',
  'drift-check-failed',
  'reconcile-failed',
  'timeout',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

export function isFailureReason(text: string): text is FailureReason {
  return FAILURE_REASONS.some((reason) => reason === text);
}

/** Why a command did not do what it was asked, if neither Terraform nor GitHub is the reason. */
export interface PipelineFailureArgs {
  /** `source` is null if the file could not be read. */
  'team-file-invalid': {
    readonly file: string;
    readonly findings: readonly Finding[];
    readonly source: string | null;
  };
  /** `options` are those that say what is missing. */
  'repository-unknown': { readonly options: readonly string[] };
  /** `repository` is `OWNER/NAME`. */
  'subject-customized': { readonly repository: string };
  /** `region` is that of the bucket; null if AWS did not say. */
  'bucket-unusable': {
    readonly bucket: string;
    readonly because: 'denied' | 'other-region';
    readonly region: string | null;
  };
  /** The lab's objects in the bucket are those of another lab. */
  'state-key-taken': { readonly place: string; readonly lab: string };
  /**
   * `by` are ARNs and addresses: what is under the lab's path, has its boundary, or is in its state. `program` is the engine,
   * null if none was found; `state` is the file of the state, null if the configuration says where it is.
   */
  'lab-in-use': {
    readonly lab: string;
    readonly by: readonly string[];
    readonly stack:
      | { readonly emulator: string }
      | { readonly emulator: null; readonly program: string | null; readonly state: string | null };
  };
  /** The object is no state that can be read. */
  'state-damaged': { readonly bucket: string; readonly key: string };
  'file-not-readable': { readonly file: string; readonly reason: string };
  /** `file` is the release.json that should be beside the command's own file. */
  'release-unknown': { readonly file: string };
  /** Both are `OWNER/NAME@REF`: what the lab's workflows call, and the release of this program. */
  'release-differs': { readonly called: string; readonly own: string };
  'file-not-writable': { readonly file: string; readonly reason: string };
  'unknown-member': {
    readonly member: string;
    readonly file: string;
    readonly because:
      | { readonly kind: 'similar'; readonly member: string }
      | { readonly kind: 'none'; readonly members: readonly string[] };
  };
  'unknown-operation': {
    readonly name: string;
    readonly because:
      | { readonly kind: 'retired'; readonly successors: readonly string[] }
      | { readonly kind: 'similar'; readonly name: string }
      | { readonly kind: 'none'; readonly capabilities: readonly string[] };
  };
  'guardrail-blocked': { readonly codes: readonly string[]; readonly blocks?: readonly Block[] };
  'not-confirmed': { readonly couldAsk: boolean };
  /** Titles of findings that came, and that went, between the plan and its confirmation. */
  'changed-meanwhile': { readonly appeared: readonly string[]; readonly gone: readonly string[] };
  'manifest-unusable': { readonly file: string; readonly reason: string };
  'plan-changed': {
    /** Addresses of planned changes that were not reviewed. */
    readonly unreviewed: readonly string[];
    /** Addresses of reviewed changes that are not planned any more. */
    readonly missing: readonly string[];
    /** What the two plans were made with, if that differs. */
    readonly tools: { readonly reviewed: string; readonly now: string } | null;
    /** What the apply would do and the review does not say. */
    readonly people: readonly UnreviewedPerson[];
    readonly items: readonly UnreviewedItem[];
    /** Whether the newest file of the default branch grants more: then this apply would revoke that. */
    readonly older: boolean;
  };
  /** Versions of this tool. */
  'planned-by-another-version': { readonly planned: string; readonly now: string };
  /** Who would gain what the newest file of the default branch does not grant any more. */
  superseded: { readonly people: readonly TakenBack[] };
  'not-converged': { readonly addresses: readonly string[] };
  /** `file` is a record beside the state. */
  'record-not-written': { readonly file: string; readonly reason: string };
}

/** A user, with the key and name of the member if it is one. */
interface Person {
  readonly user: string;
  readonly key: string | null;
  readonly name: string | null;
}

/** What an apply would do to a person that no review said. */
export interface UnreviewedPerson extends Person {
  /** Operations. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
  /** `person`: another name, or the review says nothing of them. `effect`: what the comment showed does not follow. */
  readonly others: readonly (
    | 'person'
    | 'first-day'
    | 'last-day'
    | 'suspension'
    | 'boundary'
    | 'roles'
    | 'policies'
    | 'effect'
  )[];
}

/** What else no review said: the key of a role, the kind of a setting, question or manual change. */
export interface UnreviewedItem {
  readonly kind: 'role' | 'setting' | 'question' | 'manual-change' | 'effect';
  readonly what: string;
}

export interface TakenBack extends Person {
  /** Operations. */
  readonly gains: readonly string[];
  /** Whether access would begin earlier or end later. */
  readonly longer: boolean;
}

/** What an apply had done when it ended early, as far as Terraform reported. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Keys of members whom the apply suspended, and who stay suspended until one succeeds. */
  readonly suspended?: readonly string[];
  /** What finishes it, if not `apply`. */
  readonly command?: 'bootstrap' | 'bootstrap --destroy';
}

/** Who holds the lock of the state, as the lock itself says; null if it does not say. */
export interface LockInfo {
  readonly id: string | null;
  readonly who: string | null;
  readonly operation: string | null;
  /** As the engine printed it, UTC. */
  readonly created: string | null;
}

/** Terraform's own message, if any. */
interface EngineWords {
  readonly reason: string;
}

/** Why the place of the state refused it, as far as the answer says. All but `other` stay until someone changes that place. */
export type StateFailureCause = 'too-large' | 'full' | 'denied' | 'missing' | 'other';

/**
 * Why the engine could not be run, or did not do what it was asked: the closed list of failure reasons.
 * `progress` is null if nothing was being applied, so that "nothing was changed" can be said.
 */
export interface EngineFailureArgs {
  'emulator-busy': { readonly dir: string; readonly pid: number };
  /** The emulator's file is not beside the command's. */
  'emulator-missing': Readonly<Record<never, never>>;
  /** An emulator that was made for another account than the one that is wanted. */
  'emulator-other-account': { readonly dir: string; readonly expected: string; readonly actual: string };
  /** `port` is 0 for any free one. */
  'emulator-not-started': EngineWords & { readonly dir: string; readonly port: number };
  'emulator-unreadable': EngineWords & { readonly dir: string };
  'terraform-missing': { readonly account: 'real' | 'emulator' };
  'terraform-not-found': { readonly binary: string };
  'terraform-unusable': { readonly binary: string; readonly reason: string };
  'terraform-too-old': { readonly engine: string; readonly needs: string; readonly because: 'tool' | 'state-lock' };
  'terraform-not-trusted': { readonly binary: string };
  /** The repackaged program is not the one that this version knows. */
  'terraform-altered': { readonly binary: string; readonly sha256: string; readonly expected: string };
  /** Where `synth` should have written. */
  'configuration-missing': { readonly directory: string };
  /** `file` is a record beside the state. */
  'record-unusable': EngineWords & { readonly file: string };
  'record-changed': { readonly file: string };
  'init-failed': EngineWords;
  'provider-unavailable': EngineWords;
  /** `state` is where the state is, `providers` are those that it must not name. */
  'unexpected-provider': { readonly state: string; readonly providers: readonly string[] };
  'lock-file-missing': { readonly file: string };
  'lock-file-mismatch': EngineWords;
  /** The provider's process died or its connection broke. */
  'provider-unresponsive': EngineWords & { readonly progress: Progress | null };
  'backend-failed': EngineWords & { readonly cause: StateFailureCause; readonly progress: Progress | null };
  /** `command` is the engine with its directory, to be pasted before a subcommand. */
  'backend-changed': { readonly command: string };
  'state-locked': { readonly lock: LockInfo; readonly command: string };
  'plan-failed': EngineWords;
  'plan-unreadable': EngineWords;
  'plan-stale': { readonly reason: string };
  'apply-failed': EngineWords & { readonly progress: Progress };
  'name-exists': EngineWords & { readonly progress: Progress };
  'credentials-missing': { readonly reason: string };
  /** `AWS_PROFILE` names a profile that is in none of the files; `profiles` are in them. */
  'profile-missing': {
    readonly profile: string;
    readonly files: readonly string[];
    readonly profiles: readonly string[];
  };
  'sign-in-expired': { readonly profile: string };
  'credentials-denied': EngineWords & { readonly progress: Progress | null };
  /** The roles of the workflows may not make that call of IAM. */
  'administrator-needed': EngineWords & { readonly action: AdministratorAction; readonly progress: Progress | null };
  'wrong-account': { readonly expected: string; readonly actual: string | null };
  throttled: EngineWords & { readonly progress: Progress | null };
  'aws-unavailable': EngineWords & { readonly progress: Progress | null };
  'network-failed': EngineWords & { readonly progress: Progress | null };
  /** Codes of blocks. `progress` is what was applied before. */
  'blocked-during-apply': { readonly codes: readonly string[]; readonly progress: Progress };
  interrupted: { readonly progress: Progress | null };
  killed: { readonly signal: string; readonly progress: Progress | null };
  timeout: { readonly seconds: number; readonly progress: Progress | null };
}

/** Calls that Terraform makes and that no role of the workflows may make, or not outside the lab's path. */
export const ADMINISTRATOR_ACTIONS = [
  'DeleteVirtualMFADevice',
  'RemoveUserFromGroup',
  'UpdateGroup',
  'UpdateUser',
] as const;

type AdministratorAction = (typeof ADMINISTRATOR_ACTIONS)[number];

/** Why a merge does not count as approved. Logins are as GitHub has them. */
export type ApprovalProblem =
  | { readonly kind: 'no-pull-request' | 'no-approval' | 'fork' | 'unknown-merge' | 'rebased' }
  | { readonly kind: 'several-pull-requests'; readonly pulls: readonly number[] }
  | { readonly kind: 'too-many-commits'; readonly most: number }
  /** Before the merge, the file of `commit` names no owners that can be read. */
  | { readonly kind: 'no-owners'; readonly commit: string }
  /** GitHub does not say which person pushed `commit` to the branch: it forgot, or a bot did. */
  | { readonly kind: 'unknown-push'; readonly commit: string }
  /** `commit` is the one that was approved, pushed or signed. */
  | { readonly kind: 'older-head' | 'pushed' | 'wrote'; readonly by: string; readonly commit: string }
  /** The lab has one owner, who proposed this: the setting is missing, or someone else pushed or merged. */
  | { readonly kind: 'only-owner'; readonly by: string; readonly because: 'setting' | 'push' | 'merge' }
  /**
   * `not-applied`: an owner by the file before the merge, and not by the apply record. `outdated`: the base branch changed,
   * or a review was dismissed, after the approval.
   */
  | {
      readonly kind:
        | 'opened-by-bot'
        | 'author'
        | 'not-owner'
        | 'not-applied'
        | 'no-write-access'
        | 'not-a-person'
        | 'dismissed'
        | 'changes-requested'
        | 'outdated';
      readonly by: string;
    };

/** Why there is no plan that counts as the reviewed one. */
export type PlanProblem =
  | { readonly kind: 'no-run' }
  | { readonly kind: 'not-successful'; readonly run: number; readonly conclusion: string }
  | { readonly kind: 'no-artifact'; readonly run: number; readonly name: string }
  | { readonly kind: 'unreadable'; readonly run: number; readonly reason: string }
  /**
   * `other-subject`: the manifest names another run, commit or time than the one that it was found at. `not-finished`: the run
   * ended after the approval. `planned-again`: a later plan differs from the approved one.
   */
  | {
      readonly kind:
        | 'foreign-run'
        | 'expired'
        | 'no-digest'
        | 'digest-differs'
        | 'other-subject'
        | 'not-finished'
        | 'planned-again';
      readonly run: number;
    };

/** `request` is method and path, without host and query. */
interface Asked {
  readonly request: string;
}

/** Why GitHub could not be asked, did not do what it was asked, or says that something may not be applied. */
export interface GitHubFailureArgs {
  'github-token-missing': { readonly variable: string };
  /** `variable` is the one that GitHub Actions sets and that is missing, or what is in it is not usable. */
  'github-environment': { readonly variable: string; readonly reason: string };
  'github-denied': Asked & { readonly status: number; readonly reason: string };
  'github-not-found': Asked;
  'github-refused': Asked & { readonly status: number; readonly reason: string };
  /** `seconds` is how long GitHub asked to wait, null if it did not say. */
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
