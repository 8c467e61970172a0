import type { GuardrailBlock } from './block.ts';
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

/** A result without a value. */
export type Failed = Extract<Result<never>, { readonly ok: false }>;

export function fail<Code extends FailureCode>(code: Code, args: FailureArgs[Code]): Failed {
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
  'state-of-another-lab': 'plan-failed',
  'state-damaged': 'plan-failed',
  'blocked-during-apply': 'apply-failed',
  'team-file-invalid': 'validate-failed',
  'not-confirmed': 'apply-failed',
};

/** The reason for a failure. One that came after the first change was made is always that the apply failed. */
export function reasonOf(failure: Failure, during: 'plan' | 'apply'): FailureReason {
  if (progressOf(failure) !== null) return 'apply-failed';
  if (isFailureReason(failure.code)) return failure.code;
  return REASONS[failure.code] ?? `${during}-failed`;
}

/**
 * The failure of what followed on `done` applied steps: it must not say that nothing was changed. `left` is how many steps
 * it was to apply, if it does not say that itself; `suspended` are keys of members whom the apply suspended.
 */
export function failedAfter(
  { failure }: Failed,
  done: number,
  left: number,
  suspended?: Progress['suspended'],
): Failed {
  const { code, args } = failure;
  const own = progressOf(failure) ?? { done: 0, total: left };
  const all = { done: done + own.done, total: done + own.total, ...(suspended === undefined ? {} : { suspended }) };
  return { ok: false, failure: { code, args: { ...args, progress: all } } as Failure };
}

/** The failure of a bootstrap that began: it must not say that nothing was changed, nor that an apply would finish it. */
export function failureOfBootstrap(failure: Failure, command: NonNullable<Progress['command']>): Failure {
  const { code, args } = failure;
  return { code, args: { ...args, progress: { done: 0, total: 0, ...progressOf(failure), command } } } as Failure;
}

/** The same failure, if it came after the first change, of a command that is to be run again instead of an apply. */
export function failureOfCommand(failure: Failure, command: NonNullable<Progress['command']>): Failure {
  return progressOf(failure) === null ? failure : failureOfBootstrap(failure, command);
}

/** How far an apply came by its failure; null if that does not say. */
export function progressOf({ args }: Failure): Progress | null {
  return (args as { readonly progress?: Progress | null }).progress ?? null;
}

/**
 * Why a workflow failed: a closed list. A reason is stable once released; it is printed, is in outputs and in the result
 * JSON, and names a row of docs/reference/findings-failures.md.
 */
