import type { ApprovalProblem, GitHubFindingArgs, PlanProblem } from '../../diagnostics/github-codes.ts';
import { quoted, say, visible } from '../visible.ts';
import type { FailureWords } from './failure-text.ts';

const NOTHING = 'Nothing was changed.';

/** The words of every failure in which GitHub has a part. */
export const GITHUB_TEXT: {
  readonly [Code in keyof GitHubFindingArgs]: (args: GitHubFindingArgs[Code]) => FailureWords;
} = {
  'github-token-missing': ({ variable }) => ({
    what: `There is no token to speak to GitHub with: ${variable} is not set.`,
    state: NOTHING,
    remedy: `In a workflow, give the step the job's own token:\n\nenv:\n  ${variable}: \${{ github.token }}`,
  }),
  'github-environment': ({ variable, reason }) => ({
    what: say`${variable} does not say what this command needs: ${reason}.`,
    state: NOTHING,
    remedy: 'GitHub Actions sets it. Elsewhere, set it as a workflow would, or use the options (--help lists them).',
  }),
  'github-denied': ({ request, status, reason }) => ({
    what: say`GitHub does not let this token do "${request}" (${status}): ${reason}.`,
    state: NOTHING,
    remedy:
      "Give the job the permission that it lacks (its permissions block). The token of a fork's pull request is read-only, and stays so.",
  }),
  'github-not-found': ({ request }) => ({
    what: say`GitHub knows nothing at "${request}", or does not show it to this token.`,
    state: NOTHING,
    remedy: 'Check the number or commit, and that the token is for this repository.',
  }),
  'github-refused': ({ request, status, reason }) => ({
    what: say`GitHub refused "${request}" (${status}): ${reason}.`,
    state: NOTHING,
    remedy: 'Mend what it names and run the job again.',
  }),
  'github-rate-limited': ({ request, seconds }) => ({
    what: say`GitHub asks to wait${seconds === null ? '' : ` ${seconds} seconds`} before "${request}", longer than this command waits.`,
    state: NOTHING,
    remedy: 'Run the job again later.',
  }),
  'github-unavailable': ({ request, reason }) => ({
    what: say`GitHub did not answer "${request}": ${reason}.`,
    state: 'Whether it was carried out is not known.',
    remedy:
      'Run the job again; doing it twice does no harm. https://www.githubstatus.com says whether GitHub is at fault.',
  }),
  'github-unreadable': ({ request, reason }) => ({
    what: say`GitHub's answer to "${request}" is not what its description promises: ${reason}.`,
    state: NOTHING,
    remedy: 'Use a newer mturk-team; behind a proxy, check that it passes answers on as they are.',
  }),
  'not-approved': ({ commit, pull, head, because }) => ({
    what: `${subject(commit, pull)} is not approved: ${because.map((problem) => approvalProblem(problem, head)).join('; ')}.`,
    state: NOTHING,
    remedy:
      pull === null
        ? 'Make the change by a pull request into the main branch, have it approved, and merge it.'
        : 'Somebody else than the author, who may write to the repository, approves the last commit of a pull request before it is merged. Open one more with the same change, have it approved, and merge it.',
  }),
  'no-approved-plan': ({ head, workflow, because }) => ({
    what: `There is no reviewed plan of ${short(head)}: ${planProblem(because, workflow)}.`,
    state: NOTHING,
    remedy: say`Run ${workflow} again for that pull request and read its comment; where its commit can no longer be planned, open a new pull request with the same change.`,
  }),
};

function subject(commit: string, pull: number | null): string {
  return pull === null ? `Commit ${short(commit)}` : `Pull request #${pull} (commit ${short(commit)})`;
}

