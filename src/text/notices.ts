import { quoted, say, visible } from './visible.ts';

/** Log lines of the commands that write to GitHub. */

export function approvedText(approval: {
  readonly pull: number;
  readonly head: string;
  readonly by: readonly string[];
}): string {
  return `Pull request #${approval.pull} was approved at ${short(approval.head)} by ${approval.by.map((login) => quoted(login)).join(', ')}.`;
}

export function reviewedPlanText(plan: {
  readonly run: number;
  readonly file: string;
  readonly manifest: { readonly digest: string };
}): string {
  return say`Wrote the reviewed plan ${plan.manifest.digest.slice(0, 12)} of run ${plan.run} to ${plan.file}.`;
}

export function commentedText(outcome: {
  readonly action: string;
  readonly url: string;
  readonly minimized: number;
}): string {
  const { action, url, minimized } = outcome;
  const others = minimized === 0 ? '' : `; ${minimized} older ${minimized === 1 ? 'comment' : 'comments'} hidden`;
  return `${say`Comment ${action}: `}${visible(url)}${others}`;
}

/** Why no comment was written although nothing failed. */
export function notCommentedText(because: 'fork' | 'no-pull-request' | 'newer-commit'): string {
  switch (because) {
    case 'fork':
      return 'No comment: tokens of pull requests from forks cannot write one. See the job summary.';
    case 'no-pull-request':
      return 'No comment: this commit belongs to no pull request.';
    case 'newer-commit':
      return 'No comment: the pull request has a newer commit, whose own run writes it.';
  }
}

export function issueText(outcome: { readonly action: string; readonly url: string | null }): string {
  if (outcome.url === null) return 'No issue to open or close.';
  return `${say`Issue ${outcome.action}: `}${visible(outcome.url)}`;
}

/** The line with which the issue about a failed apply is closed. */
export function resolvedLine({
  commit,
  runUrl,
}: {
  readonly commit: string | null;
  readonly runUrl: string | null;
}): string {
  const what = commit === null ? 'The change' : `Commit ${short(commit)}`;
  return `${what} was applied${runUrl === null ? '' : ` by ${visible(runUrl)}`}. AWS matches \`team.yaml\`.`;
}

/** An unusable file of an earlier job. */
export function fileUnusableText(file: string, reason: string): string {
  return say`Ignored ${file}: ${reason}.`;
}

function short(commit: string): string {
  return quoted(commit).slice(0, 7);
}
