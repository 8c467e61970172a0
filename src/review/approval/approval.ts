import { type ApprovalProblem, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { GitHub, PullRequest, Review } from '../../github/port.ts';

export interface Approval {
  readonly pull: number;
  /** The last commit of the pull request: the one that was approved. */
  readonly head: string;
  /** Logins, in the order of their approvals. */
  readonly by: readonly string[];
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
      pull.merged &&
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
 * Whether the commit is the merge of a pull request whose last commit was approved by someone other than its author, with
 * write access, and no one with write access requests changes. Checked at apply time, since branch rules may be absent,
 * bypassed, or changed after the merge.
 */
export async function verifyApproval(
  github: GitHub,
  asked: { readonly commit: string; readonly base: string },
): Promise<Result<Approval>> {
  const found = await pullRequestOf(github, asked);
  if (!found.ok) return found;
  const pull = found.value;
  const reviews = await github.reviews(pull.number);
  if (!reviews.ok) return reviews;
  const by: string[] = [];
  const problems: ApprovalProblem[] = [];
  let blocked = false;
  for (const review of latestOfEach(reviews.value)) {
    const writer = await mayWrite(github, review);
    if (!writer.ok) return writer;
    const verdict = verdictOn(review, pull, writer.value);
    if (verdict === 'ignored') continue;
    if (verdict === 'approves') by.push(review.author?.login ?? '');
    else {
      problems.push(verdict);
      blocked ||= verdict.kind === 'changes-requested';
    }
  }
  if (by.length > 0 && !blocked) return succeed({ pull: pull.number, head: pull.head.sha, by });
  return fail('not-approved', {
    commit: asked.commit,
    pull: pull.number,
    head: pull.head.sha,
    because: problems.length === 0 ? [{ kind: 'no-approval' }] : problems,
  });
}

/**
 * Each reviewer's latest review. A comment does not replace an approval, as on GitHub's own page. Reviews of deleted accounts
 * do not count, except that a request for changes stays open.
 */
function latestOfEach(reviews: readonly Review[]): Review[] {
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
function verdictOn(review: Review, pull: PullRequest, mayWrite: boolean): 'approves' | 'ignored' | ApprovalProblem {
  const by = review.author?.login ?? 'a deleted account';
  if (review.state === 'DISMISSED') return { kind: 'dismissed', by };
  if (review.state === 'CHANGES_REQUESTED') {
    // Anyone may review a public repository; as on GitHub, only writers can block a merge.
    return mayWrite || review.author === null ? { kind: 'changes-requested', by } : 'ignored';
  }
  if (review.author === null) return { kind: 'no-write-access', by };
  if (review.author.isBot) return { kind: 'not-a-person', by };
  // The author may be the reviewer if the author's account is deleted.
  if (pull.author === null || by.toLowerCase() === pull.author.toLowerCase()) return { kind: 'author', by };
  if (review.commit !== pull.head.sha) return { kind: 'older-head', by, commit: review.commit ?? '' };
  return mayWrite ? 'approves' : { kind: 'no-write-access', by };
}

async function mayWrite(github: GitHub, { author, state }: Review): Promise<Result<boolean>> {
  if (author === null || author.isBot || state === 'DISMISSED') return succeed(false);
  const permission = await github.permissionOf(author.login);
  return permission.ok ? succeed(permission.value === 'admin' || permission.value === 'write') : permission;
}

/** `owner/name`, in lower case: GitHub's names ignore case. */
export function nameOf({ repository: { owner, name } }: GitHub): string {
  return `${owner}/${name}`.toLowerCase();
}