function approvalProblem(problem: ApprovalProblem, head: string | null): string {
  switch (problem.kind) {
    case 'no-pull-request':
      return 'it was not merged by a pull request into this branch';
    case 'several-pull-requests':
      return `it is the merge of several pull requests (${problem.pulls.map((pull) => `#${pull}`).join(', ')}), and which one was reviewed cannot be told`;
    case 'no-approval':
      return 'nobody approved it';
    case 'older-head':
      return `${quoted(problem.by)} approved ${short(problem.commit)}, and ${head === null ? 'the last commit' : short(head)} was pushed afterwards`;
    case 'author':
      return `${quoted(problem.by)} approved it and is its author`;
    case 'no-write-access':
      return `${quoted(problem.by)} approved it and may not write to the repository`;
    case 'not-a-person':
      return `${quoted(problem.by)} approved it and is not a person`;
    case 'dismissed':
      return `the review of ${quoted(problem.by)} was dismissed`;
    case 'changes-requested':
      return `${quoted(problem.by)} asks for changes`;
  }
}

function planProblem(problem: PlanProblem, workflow: string): string {
  switch (problem.kind) {
    case 'no-run':
      return say`${workflow} has not run for it`;
    case 'not-successful':
      return say`run ${problem.run} of ${workflow} ended with "${problem.conclusion}"`;
    case 'foreign-run':
      return say`run ${problem.run} is of another workflow, event, repository or commit`;
    case 'no-artifact':
      return say`run ${problem.run} left no artifact "${problem.name}"`;
    case 'expired':
      return `the artifact of run ${problem.run} has expired`;
    case 'no-digest':
      return `GitHub gives no digest for the artifact of run ${problem.run}`;
    case 'digest-differs':
      return `what was downloaded for run ${problem.run} has another digest than GitHub says`;
    case 'unreadable':
      return say`the artifact of run ${problem.run} cannot be read (${problem.reason})`;
    case 'other-subject':
      return `the artifact of run ${problem.run} speaks of another run or commit`;
  }
}

function short(commit: string): string {
  return quoted(commit).slice(0, 7);
}

/** What `verify-approval` found. */
export function approvedText(approval: {
  readonly pull: number;
  readonly head: string;
  readonly by: readonly string[];
}): string {
  return `Pull request #${approval.pull} was approved at ${short(approval.head)} by ${approval.by.map(quoted).join(', ')}.`;
}

/** Where the manifest of the reviewed plan came from and went. */
export function reviewedPlanText(plan: {
  readonly run: number;
  readonly file: string;
  readonly manifest: { readonly digest: string };
}): string {
  return say`The reviewed plan ${plan.manifest.digest.slice(0, 12)} of run ${plan.run} stands in ${plan.file}.`;
}

/** What became of the comment. */
export function commentedText(outcome: {
  readonly action: string;
  readonly url: string;
  readonly minimised: number;
}): string {
  const others =
    outcome.minimised === 0
      ? ''
      : `; ${outcome.minimised} older ${outcome.minimised === 1 ? 'one was' : 'ones were'} hidden`;
  return `${say`The comment was ${outcome.action === 'unchanged' ? 'left as it is' : outcome.action}: `}${visible(outcome.url)}${others}`;
}

/** Why no comment was written although nothing went wrong. */
export function notCommentedText(because: 'fork' | 'no-pull-request' | 'newer-commit'): string {
  switch (because) {
    case 'fork':
      return "No comment: the pull request comes from a fork, whose token may not write one. The job's summary says it all.";
    case 'no-pull-request':
      return 'No comment: this commit belongs to no pull request.';
    case 'newer-commit':
      return 'No comment: the pull request has a newer commit, whose own run writes it.';
  }
}

/** What became of the issue. */
export function issueText(outcome: { readonly action: string; readonly url: string | null }): string {
  if (outcome.url === null) return 'No issue is open about this.';
  return `${say`The issue was ${outcome.action === 'unchanged' ? 'left as it is' : outcome.action}: `}${visible(outcome.url)}`;
}

/** The line with which the issue is closed. */
export function resolvedLine({
  commit,
  runUrl,
}: {
  readonly commit: string | null;
  readonly runUrl: string | null;
}): string {
  const what = commit === null ? 'It' : `Commit ${short(commit)}`;
  return `${what} was applied${runUrl === null ? '' : ` by ${visible(runUrl)}`}: the account is what team.yaml says.`;
}

/** A file of an earlier job that is there and is not what it should be. */
export function fileUnusableText(file: string, reason: string): string {
  return say`${file} is left out: ${reason}.`;
}
