import { dirname } from 'node:path';
import { queryNamed } from '../../access/explain.ts';
import { unknownOperation } from '../../access/text/explain.ts';
import { fail, succeed } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import type { GitHub } from '../../github/port.ts';
import type { Commit } from '../../history/commits.ts';
import { type Decision, type WhyAnswer, whyOf } from '../../history/why.ts';
import { latestOfEach } from '../../review/approval/judge.ts';
import { repositoryOfOrigin } from '../../setup/repository.ts';
import { nearMember } from '../../team/suggest.ts';
import { historyOn } from './past.ts';
import type { History } from './read-history.ts';

export interface WhyOptions {
  readonly file: string;
  readonly member: string;
  readonly what: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
}

/** Why a member may do something, or not, as of the end of a day, and who decided it. */
export async function explainWhy({ file, member, what, day }: WhyOptions, env: NodeJS.ProcessEnv) {
  const read = await historyOn(file, day);
  if (!read.ok) return read;
  const { history, versions, ...source } = read.value;
  const { team } = source;
  const query = queryNamed(what, team);
  if (query === null || query.kind === 'role') {
    return fail('unknown-operation', { name: what, because: unknownOperation(what, { ...team, roles: [] }) });
  }
  const why = whyOf(versions, member, query.operations, source.at);
  if (why === null) return fail('unknown-member', { member, file, because: nearMember(member, team.members) });
  const commits = why.reasons.flatMap(({ since }) => (since === null ? [] : [since.version.commit]));
  const answer: WhyAnswer = { why, query, ...source, decisions: await decisionsOf(history, commits, file, env) };
  return succeed(answer);
}

/** Who wrote, merged and approved commits: Git knows the first, and the second of a merge commit; GitHub is asked if it can be. */
async function decisionsOf(history: History, commits: readonly Commit[], file: string, env: NodeJS.ProcessEnv) {
  const repository = env.GITHUB_REPOSITORY || (await repositoryOfOrigin(dirname(file))) || '';
  const github = env.GITHUB_TOKEN ? connectGitHub({ ...env, GITHUB_REPOSITORY: repository }) : null;
  const decisions = new Map<string, Decision>();
  for (const commit of commits) {
    if (decisions.has(commit.id)) continue;
    const isMerge = commit.parents.length > 1;
    decisions.set(commit.id, {
      authors: isMerge ? await history.authorsOf(commit) : [commit.author],
      merger: isMerge ? commit.author : null,
      onGitHub: github === null ? null : github.ok ? await pullsOf(github.value, commit) : github,
    });
  }
  return decisions;
}

/** The merged pull requests of a commit, with who merged and who approved their last commit. */
async function pullsOf(github: GitHub, { id }: Commit): Promise<NonNullable<Decision['onGitHub']>> {
  const listed = await github.pullRequestsOf(id);
  if (!listed.ok) return listed;
  const pulls: { number: number; mergedBy: string | null; approvedBy: readonly string[] }[] = [];
  for (const { number } of listed.value) {
    const pull = await github.pullRequest(number);
    if (!pull.ok) return pull;
    const reviews = await github.reviews(number);
    if (!reviews.ok) return reviews;
    const { head, mergedBy } = pull.value;
    if (mergedBy === null) continue;
    const approvals = latestOfEach(reviews.value).filter(
      ({ state, commit }) => state === 'APPROVED' && commit === head.sha,
    );
    pulls.push({ number, mergedBy: mergedBy.login, approvedBy: approvals.map(({ author }) => author.login) });
  }
  return succeed(pulls);
}
