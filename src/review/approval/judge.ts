import type { ApprovalProblem } from '../../diagnostics/failure.ts';
import type { PullEvent, PullRequest, PullReview } from '../../github/port.ts';
import { isOwner, type Owner } from './owners.ts';

export interface Case {
  readonly pull: PullRequest;
  /** Oldest first. */
  readonly reviews: readonly PullReview[];
  readonly events: readonly PullEvent[];
  /** Those of the applied team. */
  readonly owners: readonly Owner[];
  /** Those of them who have access today. */
  readonly active: readonly Owner[];
  /** Whether the applied team lets its one owner approve alone. */
  readonly selfApproval: boolean;
  /** In milliseconds: earlier approvals, and merges by a lab's only owner, do not count. */
  readonly approvedAfter: number;
}

/**
 * Why the last commit of a pull request is not approved; empty if an owner who did not open it approved that commit, and no
 * owner requests changes. The one owner of a lab may instead have opened and merged it.
 */
export function judge(given: Case): readonly ApprovalProblem[] {
  const { pull, reviews, events, owners, active, selfApproval, approvedAfter } = given;
  const { number, author, head, mergedBy } = pull;
  // Every writer's branch can have a workflow that opens one, so a bot's could be the approver's own.
  if (author?.isPerson !== true) return [{ kind: 'not-opened-by-person', pull: number }];
  const latest = latestOfEach(reviews).filter((review) => owners.some((owner) => isOwner(owner, review.author)));
  const requests = latest.filter(({ state }) => state === 'CHANGES_REQUESTED');
  if (requests.length > 0) {
    return requests.map(({ author: { login: by } }) => ({ kind: 'changes-requested', pull: number, by }));
  }
  const newBase = Math.max(...events.flatMap(({ event, at }) => (NEW_BASE.has(event) ? [Date.parse(at)] : [])));
  const verdicts = latest
    .filter(({ state, author: by }) => state === 'APPROVED' && active.some((owner) => isOwner(owner, by)))
    .map(({ author: { id, login: by }, commit, at }): ApprovalProblem | null => {
      if (id === author.id) return { kind: 'author', pull: number, by };
      if (commit !== head.sha) return { kind: 'older-commit', pull: number, by };
      if (Date.parse(at ?? '') <= newBase) return { kind: 'older-base', pull: number, by };
      return Date.parse(at ?? '') > approvedAfter ? null : { kind: 'undone', pull: number, by };
    });
  if (verdicts.includes(null)) return [];
  const [only] = active;
  if (selfApproval && only !== undefined && isOwner(only, author)) {
    const isLater = events.some(({ event }) => LATER_MERGE.has(event));
    const isTheirs = mergedBy !== null && isOwner(only, mergedBy) && !isLater;
    if (!isTheirs) return [{ kind: 'not-merged-by-owner', pull: number, by: author.login }];
    const isUndone = !events.some(({ event, at }) => event === 'merged' && Date.parse(at) > approvedAfter);
    return approvedAfter > 0 && isUndone ? [{ kind: 'undone', pull: number, by: author.login }] : [];
  }
  const problems = verdicts.filter((verdict) => verdict !== null);
  return problems.length > 0 ? problems : [{ kind: 'no-approval', pull: number }];
}

/** An approval before it was given for another difference. https://docs.github.com/en/rest/using-the-rest-api/issue-event-types */
const NEW_BASE = new Set(['base_ref_changed', 'automatic_base_change_succeeded']);
/**
 * GitHub merges what the branch has at a later time, in the name of the person who asked for it. These events are listed, too:
 * https://github.com/github/docs/issues/35406
 */
const LATER_MERGE = new Set([
  ...['auto_merge_enabled', 'auto_squash_enabled', 'auto_rebase_enabled', 'added_to_merge_queue'],
]);

/** Each reviewer's latest review. A comment does not replace an approval, as on GitHub's own page. */
export function latestOfEach(reviews: readonly PullReview[]) {
  const latest = new Map<number, PullReview & { readonly author: NonNullable<PullReview['author']> }>();
  for (const { author, ...review } of reviews) {
    if (author === null || !['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state)) continue;
    latest.set(author.id, { ...review, author });
  }
  return [...latest.values()];
}
