import { type ApprovalProblem, type Failure, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { GitHub, History, PullRequest } from '../../github/port.ts';
import { isPlanLacking } from '../../github/settings.ts';
import { activeOwners } from '../../team/team.ts';
import { judge } from './judge.ts';
import { type Approvers, approvesAlone, NO_ACCOUNT, type Owner } from './owners.ts';
import { missingRules } from './rules.ts';
import { type Change, changesSince, isMerge, type LastApplied, TEAM_FILE } from './walk.ts';

interface Asked {
  /** The newest commit of `branch`. */
  readonly commit: string;
  readonly branch: string;
  readonly approvers: Approvers;
  /** Null before the first apply. */
  readonly last: LastApplied | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

interface Approval {
  /** Numbers of the pull requests that were merged since the last apply, oldest first. */
  readonly pulls: readonly number[];
  /** Why the commit must not be applied; null if it may. */
  readonly failure: Failure | null;
}

/**
 * Whether GitHub enforces the rules by which changes are approved, and each change since the last apply is one that an owner of
 * the applied team approved: it has one parent, and the tree of a pull request's last commit, which contains that parent.
 */
export async function checkApproval(github: GitHub, asked: Asked): Promise<Result<Approval>> {
  return github.withHistory(asked.commit, async (history) => {
    const pulls = new Set<number>();
    let failure = await rulesFailure(github, asked);
    const { changes, isElsewhere } = await changesSince(history, asked.commit, asked.last);
    if (isElsewhere) failure ??= notApproved(asked.commit, [{ kind: 'applied-elsewhere' }]);
    for (const change of changes) {
      const found = await pullRequestsOf(github, change.commit, asked.branch);
      if (!found.ok) return found;
      for (const { number } of found.value) pulls.add(number);
      if (failure !== null) continue;
      const because = await problemsOf(github, history, change, found.value, asked);
      if (!because.ok) return because;
      if (because.value.length > 0) failure = notApproved(change.commit, because.value);
    }
    return succeed({ pulls: [...pulls].reverse(), failure });
  });
}

function notApproved(commit: string, because: readonly ApprovalProblem[]): Failure {
  return fail('not-approved', { commit, because }).failure;
}

async function rulesFailure(github: GitHub, { branch, approvers }: Asked): Promise<Failure | null> {
  const rules = await github.rulesOf(branch);
  if (!rules.ok)
    return isPlanLacking(rules.failure) ? fail('rules-not-enforced', { missing: 'plan' }).failure : rules.failure;
  const missing = missingRules(rules.value, { selfApproval: approvesAlone(approvers.team) });
  return missing.length === 0 ? null : fail('rules-not-enforced', { missing }).failure;
}

async function pullRequestsOf(github: GitHub, commit: string, branch: string): Promise<Result<readonly PullRequest[]>> {
  const found = await github.pullRequestsOf(commit);
  const repository = `${github.repository.owner}/${github.repository.name}`.toLowerCase();
  return found.ok
    ? succeed(found.value.filter(({ base }) => base.ref === branch && base.repository.toLowerCase() === repository))
    : found;
}

/** Why no pull request approves a commit; empty if one does. */
async function problemsOf(
  github: GitHub,
  history: History,
  change: Change,
  pulls: readonly PullRequest[],
  { approvers, today }: Asked,
): Promise<Result<readonly ApprovalProblem[]>> {
  // Not even if each parent was approved: what it leaves out can be between the other one and what was applied.
  if (isMerge(change)) return succeed([{ kind: 'merge-commit' }]);
  const { commit, approvedAfter } = change;
  const [parent] = change.parents;
  const problems: ApprovalProblem[] = [];
  const { team, owners } = approvers;
  const keys = activeOwners(team, today);
  // Who was suspended by a change that is not applied yet: any writer can cancel its apply.
  const before = parent === undefined ? null : await history.textAt(parent, TEAM_FILE);
  const ended = before === null ? [] : approvers.withoutAccessIn(before);
  const active = owners.filter(({ key }) => keys.includes(key) && !ended.includes(key));
  const judged = { owners, active, selfApproval: approvesAlone(team), approvedAfter };
  for (const { number, head } of pulls) {
    // In this order: the head of a squashed pull request is fetched by the first question.
    if (!(await history.hasSameTree(head.sha, commit))) problems.push({ kind: 'other-tree', pull: number });
    else if (parent === undefined || !(await history.isWithin(parent, head.sha)))
      problems.push({ kind: 'behind', pull: number });
    else {
      // A list does not say who merged it.
      const [pull, reviews, events] = [
        await github.pullRequest(number),
        await github.reviews(number),
        await github.events(number),
      ];
      if (!pull.ok) return pull;
      if (!reviews.ok) return reviews;
      if (!events.ok) return events;
      // The head whose files were compared: of an open pull request it may have moved since.
      const compared = { ...pull.value, head };
      const because = judge({ pull: compared, reviews: reviews.value, events: events.value, ...judged });
      if (because.length === 0) return succeed([]);
      problems.push(...because);
    }
  }
  return succeed(problems.length > 0 ? problems : [{ kind: 'no-pull-request' }]);
}

/** The numbers of accounts that are not known yet, as `apply --owner-ids` takes them: `NO_ACCOUNT` of a login without one. */
export async function newOwnerIds(github: GitHub, owners: readonly Owner[]): Promise<Result<string>> {
  const pairs: string[] = [];
  for (const { login, id } of owners) {
    const found = id === null ? await github.idOf(login) : succeed(null);
    if (!found.ok) return found;
    if (id === null) pairs.push(`${login}=${found.value ?? NO_ACCOUNT}`);
  }
  return succeed(pairs.join(','));
}
