import { type ApprovalProblem, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { GitHub, PullRequest, Review } from '../../github/port.ts';
import { type Evidence, evidenceOf } from './evidence.ts';

export interface Approval {
  readonly pull: number;
  /** The last commit of the pull request: the one that was approved. */
  readonly head: string;
  /** Logins, in the order of their approvals. */
  readonly by: readonly string[];
  /** `self` if the one owner of the lab merged their own change. */
  readonly how: 'review' | 'self';
  /** ISO 8601: the latest approval, or the merge. */
  readonly at: string;
  /** ISO 8601. */
  readonly mergedAt: string;
  /** The team file before the merge, by which they are owners. */
  readonly teamBefore: string;
}

/**
 * The pull request that was merged into `base` as `commit`. A commit that was pushed directly has none. The merge of several
 * pull requests is refused: it does not show which of them was reviewed.
 */
async function pullRequestOf(
  github: GitHub,
  { commit, base }: { readonly commit: string; readonly base: string },
): Promise<Result<PullRequest>> {
  const found = await github.pullRequestsOf(commit);
  if (!found.ok) return found;
  const repository = nameOf(github);
  const merged = found.value.filter(
    (pull) =>
      pull.mergedAt !== null &&
      pull.mergeCommit === commit &&
      pull.base.ref === base &&
      pull.base.repository.toLowerCase() === repository,
  );
  const [only, ...others] = merged;
  if (only !== undefined && others.length === 0) return succeed(only);
  const because: ApprovalProblem =
    only === undefined
      ? { kind: 'no-pull-request' }
      : { kind: 'several-pull-requests', pulls: merged.map(({ number }) => number) };
  return fail('not-approved', { commit, pull: null, head: null, because: [because] });
}

/**
 * Whether an owner approved the last commit of the pull request that was merged as this one, and may: see `judge`. Branch
 * rules may be absent, bypassed or changed later. `today` is `YYYY-MM-DD`, UTC.
 */
export async function verifyApproval(
  github: GitHub,
  asked: { readonly commit: string; readonly base: string; readonly today: string },
): Promise<Result<Approval>> {
  const found = await pullRequestOf(github, asked);
  if (!found.ok) return found;
  const pull = found.value;
  const { number, head } = pull;
  const refuse = (because: readonly ApprovalProblem[]) =>
    fail('not-approved', { commit: asked.commit, pull: number, head: head.sha, because });
  if (head.repository?.toLowerCase() !== nameOf(github)) return refuse([{ kind: 'fork' }]);
  // Every writer's branch can have a workflow that opens one, so this could be the approver's own.
  if (pull.isByBot) return refuse([{ kind: 'opened-by-bot', by: pull.author ?? '' }]);
  return github.withHistory([asked.commit, head.sha], async (history) => {
    const evidence = await evidenceOf(github, history, pull, asked);
    if (!evidence.ok) return evidence;
    if ('problem' in evidence.value) return refuse([evidence.value.problem]);
    const reviews = await github.reviews(number);
    if (!reviews.ok) return reviews;
    const latest = latestOfEach(reviews.value);
    const people = [...latest.flatMap(({ author }) => (author === null || author.isBot ? [] : [author.login]))];
    const writers = await writersOf(github, [...people, ...(pull.author === null ? [] : [pull.author])]);
    if (!writers.ok) return writers;
    const judged = judge({ ...evidence.value, latest, writers: writers.value });
    return Array.isArray(judged) ? refuse(judged) : succeed(judged);
  });
}

/** Which of these people may write, in lower case. `maintain` counts as `write`. */
async function writersOf(github: GitHub, people: readonly string[]): Promise<Result<ReadonlySet<string>>> {
  const writers = new Set<string>();
  for (const person of new Set(people.map((login) => login.toLowerCase()))) {
    const permission = await github.permissionOf(person);
    if (!permission.ok) return permission;
    if (permission.value === 'admin' || permission.value === 'write') writers.add(person);
  }
  return succeed(writers);
}

interface Case extends Evidence {
  /** Each reviewer's latest review. */
  readonly latest: readonly Review[];
  readonly writers: ReadonlySet<string>;
}

/**
 * The approval, or why there is none. An approver is an owner by the file before the merge, may write, did not open the
 * pull request and gave it nothing; no one who may write requests changes. The one owner of a lab may merge their own
 * change if that file says so and everything in it is theirs.
 */
export function judge(given: Case): Approval | ApprovalProblem[] {
  const { pull, latest } = given;
  const by: string[] = [];
  const problems: ApprovalProblem[] = [];
  let [at, blocked] = ['', false];
  for (const review of latest) {
    const verdict = verdictOn(review, given);
    if (verdict === 'ignored') continue;
    if (verdict === 'approves') {
      by.push(review.author?.login ?? '');
      at = latestOf(at, review.at ?? '');
    } else {
      problems.push(verdict);
      blocked ||= verdict.kind === 'changes-requested';
    }
  }
  const mergedAt = pull.mergedAt ?? '';
  const approval = { pull: pull.number, head: pull.head.sha, mergedAt, teamBefore: given.teamBefore };
  if (by.length > 0 && !blocked) return { ...approval, by, how: 'review', at };
  const self = blocked ? null : selfApprovalOf(given);
  if (self === 'approves') return { ...approval, by: [pull.author ?? ''], how: 'self', at: mergedAt };
  if (self !== null) problems.push(self);
  return problems.length === 0 ? [{ kind: 'no-approval' }] : problems;
}

/**
 * Each reviewer's latest review. A comment does not replace an approval, as on GitHub's own page. Reviews of deleted accounts
 * do not count, except that a request for changes stays open.
 */
export function latestOfEach(reviews: readonly Review[]): Review[] {
  const latest = new Map<string, Review>();
  for (const review of reviews) {
    if (!['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state)) continue;
    const key = review.author === null ? ` ${latest.size}` : review.author.login.toLowerCase();
    latest.delete(key);
    latest.set(key, review);
  }
  return [...latest.values()];
}

/** Whether a review approves; else why not, if that explains something. */
function verdictOn(
  { author, state, commit, at }: Review,
  { pull, owners, pushes, signers, since, writers }: Case,
): 'approves' | 'ignored' | ApprovalProblem {
  const by = author?.login ?? 'a deleted account';
  const login = by.toLowerCase();
  if (state === 'DISMISSED') return { kind: 'dismissed', by };
  if (state === 'CHANGES_REQUESTED') {
    // Anyone may review a public repository; as on GitHub, only writers can block a merge.
    return writers.has(login) || author === null ? { kind: 'changes-requested', by } : 'ignored';
  }
  if (author === null) return { kind: 'no-write-access', by };
  if (author.isBot) return { kind: 'not-a-person', by };
  if (!writers.has(login)) return { kind: 'no-write-access', by };
  // The author may be the reviewer if the author's account is deleted.
  if (pull.author === null || login === pull.author.toLowerCase()) return { kind: 'author', by };
  if (!owners.logins.includes(login)) return { kind: 'not-owner', by };
  if (commit !== pull.head.sha) return { kind: 'older-head', by, commit: commit ?? '' };
  const pushed = pushes.find(({ actor }) => actor === login);
  if (pushed !== undefined) return { kind: 'pushed', by, commit: pushed.commit };
  const signed = signers.find(({ login: signer }) => signer === login);
  if (signed !== undefined) return { kind: 'wrote', by, commit: signed.commit };
  return isAfter(at, since) ? 'approves' : { kind: 'outdated', by };
}

/** Whether the only owner merged what they proposed and pushed alone; null if this is no such change. */
function selfApprovalOf({ pull, owners, pushes, writers }: Case): 'approves' | ApprovalProblem | null {
  const [owner, ...others] = owners.logins;
  if (owner === undefined || others.length > 0 || owners.count !== 1 || pull.author?.toLowerCase() !== owner)
    return null;
  const by = pull.author;
  if (!owners.selfApproval) return { kind: 'only-owner', by, because: 'setting' };
  if (pushes.some(({ actor }) => actor !== owner)) return { kind: 'only-owner', by, because: 'push' };
  if (pull.mergedBy?.toLowerCase() !== owner) return { kind: 'only-owner', by, because: 'merge' };
  return writers.has(owner) ? 'approves' : { kind: 'no-write-access', by };
}

/** Of the same second no order is known. */
function isAfter(at: string | null, since: string): boolean {
  return at !== null && (since === '' || Date.parse(at) > Date.parse(since));
}

function latestOf(one: string, other: string): string {
  return one === '' || Date.parse(other) > Date.parse(one) ? other : one;
}

/** `owner/name`, in lower case: GitHub's names ignore case. */
function nameOf({ repository: { owner, name } }: GitHub): string {
  return `${owner}/${name}`.toLowerCase();
}
