import type { ApprovalProblem, GitHubFailureArgs, MissingRule } from '../../diagnostics/failure.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, countedText, joinTexts, listTexts, proseText, type Text, t, trusted } from '../text.ts';

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
    help: t`if a setting of the repository forbids it, ask its administrator to change it; else use a newer mturk-team`,
  }),
  'github-rate-limited': ({ request, seconds }) => ({
    summary: t`GitHub's rate limit is reached`,
    reason: t`${codeText(request)}${seconds === null ? trusted('') : t`; GitHub asks to wait ${countedText(seconds, 'second')}`}`,
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
  'repository-is-fork': ({ repository }) => ({
    summary: t`${codeText(repository)} is a fork`,
    reason: t`pull requests from a fork get no plan, and its own default branch is not the lab's`,
    help: t`name the lab's own repository: ${codeText('--repository OWNER/NAME')}`,
  }),
  'branch-exists': ({ repository, branch }) => ({
    summary: t`the branch ${codeText(branch)} exists`,
    reason: t`${codeText(repository)} may already have a pull request with this change`,
    help: t`merge or close that pull request and delete its branch, then run the command again`,
  }),
  'rules-not-enforced': ({ missing }) =>
    missing === 'plan'
      ? {
          summary: t`GitHub enforces no rules for this repository`,
          reason: t`it is private, and its owner's plan has no rules for private repositories`,
          help: WITHOUT_RULES,
        }
      : {
          summary: t`the default branch lacks rules that an apply relies on`,
          reason: missing.length === 0 ? null : t`not required: ${listTexts(missing.map((rule) => RULES[rule]))}`,
          help: t`an administrator of the repository runs ${codeText('mturk-team doctor --fix')}, then reruns the apply${missing.includes('approval') ? FIRST_APPLY : t``}`,
        },
  'not-approved': ({ commit, because }) => {
    const nextTime = because.flatMap(({ kind }) => NOT_APPROVED[kind][1] ?? []);
    const isElsewhere = because.some(({ kind }) => kind === 'applied-elsewhere');
    return {
      summary: t`commit ${codeText(commit.slice(0, 7))} is not approved`,
      reason: joinTexts(because.map(approvalReason), '; '),
      help: isElsewhere
        ? t`merge that file, then ${AGAIN}; or ${ADMINISTRATOR}`
        : nextTime.length < because.length
          ? t`an owner who did not open that pull request approves its last commit, then ${AGAIN}; or ${ADMINISTRATOR}`
          : t`${ADMINISTRATOR}; next time, ${joinTexts([...new Set(nextTime)], ', and ')}`,
    };
  },
};

/** https://docs.github.com/en/get-started/learning-about-github/githubs-plans */
export const WITHOUT_RULES = t`use GitHub Team, which is free for teaching and research, or let an administrator run ${codeText('mturk-team apply')}; a public repository shows everyone who is in the lab`;

/** `self-approval` of a file that was never applied counts for nothing, so that `doctor --fix` helps no lab with it. */
const FIRST_APPLY = t`; with ${codeText('self-approval')}, the first apply is ${codeText('mturk-team apply')} at a terminal`;

const RULES: Readonly<Record<MissingRule, Text>> = {
  'pull-request': t`a pull request`,
  approval: t`an approval`,
  'code-owners': t`review by code owners`,
  'last-push': t`approval of the most recent push`,
  'stale-approvals': t`dismissal of stale approvals`,
  'required-check': t`the up-to-date check ${codeText('mturk-team')} of GitHub Actions`,
  'linear-history': t`a linear history`,
  'force-push': t`a block on force pushes`,
  deletion: t`a block on deletion`,
};

const AGAIN = t`run the apply again (Actions, ${codeText('apply')}, ${codeText('Run workflow')})`;
const ADMINISTRATOR = t`an administrator checks the main branch and runs ${codeText('mturk-team apply')}`;

const SQUASH = t`choose ${codeText('Squash and merge')} on GitHub`;
const UP_TO_DATE = t`choose ${codeText('Update branch')} before the approval, then ${codeText('Squash and merge')}`;

/** Why a commit is not approved; if another approval does not solve that, also how to avoid it. */
const NOT_APPROVED: Readonly<
  Record<ApprovalProblem['kind'], readonly [reason: (pull: Text, by: Text) => Text, nextTime?: Text]>
> = {
  'applied-elsewhere': [() => t`what an administrator applied last is of no commit of the main branch`],
  'merge-commit': [() => t`it is a merge commit, which can hide what no one approved`, SQUASH],
  'no-pull-request': [() => t`it belongs to no pull request into the main branch`, t`open a pull request`],
  'other-tree': [
    (pull) => t`it has other files than the last commit of ${pull}, or that commit cannot be fetched`,
    UP_TO_DATE,
  ],
  behind: [(pull) => t`${pull} was not up to date when it was merged`, UP_TO_DATE],
  'not-opened-by-person': [(pull) => t`${pull} was not opened by a person`, t`a person opens the pull request`],
  'no-approval': [(pull) => t`no owner approved the last commit of ${pull}`],
  author: [(pull, by) => t`${by} approved ${pull}, but opened it`],
  'older-commit': [(pull, by) => t`${by} approved an older commit of ${pull}`],
  'older-base': [(pull, by) => t`${by} approved ${pull} before its base branch changed`],
  undone: [(pull, by) => t`${by} approved ${pull} before an administrator applied another file`],
  'changes-requested': [(pull, by) => t`${by} requested changes in ${pull}`],
  'not-merged-by-owner': [
    (pull, by) => t`${pull} of ${by}, the only owner, was merged by someone else, by auto-merge or by a merge queue`,
    t`that owner merges it on GitHub, without auto-merge`,
  ],
};

function approvalReason(problem: ApprovalProblem): Text {
  const pull = 'pull' in problem ? t`pull request #${String(problem.pull)}` : t``;
  const [reason] = NOT_APPROVED[problem.kind];
  return reason(pull, 'by' in problem ? codeText(problem.by) : t``);
}