export const FAILURE_REASONS = [
  'validate-failed',
  'credentials-failed',
  'plan-failed',
  'plan-stale',
  'rules-not-enforced',
  'not-approved',
  'state-locked',
  'guardrail-blocked',
  'apply-failed',
  'not-converged',
  'still-has-access',
  'no-apply-record',
  'apply-unfinished',
  'record-not-written',
  'drift-check-failed',
  'reconcile-failed',
  'keys-failed',
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
    readonly because: 'denied' | 'missing' | 'other-region';
    readonly region: string | null;
  };
  /** The state, or a record beside it, is of `lab`, which is another one than that of the file. */
  'state-of-another-lab': { readonly state: string; readonly lab: string };
  /** The lab's roles trust repositories with these numbers and subjects, or reach these states (`BUCKET/KEY`), and not `here`. */
  'set-up-elsewhere': {
    readonly lab: string;
    readonly ids: readonly string[];
    readonly subjects: readonly string[];
    readonly states: readonly string[];
    /** `OWNER/NAME` and `BUCKET/KEY`, null if the roles are to be deleted. */
    readonly here: { readonly repository: string; readonly state: string | null };
  };
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
  'state-damaged': { readonly state: string };
  'file-not-readable': { readonly file: string; readonly reason: string };
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
  'unknown-role': {
    readonly role: string;
    readonly file: string;
    /** A role with nearly that key; null if there is none. */
    readonly similar: string | null;
    readonly roles: readonly string[];
  };
  'entry-exists': { readonly file: string; readonly section: 'members' | 'roles'; readonly key: string };
  /** `member` cannot depart without the option: the only owner, or the sponsor of `members`. */
  'edit-needs-option': {
    readonly option: '--owner' | '--sponsor';
    readonly member: string;
    readonly members: readonly string[];
  };
  /** `path` is edited by hand at `line`, with the lines of `paste`; without any, it is removed there. */
  'edit-not-possible': {
    readonly file: string;
    readonly path: string;
    readonly line: number;
    readonly paste: readonly string[];
  };
  /** A role that members have and other roles extend cannot be removed. */
  'role-in-use': { readonly role: string; readonly members: readonly string[]; readonly roles: readonly string[] };
  /** Errors that the file would have after an edit and does not have now, each with its path in the file. */
  'edit-adds-error': {
    readonly file: string;
    readonly errors: readonly {
      readonly path: string;
      readonly summary: string;
      readonly help: string | null;
      readonly paste: readonly string[];
    }[];
  };
  /** The file was written to by someone else while a question was open. */
  'file-changed': { readonly file: string };
  'unknown-operation': {
    readonly name: string;
    readonly because:
      | { readonly kind: 'retired'; readonly successors: readonly string[] }
      | { readonly kind: 'similar'; readonly name: string }
      | { readonly kind: 'none'; readonly names: readonly string[] };
  };
  'guardrail-blocked': { readonly codes: readonly string[]; readonly blocks?: readonly GuardrailBlock[] };
  'not-confirmed': { readonly couldAsk: boolean };
  'manifest-unusable': { readonly file: string; readonly reason: string };
  'not-converged': { readonly addresses: readonly string[] };
  /**
   * A member or role of `--restore` that is not in team.yaml (`found` is null), whose IAM user `name` was renamed to `found` or
   * moved to the path `found`, or whose IAM name or policy is in use by `found`.
   */
  'not-restorable': {
    readonly of: 'member' | 'role';
    readonly key: string;
    readonly name: string;
    readonly found: string | null;
    /** The lab that `found` belongs to; null for this one or none. */
    readonly other: string | null;
    /** What gives it back, with `aws iam`; null if an apply would have to delete something. */
    readonly option: { readonly name: '--new-user-name' | '--new-path'; readonly value: string } | null;
  };
  /** Something is under the lab's path, and no record says what was applied. */
  'no-apply-record': Readonly<Record<never, never>>;
  /** An apply began and did not end; `at` is when, ISO 8601, UTC. */
  'apply-unfinished': { readonly at: string };
  /** How many parts of the account could not be read. */
  'scan-incomplete': { readonly notChecked: number };
  /** Users who would gain what the file does not give. */
  'grants-not-in-file': { readonly people: readonly PersonWithOperations[] };
  /** Users who have more than the file gives, after the apply. */
  'still-has-access': { readonly people: readonly PersonWithOperations[] };
  /** `file` is a record beside the state. */
  'record-not-written': { readonly file: string; readonly reason: string };
  /** A file of `keys request` that is damaged. */
  'identity-unusable': { readonly file: string };
  /** `merged` is the account that the default branch names. */
  'account-not-merged': { readonly file: string; readonly account: string; readonly merged: string };
  /** `directory` is where identities are kept. */
  'identity-missing': { readonly directory: string };
  /** `recipients` are those of the identities at hand, of which none opens the message. */
  'message-not-opened': {
    readonly because: 'no-message' | 'damaged' | 'other-identity' | 'no-key';
    readonly recipients: readonly string[];
  };
  /** A message whose key is another one's: both are ARNs; `actual` is null if AWS does not know the key. */
  'key-refused': { readonly reason: string };
  'key-not-own': { readonly expected: string; readonly actual: string | null; readonly reason: string };
  /** `profiles` are those of the identities at hand, if it is not known which is meant. */
  'key-not-stored': { readonly file: string; readonly profile: string | null; readonly profiles: readonly string[] };
  'mturk-no-answer': { readonly reason: string };
  /** One step failed, and what was done before stays; `deliver`: the key was deleted again. */
  'key-step-failed': {
    readonly member: string;
    readonly step: 'create' | 'deliver' | 'deactivate' | 'delete';
    readonly reason: string;
  };
  /** A key of the member could not be encrypted to the recipient, and was deleted again. */
  'key-not-encrypted': { readonly member: string };
  /** A key that was not delivered could not be deleted; `created` is ISO 8601, UTC. */
  'key-left-behind': { readonly member: string; readonly created: string };
  /** Keys that were never used, and that no comment or file gave to anyone. */
  'keys-not-delivered': { readonly keys: readonly { readonly member: string; readonly created: string }[] };
  /** The member gets no key. */
  'no-key-allowed': { readonly member: string; readonly because: WithoutKeysBecause };
  /** No IAM user under the lab's path has the member's name. */
  'no-user-of-member': { readonly member: string };
  /** Both keys that IAM allows seem to be in use, or may have been used today. */
  'keys-in-use': { readonly member: string };
  /** Another run, or a person, created a key at the same time. */
  'key-withdrawn': { readonly member: string };
  /** What is due with the keys of the member is not what was shown. */
  'keys-changed': { readonly member: string };
  'unknown-access-key': { readonly user: string; readonly key: string };
  /** `file` is of `offboard --out`; `other` if it is about another member, lab or account. */
  'facts-unusable': { readonly file: string; readonly because: 'damaged' | 'other'; readonly reason: string };
  /** What a member has in IAM is not known: there is no user of the name, or not that of the last apply. */
  'facts-not-saved': { readonly member: string; readonly because: 'no-user' | 'unknown' | 'replaced' | 'renamed' };
  /** What `keys sync` would create again. */
  'keys-still-wanted': { readonly member: string };
  /** `file` is adopt.json; `other` if it is of another lab or account. */
  'adoption-unusable': {
    readonly file: string;
    readonly because: 'missing' | 'unreadable' | 'damaged' | 'open' | 'tracked' | 'untold' | 'other';
    readonly reason: string;
  };
  /** There is no adopt.json, and the users of these members are moved. */
  'adoption-lost': { readonly file: string; readonly members: readonly string[] };
  /** Keys of members whose users were made by hand: an apply of a workflow would create others. */
  'not-adopted': { readonly members: readonly string[] };
  /** A user of `--without` or `--as` that the account does not have. */
  'unknown-iam-user': { readonly user: string; readonly account: string };
  /** Keys of members whose access would differ from before in a way that no one accepted. */
  'adoption-not-accepted': { readonly members: readonly string[] };
  /** What is not as `adopt` read it; of a policy, the name is its ARN. */
  'adoption-changed': {
    readonly changes: readonly {
      readonly kind: 'user' | 'group' | 'policy';
      readonly name: string;
      readonly part: AdoptionPart;
    }[];
  };
  /** Names of users, groups and policies that members and roles are to have. */
  'adoption-name-taken': { readonly names: readonly string[] };
  /** Names of users who would be in more groups than IAM allows. */
  'adoption-groups-full': { readonly users: readonly string[] };
  /** Users who would gain in between (`plan`), gained or lost (`apply`), or would by the roles alone (`finish`). */
  'adoption-unequal': {
    readonly during: 'plan' | 'apply' | 'finish';
    readonly people: readonly PersonWithOperations[];
  };
  /** Names of users whom `adopt --apply` has not moved. */
  'adoption-not-applied': { readonly users: readonly string[] };
  /** There is an adopt.json, and no apply has ended. */
  'adoption-unfinished': Readonly<Record<never, never>>;
  /** `adopt --finish` has begun, or an apply; `ended` if one has ended. */
  'adoption-over': { readonly ended: boolean };
  /** `no-commit`: none of the default branch has the file. */
  'history-unavailable': {
    readonly file: string;
    readonly because: 'no-clone' | 'no-branch' | 'no-commit' | 'damaged';
    readonly reason: string;
  };
  /** The reason is Git's. */
  'pull-request-unavailable': { readonly number: number; readonly reason: string };
  /** The clone does not have every commit. */
  'history-shallow': { readonly file: string };
  /** The file had no version yet: `first` is the day of the first one. */
  'history-begins-later': { readonly day: string; readonly first: string };
  /** What was merged at `date` says nothing about access. `before` is the last day with a version that can be read. */
  'history-version-unreadable': {
    readonly file: string;
    readonly commit: string;
    readonly date: string;
    readonly because: 'deleted' | 'not-yaml' | 'value';
    /** The value that is not known; null if it is not about one. */
    readonly path: string | null;
    readonly before: string | null;
  };
  /** No version has a member or role of that key. */
  'not-in-history': { readonly key: string; readonly similar: string | null };
}

