import type { MissingRule } from '../../diagnostics/failure.ts';
import { isPlanLacking, OUR_RULESET, type Ruleset } from '../../github/settings.ts';
import { ACTIONS_APP, missingRules, REQUIRED_CHECK } from '../../review/approval/rules.ts';
import { codeownersBlock, isUpToDate, ownerLogins } from '../../team/codeowners.ts';
import { MAIN_BRANCH } from '../../team/names.ts';
import { comparable, type Team } from '../../team/team.ts';
import { WITHOUT_RULES } from '../../text/failures/github.ts';
import { codeText, listTexts, type Text, t, trusted } from '../../text/text.ts';
import type { Caller } from '../repository.ts';
import {
  ADMINISTRATOR_TOKEN,
  type Check,
  type Facts,
  notChecked,
  onGitHub,
  RIGHT,
  type Verdict,
  verdictOf,
  wrong,
} from './check.ts';

const OTHER_TOKEN = t`use ${ADMINISTRATOR_TOKEN}`;
const RULES = 'Settings, Rules, Rulesets';
const SQUASH = 'squash';

/** What keeps a change of `main` from being merged unseen, worst first. */
export const GITHUB_CHECKS: readonly Check[] = [
  {
    id: 'plan-of-github',
    title: t`the GitHub plan has branch rules for this repository`,
    outcome: ({ github }) =>
      verdictOf(github, ({ rulesets }) => {
        if (rulesets.ok) return RIGHT;
        const lacks = isPlanLacking(rulesets.failure);
        return lacks ? wrong(t`it has none for a private repository`) : verdictOf(rulesets, () => RIGHT);
      }),
    fix: () => WITHOUT_RULES,
  },
  {
    id: 'default-branch',
    title: t`the default branch is ${codeText(MAIN_BRANCH)}`,
    outcome: ({ github }) =>
      verdictOf(github, ({ defaultBranch }) =>
        defaultBranch === MAIN_BRANCH
          ? RIGHT
          : wrong(t`it is ${codeText(defaultBranch)}, and workflows act for ${codeText(MAIN_BRANCH)} alone`),
      ),
    fix: () => t`Settings, General, Default branch: rename it to ${codeText(MAIN_BRANCH)}`,
  },
  ruleCheck('pull-request', t`the default branch changes by pull request alone`, t`require a pull request`),
  ruleCheck(
    'required-check',
    t`the check ${codeText(REQUIRED_CHECK)} is required, of GitHub Actions and an up-to-date branch`,
    t`require ${codeText(REQUIRED_CHECK)} of GitHub Actions, and branches to be up to date`,
  ),
  {
    id: 'required-jobs',
    title: t`no other job is required`,
    outcome: onGitHub('rulesets', (rulesets) => {
      // Names of called jobs change with the call, and skipped jobs count as a success.
      const checks = rulesets
        .flatMap(({ rules }) => rules)
        .flatMap(({ parameters }) => parameters?.required_status_checks ?? []);
      const jobs = checks.map(({ context }) => context).filter((name) => name.includes(' / '));
      return jobs.length === 0 ? RIGHT : wrong(t`${listTexts(jobs.map(codeText))}, whose names change`);
    }),
    fix: () => t`${trusted(RULES)}: require no job but ${codeText(REQUIRED_CHECK)}`,
  },
  ruleCheck('owner-review', t`an approval is required, and that of a code owner`, t`require both`, [
    'approval',
    'code-owners',
  ]),
  ruleCheck('stale-approvals', t`a push dismisses approvals`, t`dismiss stale approvals`),
  ruleCheck('last-push', t`the most recent reviewable push needs an approval`, t`require it`),
  ruleCheck('linear-history', t`merge commits are blocked`, t`require linear history`),
  ruleCheck('force-push', t`force pushes to the default branch are blocked`, t`block force pushes`),
  ruleCheck('deletion', t`the default branch cannot be deleted`, t`restrict deletions`),
  {
    id: 'one-owner',
    title: t`if the one owner approves their own changes, no one else can write`,
    outcome: oneOwner,
    fix: ({ file, isSelfApprovalMerged: isMerged }) =>
      isMerged.ok && !isMerged.value
        ? t`merge it first, or remove it from ${codeText(file)}`
        : t`remove them under Settings, Collaborators, or ${codeText('self-approval')} in ${codeText(file)}`,
  },
  {
    id: 'rules-of-main',
    title: t`these rules name ${codeText(MAIN_BRANCH)}, too`,
    outcome: onGitHub('rulesets', (rulesets, { team }) =>
      areAllIn(rulesets.filter(namesBoth), rulesets, team)
        ? RIGHT
        : wrong(
            t`if another branch becomes the default, anyone with write access can create ${codeText(MAIN_BRANCH)} again`,
          ),
    ),
    fix: () => t`${trusted(RULES)}: target the default branch and ${codeText(MAIN_BRANCH)}`,
  },
  {
    id: 'no-bypass',
    title: t`no one can bypass these rules`,
    outcome: onGitHub('rulesets', bypassOutcome),
    fix: () => t`${trusted(RULES)}: empty the bypass list`,
  },
  {
    id: 'merge-queue',
    title: t`there is no merge queue`,
    outcome: onGitHub('rulesets', (rulesets) =>
      rulesets.some(({ rules }) => rules.some(({ type }) => type === 'merge_queue'))
        ? wrong(t`there is one, and what it merges is never applied`)
        : RIGHT,
    ),
    fix: () => t`${trusted(RULES)}: do not require a merge queue`,
  },
  {
    id: 'squash-merging',
    title: t`pull requests are merged by squash alone`,
    outcome: onGitHub('rulesets', (rulesets, { github }) => {
      const allowed = rulesets.flatMap(({ rules }) => rules.map(({ parameters }) => parameters?.allowed_merge_methods));
      if (!allowed.some((methods) => methods?.join() === SQUASH))
        return wrong(t`other ways are allowed, and never applied`);
      return verdictOf(github, ({ squashMerging }) => {
        if (squashMerging === null) return notChecked(t`this token is not allowed to see it`, OTHER_TOKEN);
        return squashMerging ? RIGHT : wrong(t`squash merging is off, and nothing else is applied`);
      });
    }),
    fix: () => t`Settings, General, Pull Requests: choose ${codeText('Allow squash merging')}`,
  },
  {
    id: 'variables',
    title: t`there are no repository variables`,
    outcome: onGitHub('variables', (names) =>
      names.length === 0 ? RIGHT : wrong(t`every writer can set ${listTexts(names.map(codeText))}`),
    ),
    fix: () => t`Settings, Secrets and variables, Actions, Variables: delete them`,
  },
  {
    id: 'workflow-token',
    title: t`the default token of workflows can only read, and approves nothing`,
    outcome: onGitHub('workflowToken', ({ mayWrite, mayApprove }) => {
      if (mayWrite) return wrong(t`it can write`);
      return mayApprove ? wrong(t`it can approve pull requests`) : RIGHT;
    }),
    fix: () =>
      t`Settings, Actions, General, Workflow permissions: choose ${codeText('Read repository contents')}, clear ${codeText('Allow GitHub Actions to create and approve pull requests')}`,
  },
  {
    id: 'outside-contributors',
    title: t`workflows of outside contributors wait for an approval`,
    outcome: onGitHub('outsidersWait', (waits) =>
      waits ? RIGHT : wrong(t`some run at once, and can cancel an apply`),
    ),
    fix: () =>
      t`Settings, Actions, General: choose ${codeText('Require approval for all external contributors')}, or of a private repository, run no workflows of forks`,
  },
  {
    id: 'codeowners',
    title: t`CODEOWNERS gives every file to the owners`,
    outcome: ({ team, codeowners }) => {
      const block = codeownersBlock(team);
      if (block === null) return wrong(t`no owner has a GitHub login`);
      if (codeowners === null) return wrong(t`CODEOWNERS is missing`);
      return isUpToDate(codeowners, block) ? RIGHT : wrong(t`it is not as ${codeText('owners')} in the team file`);
    },
    fix: ({ team, file }) =>
      codeownersBlock(team) === null
        ? t`add ${codeText('github')} to the owners in ${codeText(file)}`
        : t`run ${codeText('mturk-team codeowners --write')} and commit the file`,
  },
  {
    id: 'called-release',
    title: t`the three workflows call one release`,
    outcome: ({ callers }) => {
      const missing = filesWithoutCall(callers);
      if (missing.length > 0) return wrong(t`missing, or without a call: ${listTexts(missing.map(codeText))}`);
      const called = [...new Set(callers.flatMap(({ calls }) => calls))];
      return called.length === 1 ? RIGHT : wrong(t`they call ${listTexts(called.map(codeText))}`);
    },
    fix: ({ callers }) =>
      filesWithoutCall(callers).length > 0
        ? t`run ${codeText('mturk-team init')} of a release, which writes those that are missing`
        : t`find out who changed them, and write the commit of one release into all three`,
  },
  {
    id: 'owner-logins',
    title: t`every owner's login exists and has write access`,
    outcome: onGitHub('writers', (writers, { team }) => {
      const others = ownerLogins(team).filter((login) => !includes(writers, login));
      return others.length === 0 ? RIGHT : wrong(t`no write access: ${listTexts(others.map(codeText))}`);
    }),
    fix: () => t`Settings, Collaborators: give them the role ${codeText('Write')}, or correct ${codeText('github')}`,
  },
];

