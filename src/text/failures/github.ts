import type { ApprovalProblem, GitHubFailureArgs } from '../../diagnostics/failure.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, counted, joinTexts, listTexts, proseText, type Text, t, trusted } from '../text.ts';

/** Every failure in which GitHub has a part. */
export const GITHUB_PROBLEMS: ProblemTable<GitHubFailureArgs> = {
  'github-token-missing': ({ variable }) => ({
    summary: t`${codeText(variable)} is not set`,
    reason: t`GitHub needs a token`,
    help: t`set it, for example to ${codeText('$(gh auth token)')}; in a workflow, pass the token of the job to the step`,
    paste: ['env:', `  ${variable}: \${{ github.token }}`],
  }),
  'github-environment': ({ variable }) => ({
    summary: t`${codeText(variable)} does not have what this command needs`,
    help: t`GitHub Actions sets it; elsewhere, set it as a workflow would, or use the options`,
  }),
  'github-denied': ({ request, status, reason }) => ({
    summary: t`GitHub denied the request (HTTP ${String(status)})`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    // https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api: 401 is about the token itself.
    help:
      status === 401
        ? t`set ${codeText('GITHUB_TOKEN')} to a token that is valid, for example ${codeText('$(gh auth token)')}`
        : t`in a workflow, add the missing entry to ${codeText('permissions')} of the job, though tokens of pull requests from forks stay read-only; elsewhere, use a token that may do this`,
  }),
  'github-not-found': ({ request }) => ({
    summary: t`not found on GitHub, or not visible to this token`,
    reason: codeText(request),
    help: t`check the repository, the number or the commit, and that the token may see it`,
  }),
  'github-refused': ({ request, status, reason }) => ({
    summary: t`GitHub rejected the request (HTTP ${String(status)})`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    help: t`fix the cause, then run this again`,
  }),
  'github-rate-limited': ({ request, seconds }) => ({
    summary: t`GitHub's rate limit is reached`,
    reason: t`${codeText(request)}${seconds === null ? trusted('') : t`; GitHub asks to wait ${trusted(counted(seconds, 'second'))}`}`,
    help: t`run this again later`,
  }),
  'github-unavailable': ({ request, reason }) => ({
    summary: t`no answer from GitHub`,
    reason: t`${codeText(request)}: ${proseText(reason)}`,
    ...(/^(GET|git fetch) /.test(request) ? {} : { state: t`unknown whether the request was carried out` }),
    help: t`run this again, which is safe; GitHub status: https://www.githubstatus.com`,
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
    help: approvalHelp(because),
  }),
};

/** Where a person finds the button. */
const AGAIN = t`run the apply again (Actions, ${codeText('apply')}, ${codeText('Run workflow')})`;

/** What helps against the first problem that a new approval alone does not solve, else who approves. */
function approvalHelp(because: readonly ApprovalProblem[]): Text {
  const kinds = new Map(because.map((problem) => [problem.kind, problem]));
  if (kinds.has('no-pull-request') || kinds.has('several-pull-requests'))
    return t`make the change in a pull request into the main branch, have it approved, and merge it`;
  if (kinds.has('fork')) return t`propose the change again from a branch of this repository`;
  if (kinds.has('opened-by-bot'))
    return t`a person closes it, and proposes the same change in a pull request of their own`;
  if (kinds.has('rebased')) return t`propose the change again, and squash or merge it`;
  if (kinds.has('unknown-push')) {
    return t`${AGAIN}; if that fails, propose the change again from a new branch`;
  }
  if (kinds.has('unknown-merge') || kinds.has('too-many-commits')) {
    return t`propose the change again from a new branch, and merge it on GitHub`;
  }
  if (kinds.has('no-owners'))
    return t`an administrator applies the corrected file with ${codeText('mturk-team apply')}`;
  if (kinds.has('not-applied'))
    return t`another owner approves it, then ${AGAIN}; or an administrator checks ${codeText('owners')} of the main branch and applies it with ${codeText('mturk-team apply')}`;
  const only = kinds.get('only-owner');
  if (only?.kind !== 'only-owner') {
    return t`an owner who neither opened the pull request nor pushed to it approves its last commit, then ${AGAIN}; if no owner can any more, an administrator applies the main branch with ${codeText('mturk-team apply')}`;
  }
  const { because: reason, by } = only;
  return reason === 'setting'
    ? t`let someone else with write access propose it, or ${codeText('self-approval: true')} in ${codeText('settings')}, and ${codeText(by)} approve that`
    : t`${codeText(by)} proposes it again from a new branch, and merges it without pushes by others`;
}

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
    case 'fork':
      return t`it comes from a fork, where this repository does not see who pushed`;
    case 'rebased':
      return t`its commits were rebased onto the main branch one by one, so it is unknown who was an owner before them`;
    case 'unknown-merge':
      return t`the commit is not what GitHub makes of a merge of its last commit`;
    case 'too-many-commits':
      return t`it has more than ${String(problem.most)} commits, which GitHub does not list`;
    case 'no-owners':
      return t`${codeText('team.yaml')} of commit ${short(problem.commit)} names no owners that can be read`;
    case 'unknown-push':
      return t`GitHub does not say which person pushed ${short(problem.commit)} to its branch`;
    case 'author':
      return t`${codeText(problem.by)} approved it, but is its author`;
    case 'not-owner':
      return t`${codeText(problem.by)} approved it, but is no owner in the ${codeText('team.yaml')} from before it`;
    case 'not-applied':
      return t`${codeText(problem.by)} approved it, but is no owner by the record of the last apply`;
    case 'opened-by-bot':
      return t`${codeText(problem.by)}, which is not a person, opened it, so it is unknown who proposed it`;
    case 'pushed':
      return t`${codeText(problem.by)} approved it, but pushed ${short(problem.commit)} to it`;
    case 'wrote':
      return t`${codeText(problem.by)} approved it, but signed ${short(problem.commit)} in it`;
    case 'outdated':
      return t`${codeText(problem.by)} approved it before its base branch changed or a review was dismissed`;
    case 'only-owner':
      return ONLY_OWNER[problem.because](codeText(problem.by));
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

const ONLY_OWNER = {
  setting: (by: Text) => t`${by} is the only owner and proposed it, so no one else can approve it`,
  push: (by: Text) => t`${by} is the only owner and proposed it, but someone else pushed to it`,
  merge: (by: Text) => t`${by} is the only owner and proposed it, but someone else merged it`,
};

/** The first 7 digits of a commit. */
function short(commit: string): Text {
  return codeText(commit.slice(0, 7));
}