type AdoptionPart =
  | ('missing' | 'name' | 'groups' | 'attached' | 'inline' | 'boundary' | 'tags')
  | ('document' | 'members' | 'member' | 'role');

type WithoutKeysBecause =
  | ('not-applied' | 'no-recipient' | 'no-keys' | 'suspended' | 'later' | 'ended' | 'file-differs')
  | ('no-user' | 'replaced-user' | 'moved-user');

/** Name of an IAM user, and Mechanical Turk operations. */
interface PersonWithOperations {
  readonly user: string;
  readonly operations: readonly string[];
}

/** What an apply had done when it ended early, as far as Terraform reported. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Keys of members whom the apply suspended, and who stay suspended until one succeeds. */
  readonly suspended?: readonly string[];
  /** What finishes it, if not `apply`. */
  readonly command?: 'bootstrap' | 'bootstrap --destroy' | 'adopt --apply' | 'adopt --finish' | 'adopt --undo';
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
  /** `file` is a record beside the state. */
  'record-unusable': EngineWords & { readonly file: string };
  'record-changed': { readonly file: string; readonly progress?: Progress };
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
}

/** Calls that Terraform makes and that no role of the workflows may make, or not outside the lab's path. */
export const ADMINISTRATOR_ACTIONS = [
  'DeleteVirtualMFADevice',
  'RemoveUserFromGroup',
  'UpdateGroup',
  'UpdateUser',
] as const;