function filesWithoutCall(callers: readonly Caller[]): readonly string[] {
  return callers.filter(({ calls }) => calls.length === 0).map(({ file }) => file);
}

/** The rules that no ruleset has. */
function missingIn(rulesets: readonly Ruleset[], { settings }: Team): readonly MissingRule[] {
  return missingRules(
    rulesets.flatMap(({ rules }) => rules),
    settings,
  );
}

/** Whether some of the rulesets have every rule that all of them have. */
function areAllIn(some: readonly Ruleset[], all: readonly Ruleset[], team: Team): boolean {
  return missingIn(some, team).length === missingIn(all, team).length;
}

const NOT_ASKED: Verdict = { state: 'not-asked', why: t`not asked for with ${codeText('self-approval')}` };

function ruleCheck(
  id: MissingRule | 'owner-review',
  title: Text,
  setting: Text,
  rules: readonly string[] = [id],
): Check {
  return {
    id,
    title,
    outcome: onGitHub('rulesets', (rulesets, { team }) => {
      if (!missingIn([], team).some((rule) => rules.includes(rule))) return NOT_ASKED;
      return missingIn(rulesets, team).some((rule) => rules.includes(rule)) ? wrong(t`no ruleset says so`) : RIGHT;
    }),
    fix: () => t`${trusted(RULES)}: ${setting}`,
  };
}

