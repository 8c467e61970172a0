import type { ApprovalProblem, GitHubFailureArgs, PlanProblem } from '../../diagnostics/failure.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, counted, joinTexts, listTexts, proseText, type Text, t, trusted } from '../text.ts';

/** Every failure in which GitHub has a part. */
export const GITHUB_PROBLEMS: ProblemTable<GitHubFailureArgs> = {
  'github-token-missing': ({ variable }) => ({
    summary: t`${codeText(variable)} is not set`,
    reason: t`GitHub needs a token`,
    help: t`in a workflow, pass the token of the job to the step`,
    paste: ['env:', `  ${variable}: \${{ github.token }}`],
  }),
  'github-environment': ({ variable }) => ({
    summary: t`${codeText(variable)} does not have what this command needs`,
    help: t`GitHub Actions sets it; elsewhere, set it as a workflow would, or use the options`,
  }),
  'github-denied': ({ request, status, reason }) => ({
    summary: t`GitHub denied the request (HTTP ${String(status)})`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    help: t`add the missing entry to ${codeText('permissions')} of the job; tokens of pull requests from forks stay read-only`,
  }),
  'github-not-found': ({ request }) => ({
    summary: t`not found on GitHub, or not visible to this token`,
    reason: codeText(request),
    help: t`check the number or the commit, and that the token is of this repository`,
  }),
  'github-refused': ({ request, status, reason }) => ({
    summary: t`GitHub rejected the request (HTTP ${String(status)})`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    help: t`fix the cause, then run the job again`,
  }),
  'github-rate-limited': ({ request, seconds }) => ({
    summary: t`GitHub's rate limit is reached`,
    reason: t`${codeText(request)}${seconds === null ? trusted('') : t`; GitHub asks to wait ${trusted(counted(seconds, 'second'))}`}`,
    help: t`run the job again later`,
  }),
  'github-unavailable': ({ request, reason }) => ({
    summary: t`no answer from GitHub`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    state: t`unknown whether the request was carried out`,
    help: t`run the job again, which is safe; GitHub status: https://www.githubstatus.com`,
  }),
  'github-unreadable': ({ request, reason }) => ({
    summary: t`unexpected answer from GitHub`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    help: t`use a newer mturk-team; behind a proxy, check that it does not change answers`,
  }),
  'not-approved': ({ commit, pull, head, because }) => ({
    summary:
      pull === null
        ? t`commit ${short(commit)} is not approved`
        : t`pull request #${String(pull)} (commit ${short(commit)}) is not approved`,
    reason: joinTexts(
      because.map((problem) => approvalReason(problem, head)),
      '; ',
    ),
    help:
      pull === null
        ? t`make the change in a pull request into the main branch, have it approved, and merge it`
        : t`open a pull request with the same change; someone with write access who is not its author approves its last commit before the merge`,
  }),
  'no-approved-plan': ({ head, workflow, because }) => ({
    summary: t`no reviewed plan of commit ${short(head)}`,
    reason: planReason(because, workflow),
    help: t`run ${codeText(workflow)} again for that pull request and read its comment; if that fails, open a new pull request with the same change`,
  }),
};

function approvalReason(problem: ApprovalProblem, head: string | null): Text {
  switch (problem.kind) {
    case 'no-pull-request':
      return t`no pull request into this branch was merged as this commit`;
    case 'several-pull-requests':
      return t`it is the merge of several pull requests (${listTexts(problem.pulls.map((pull) => t`#${String(pull)}`))}), so it is unknown which was reviewed`;
    case 'no-approval':
      return t`no one approved it`;
    case 'older-head':
      return t`${codeText(problem.by)} approved ${short(problem.commit)}; ${head === null ? trusted('another commit') : short(head)} was pushed afterwards`;
    case 'author':
      return t`${codeText(problem.by)} approved it, but is its author`;
    case 'no-write-access':
      return t`${codeText(problem.by)} approved it, but has no write access`;
    case 'not-a-person':
      return t`${codeText(problem.by)} approved it, but is not a person`;
    case 'dismissed':
      return t`the review of ${codeText(problem.by)} was dismissed`;
    case 'changes-requested':
      return t`${codeText(problem.by)} requested changes`;
  }
}

function planReason(problem: PlanProblem, workflow: string): Text {
  if (problem.kind === 'no-run') return t`${codeText(workflow)} has not run for it`;
  const run = t`run ${String(problem.run)}`;
  switch (problem.kind) {
    case 'not-successful':
      return t`${run} of ${codeText(workflow)} ended with ${codeText(problem.conclusion)}`;
    case 'foreign-run':
      return t`${run} belongs to another workflow, event, repository or commit`;
    case 'no-artifact':
      return t`${run} has no artifact ${codeText(problem.name)}`;
    case 'expired':
      return t`the artifact of ${run} has expired`;
    case 'no-digest':
      return t`GitHub reports no digest for the artifact of ${run}`;
    case 'digest-differs':
      return t`the downloaded artifact of ${run} has another digest than GitHub reports`;
    case 'unreadable':
      return t`cannot read the artifact of ${run}: ${proseText(problem.reason)}`;
    case 'other-subject':
      return t`the artifact of ${run} is about another run or commit`;
  }
}

/** The first 7 digits of a commit. */
export function short(commit: string): Text {
  return codeText(commit.slice(0, 7));
}
