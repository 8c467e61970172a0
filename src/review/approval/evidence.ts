import { type ApprovalProblem, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Activity, GitHub, History, PullCommit, PullRequest } from '../../github/port.ts';
import { type Owners, readOwners } from '../../team/parse/read-owners.ts';

/** What decides who may approve a pull request that was merged. Logins are in lower case. */
export interface Evidence {
  readonly pull: PullRequest;
  readonly owners: Owners;
  /** Who pushed a head of it, and which. */
  readonly pushes: readonly { readonly actor: string; readonly commit: string }[];
  /** Who made a commit of it, by a signature that GitHub verified. */
  readonly signers: readonly { readonly login: string; readonly commit: string }[];
  /** The team file before the merge. */
  readonly teamBefore: string;
  /** ISO 8601: an approval must be later. Empty if any will do. */
  readonly since: string;
}

type Found<T> = T | { readonly problem: ApprovalProblem };

/** GitHub lists no more commits of a pull request. https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request */
const MOST_COMMITS = 250;
const TEAM_FILE = 'team.yaml';

export async function evidenceOf(
  github: GitHub,
  history: History,
  pull: PullRequest,
  asked: { readonly commit: string; readonly today: string },
): Promise<Result<Found<Evidence>>> {
  const commits = await github.pullCommits(pull.number);
  if (!commits.ok) return commits;
  const before = await commitBefore(history, asked.commit, pull, commits.value);
  if (typeof before !== 'string') return succeed(before);
  const teamBefore = (await history.textAt(before, TEAM_FILE)) ?? '';
  const owners = readOwners(teamBefore, asked.today);
  if (owners === null) return succeed({ problem: { kind: 'no-owners', commit: before } });
  const timeline = await github.timeline(pull.number);
  if (!timeline.ok) return timeline;
  const activity = await github.activity(pull.head.ref);
  if (!activity.ok) return activity;
  const heads = await headsOf(history, activity.value, pull, before);
  if ('problem' in heads) return succeed(heads);
  // Who merged a pull request is not in a list.
  const whole = owners.selfApproval ? await github.pullRequest(pull.number) : succeed(pull);
  if (!whole.ok) return whole;
  return succeed({
    pull: whole.value,
    owners,
    teamBefore,
    pushes: heads.pushes,
    signers: signersOf(commits.value.filter(({ sha }) => !heads.updates.has(sha))),
    since: latestTime(timeline.value.flatMap(({ event, at }) => (RENEWING.has(event) && at !== null ? [at] : []))),
  });
}

/**
 * The commit of the base branch before the merge. What a pull request brought cannot decide who approves it, and the first
 * of several rebased commits would: rebasing keeps the time of authors, squashing and merging write a new one.
 */
async function commitBefore(
  history: History,
  commit: string,
  { head }: PullRequest,
  commits: readonly PullCommit[],
): Promise<Found<string>> {
  if (commits.length >= MOST_COMMITS) return { problem: { kind: 'too-many-commits', most: MOST_COMMITS - 1 } };
  const [before, second, ...others] = await history.parents(commit);
  if (before === undefined || others.length > 0 || (second ?? head.sha) !== head.sha) {
    return { problem: { kind: 'unknown-merge' } };
  }
  const isRebased = second === undefined && commits.length > 1 && (await isOneOf(history, commit, commits));
  if (isRebased || commits.some(({ sha }) => sha === before)) return { problem: { kind: 'rebased' } };
  return before;
}

/** Whether a commit has the author's time of one of these; also if Git cannot tell one of the times. */
async function isOneOf(history: History, commit: string, commits: readonly PullCommit[]): Promise<boolean> {
  const authored = await history.authoredAt(commit);
  if (authored === null) return true;
  for (const { sha } of commits) {
    const time = await history.authoredAt(sha);
    if (time === null || time === authored) return true;
  }
  return false;
}

interface Heads {
  readonly pushes: Evidence['pushes'];
  /** Heads that only brought the base branch in: GitHub's "Update branch". */
  readonly updates: ReadonlySet<string>;
}

/**
 * Who pushed which head, from the branch's creation before the pull request on. Someone unknown could be the approver, and
 * so could the person for whom a bot pushed: every writer's branch can have a workflow that does.
 */
async function headsOf(
  history: History,
  activity: readonly Activity[],
  pull: PullRequest,
  before: string,
): Promise<Found<Heads>> {
  const pushes: { actor: string; commit: string }[] = [];
  const updates = new Set<string>();
  const until = activity.filter(({ at }) => Date.parse(at) <= Date.parse(pull.mergedAt ?? ''));
  let head = pull.head.sha;
  // GitHub can delete the branch in the second of the merge.
  const last = until.findIndex(({ after }) => after === head);
  for (const each of last === -1 ? [] : until.slice(last)) {
    if (each.after !== head) break;
    if (each.kind !== 'branch_deletion' && !(await history.isWithin(head, before))) {
      if (await isUpdate(history, each, before)) updates.add(head);
      else if (each.actor === null || each.actor.isBot) break;
      else pushes.push({ actor: each.actor.login.toLowerCase(), commit: head });
    }
    head = each.before;
    const isFirst = each.kind === 'branch_creation' && Date.parse(each.at) <= Date.parse(pull.createdAt);
    if (isFirst) return { pushes, updates };
  }
  return { problem: { kind: 'unknown-push', commit: head } };
}

/** Whether a head is the clean merge of the one before it and a commit of the base branch. */
async function isUpdate(history: History, { before: last, after }: Activity, base: string): Promise<boolean> {
  const [first, second = ''] = await history.parents(after);
  return first === last && (await history.isWithin(second, base)) && (await history.isCleanMerge(after));
}

/** GitHub's own account, for commits that it made and signed for their author. */
const GITHUB = 'web-flow';

/** A signature proves its committer; an author's e-mail address can be forged, unless GitHub wrote it. */
function signersOf(commits: readonly PullCommit[]): Evidence['signers'] {
  return commits.flatMap(({ sha, author, committer, isVerified }) => {
    if (!isVerified || committer === null) return [];
    const login = committer.toLowerCase() === GITHUB ? author : committer;
    return login === null ? [] : [{ login: login.toLowerCase(), commit: sha }];
  });
}

/**
 * What makes an earlier approval void: a plan against another base was shown, or someone's review was taken away.
 * https://docs.github.com/en/rest/using-the-rest-api/issue-event-types
 */
const RENEWING = new Set(['base_ref_changed', 'automatic_base_change_succeeded', 'review_dismissed']);

function latestTime(times: readonly string[]): string {
  return times.reduce((latest, at) => (Date.parse(at) > Date.parse(latest || '1970-01-01') ? at : latest), '');
}