/** Whether a ruleset is about the default branch, and about `main` even if another one is. */
function namesBoth({ branches }: Ruleset): boolean {
  return branches.includes('~ALL') || [DEFAULT, MAIN].every((name) => branches.includes(name));
}

const DEFAULT = '~DEFAULT_BRANCH';
const MAIN = `refs/heads/${MAIN_BRANCH}`;

const STOPPING_ONE_OWNER: readonly MissingRule[] = ['approval', 'code-owners', 'last-push'];

/** GitHub lets no one approve their own pull request, so that a rule about reviews would stop the one owner. */
export function oneOwner(facts: Facts): Verdict {
  if (!facts.team.settings.selfApproval) return verdictOf(facts.github, () => RIGHT);
  const merged = verdictOf(facts.isSelfApprovalMerged, (isMerged) =>
    isMerged ? RIGHT : wrong(t`the default branch has no ${codeText('self-approval')}`),
  );
  if (merged.state !== 'right') return merged;
  const alone = noOtherWriter(facts);
  if (alone.state !== 'right') return alone;
  return onGitHub('rulesets', (rulesets) => {
    const asking = rulesets.find(({ rules }) => {
      const missing = missingRules(rules, { selfApproval: false });
      return STOPPING_ONE_OWNER.some((rule) => !missing.includes(rule));
    });
    return asking === undefined ? RIGHT : wrong(t`${codeText(asking.name)} lets the one owner merge nothing`);
  })(facts);
}

const noOtherWriter = onGitHub('writers', (writers, { team }) => {
  const others = writers.filter((login) => !includes(ownerLogins(team), login));
  return others.length === 0 ? RIGHT : wrong(t`others can: ${listTexts(others.map(codeText))}`);
});

/** Each rule that is in a ruleset must be in one that no one can bypass. */
function bypassOutcome(rulesets: readonly Ruleset[], { team }: Facts): Verdict {
  const strong = rulesets.filter(({ canBypass }) => canBypass === false);
  if (areAllIn(strong, rulesets, team)) return RIGHT;
  const [weak] = rulesets.filter(({ canBypass }) => canBypass === true);
  return weak === undefined
    ? notChecked(t`this token is not allowed to see who can bypass them`, OTHER_TOKEN)
    : wrong(t`someone can bypass ${codeText(weak.name)}`);
}

/** The ruleset that `--fix` writes. */
export function wantedRuleset({ settings }: Team): Ruleset {
  const isReviewed = !settings.selfApproval;
  return {
    name: OUR_RULESET,
    rules: [
      // Of `main`, once the default branch has another name.
      { type: 'creation' },
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      { type: 'required_linear_history' },
      {
        type: 'pull_request',
        parameters: {
          required_approving_review_count: isReviewed ? 1 : 0,
          require_code_owner_review: isReviewed,
          dismiss_stale_reviews_on_push: isReviewed,
          require_last_push_approval: isReviewed,
          allowed_merge_methods: [SQUASH],
        },
      },
      {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: true,
          required_status_checks: [{ context: REQUIRED_CHECK, integration_id: ACTIONS_APP }],
        },
      },
    ],
    branches: [DEFAULT, MAIN],
    canBypass: false,
  };
}

function includes(logins: readonly string[], login: string): boolean {
  return logins.some((each) => comparable(each) === comparable(login));
}