type AdministratorAction = (typeof ADMINISTRATOR_ACTIONS)[number];

/** What a rule of the default branch must demand. */
export type MissingRule =
  | 'pull-request'
  | 'approval'
  | 'code-owners'
  | 'last-push'
  | 'stale-approvals'
  | 'required-check'
  | 'linear-history'
  | 'force-push'
  | 'deletion';

/** Why a commit does not count as approved. `pull` is the number of a pull request, `by` a login on GitHub. */
export type ApprovalProblem =
  /** `applied-elsewhere`: an administrator applied another file, and the branch has not got its team since. */
  | { readonly kind: 'applied-elsewhere' | 'merge-commit' | 'no-pull-request' }
  /**
   * `other-tree`: the commit has other files than the last commit of the pull request, or that cannot be fetched. `behind`:
   * that does not contain the commit before the merge.
   */
  | { readonly kind: 'other-tree' | 'behind' | 'not-opened-by-person' | 'no-approval'; readonly pull: number }
  /**
   * `older-base`: the approval is older than the last change of the base branch. `undone`: than an apply at a terminal which
   * undid the change.
   */
  | {
      readonly kind: 'author' | 'older-commit' | 'older-base' | 'undone' | 'changes-requested' | 'not-merged-by-owner';
      readonly pull: number;
      readonly by: string;
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
  /** GitHub plans nothing for pull requests from a fork. `repository` is `OWNER/NAME`. */
  'repository-is-fork': { readonly repository: string };
  'branch-exists': { readonly repository: string; readonly branch: string };
  /** `plan`: GitHub has no rules for a private repository of an account without a paid plan. */
  'rules-not-enforced': { readonly missing: readonly MissingRule[] | 'plan' };
  'not-approved': { readonly commit: string; readonly because: readonly ApprovalProblem[] };
}
