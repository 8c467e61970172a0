import {
  type BranchGuard,
  type Environment,
  type EnvironmentName,
  isPlanLacking,
  OUR_RULESET,
} from '../../github/settings.ts';
import { codeownersBlock, isUpToDate } from '../../team/codeowners.ts';
import { MAIN_BRANCH } from '../../team/names.ts';
import { comparable, type Team } from '../../team/team.ts';
import { codeText, listTexts, type Text, t, trusted } from '../../text/text.ts';
import type { Caller } from '../repository.ts';
import {
  ADMINISTRATOR_TOKEN,
  type Check,
  type Facts,
  notChecked,
  onGitHub,
  outcomeOf,
  RIGHT,
  UPGRADE,
  wrong,
} from './check.ts';

const REQUIRED_CHECK = 'mturk-team';

const OTHER_TOKEN = t`use ${ADMINISTRATOR_TOKEN}`;
const RULES = 'Settings, Rules, Rulesets';

/** What keeps a change of `main` from being merged unseen, worst first. */
export const GITHUB_CHECKS: readonly Check[] = [
  {
    id: 'plan-of-github',
    side: 'github',
    title: t`the GitHub plan has branch rules for this repository`,
    outcome: ({ github }) =>
      outcomeOf(github, ({ guards }) => {
        if (guards.ok) return RIGHT;
        const lacks = isPlanLacking(guards.failure);
        return lacks ? wrong(t`it has none for a private repository`) : outcomeOf(guards, () => RIGHT);
      }),
    fix: () => UPGRADE,
  },
  {
    id: 'default-branch',
    side: 'github',
    title: t`the default branch is ${codeText(MAIN_BRANCH)}`,
    outcome: ({ github }) =>
      outcomeOf(github, ({ defaultBranch }) =>
        defaultBranch === MAIN_BRANCH
          ? RIGHT
          : wrong(t`it is ${codeText(defaultBranch)}, and workflows act for ${codeText(MAIN_BRANCH)} alone`),
      ),
    fix: () => t`Settings, General, Default branch: rename it to ${codeText(MAIN_BRANCH)}`,
  },
  environmentCheck('production'),
  environmentCheck('reconcile'),
  {
    id: 'reviewers',
    side: 'github',
    title: t`environment ${codeText('production')} has a reviewer`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ environments }) => environments.production,
        (found, { isPrivate }) => {
          if (facts.team.settings.selfApproval || found === null || found.reviewers.length > 0) return RIGHT;
          return isPrivate
            ? notChecked(
                t`private repositories have reviewers of environments on GitHub Enterprise alone`,
                t`no action needed: without it, too, an apply needs the approval of an owner`,
              )
            : wrong(t`environment ${codeText('production')} has none`);
        },
      ),
    fix: () => t`Settings, Environments, production: add the owners as ${codeText('Required reviewers')}`,
  },
  {
    id: 'reconcile-reviewers',
    side: 'github',
    title: t`environment ${codeText('reconcile')} waits for no reviewer`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ environments }) => environments.reconcile,
        (found) =>
          found === null || found.reviewers.length + found.waitTimer === 0
            ? RIGHT
            : wrong(t`it waits, and every apply waits behind it`),
      ),
    fix: () => t`Settings, Environments, reconcile: remove the reviewers and the wait timer`,
  },
  {
    id: 'pull-request',
    side: 'github',
    title: t`the default branch changes by pull request alone`,
    outcome: (facts) =>
      onGuards(facts, (guards) =>
        guards.some(({ pullRequest }) => pullRequest !== null)
          ? RIGHT
          : wrong(t`anyone with write access can push to it`),
      ),
    fix: () => t`${trusted(RULES)}: require a pull request`,
    repair: 'ruleset',
  },
  {
    id: 'required-check',
    side: 'github',
    title: t`the check ${codeText(REQUIRED_CHECK)} is required`,
    outcome: (facts) =>
      onGuards(facts, (guards) => {
        const checks = guards.flatMap((guard) => guard.checks);
        // Names of called jobs change with the call, and skipped jobs count as a success.
        const jobs = checks.filter((name) => name.includes(' / '));
        if (!checks.includes(REQUIRED_CHECK)) return wrong(t`${codeText(REQUIRED_CHECK)} is not required`);
        return jobs.length === 0
          ? RIGHT
          : wrong(t`jobs are required, too, and their names change: ${listTexts(jobs.map(codeText))}`);
      }),
    fix: () => t`${trusted(RULES)}: require ${codeText(REQUIRED_CHECK)}, and no other job of its workflow`,
    repair: 'ruleset',
  },
  {
    id: 'owner-review',
    side: 'github',
    title: t`the rule about reviews fits the owners`,
    outcome: (facts) => (facts.team.settings.selfApproval ? selfApprovalReview(facts) : ownersReview(facts)),
    fix: ({ team }) =>
      team.settings.selfApproval
        ? t`follow ${codeText('A lab with one owner')} in the page about setting up`
        : t`${trusted(RULES)}: require an approval, and the review of code owners`,
    repair: 'ruleset',
  },
  reviewRule('stale-approvals', t`a push dismisses approvals`, ({ dismissesStale }) => dismissesStale),
  reviewRule('last-push', t`the most recent reviewable push needs an approval`, ({ lastPush }) => lastPush),
  {
    id: 'force-push',
    side: 'github',
    title: t`force pushes to the default branch are blocked`,
    outcome: (facts) =>
      onGuards(facts, (guards) =>
        guards.some(({ blocksForcePush }) => blocksForcePush) ? RIGHT : wrong(t`they are allowed`),
      ),
    fix: () => t`${trusted(RULES)}: block force pushes`,
    repair: 'ruleset',
  },
  {
    id: 'no-bypass',
    side: 'github',
    title: t`no one can bypass these rules`,
    outcome: (facts) => onGuards(facts, (guards) => bypassOutcome(guards, facts.team)),
    fix: () => t`${trusted(RULES)}: empty the bypass list`,
    repair: 'ruleset',
  },
  {
    id: 'rebase-merging',
    side: 'github',
    title: t`rebase merging is off`,
    outcome: ({ github }) =>
      outcomeOf(github, ({ rebaseMerging }) => {
        if (rebaseMerging === null) return notChecked(t`this token may not see it`, OTHER_TOKEN);
        return rebaseMerging ? wrong(t`it is on, and such merges are never applied`) : RIGHT;
      }),
    fix: () => t`Settings, General, Pull Requests: clear ${codeText('Allow rebase merging')}`,
  },
  {
    id: 'variables',
    side: 'github',
    title: t`there are no repository variables`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ variables }) => variables,
        (names) => (names.length === 0 ? RIGHT : wrong(t`every writer can set ${listTexts(names.map(codeText))}`)),
      ),
    fix: () => t`Settings, Secrets and variables, Actions, Variables: delete them`,
  },
  {
    id: 'workflow-token',
    side: 'github',
    title: t`the default token of workflows may read alone, and approves nothing`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ workflowToken }) => workflowToken,
        ({ mayWrite, mayApprove }) => {
          if (mayWrite) return wrong(t`it may write`);
          return mayApprove ? wrong(t`it may approve pull requests`) : RIGHT;
        },
      ),
    fix: () =>
      t`Settings, Actions, General, Workflow permissions: choose ${codeText('Read repository contents')}, clear ${codeText('Allow GitHub Actions to create and approve pull requests')}`,
  },
  {
    id: 'outside-contributors',
    side: 'github',
    title: t`workflows of outside contributors wait for an approval`,
    outcome: (facts) =>
      onGitHub(
        facts,
        (settings) => settings.outsidersWait,
        (waits) => (waits ? RIGHT : wrong(t`some run at once, and can cancel an apply`)),
      ),
    fix: () =>
      t`Settings, Actions, General: choose ${codeText('Require approval for all external contributors')}, or of a private repository, run no workflows of forks`,
  },
  {
    id: 'codeowners',
    side: 'github',
    title: t`CODEOWNERS gives every file to the owners`,
    outcome: ({ team, codeowners }) => {
      const block = codeownersBlock(team);
      if (block === null) return wrong(t`no owner has a GitHub login`);
      if (codeowners === null) return wrong(t`there is none`);
      return isUpToDate(codeowners, block) ? RIGHT : wrong(t`it is not as ${codeText('owners')} in the team file`);
    },
    fix: ({ team, file }) =>
      codeownersBlock(team) === null
        ? t`add ${codeText('github')} to the owners in ${codeText(file)}`
        : t`run ${codeText('mturk-team codeowners --write')} and commit the file`,
  },
  {
    id: 'called-release',
    side: 'github',
    title: t`the three workflows call one release`,
    outcome: ({ callers }) => {
      const missing = filesWithoutCall(callers);
      if (missing.length > 0) return wrong(t`no call in ${listTexts(missing.map(codeText))}`);
      const called = [...new Set(callers.flatMap(({ calls }) => calls))];
      return called.length === 1 ? RIGHT : wrong(t`they call ${listTexts(called.map(codeText))}`);
    },
    fix: ({ callers }) =>
      filesWithoutCall(callers).length > 0
        ? t`run ${codeText('mturk-team init')}, which writes those that are missing`
        : t`find out who changed them, and write the commit of one release into all three`,
  },
  {
    id: 'owner-logins',
    side: 'github',
    title: t`every owner's login exists and has write access`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ writers }) => writers,
        (writers) => {
          const others = ownersOf(facts.team).filter((login) => !includes(writers, login));
          return others.length === 0 ? RIGHT : wrong(t`no write access: ${listTexts(others.map(codeText))}`);
        },
      ),
    fix: () => t`Settings, Collaborators: give them the role ${codeText('Write')}, or correct ${codeText('github')}`,
  },
];

function filesWithoutCall(callers: readonly Caller[]): readonly string[] {
  return callers.filter(({ calls }) => calls.length === 0).map(({ file }) => file);
}

function environmentCheck(name: EnvironmentName): Check {
  return {
    id: `environment-${name}`,
    side: 'github',
    title: t`environment ${codeText(name)} takes deployments from ${codeText(MAIN_BRANCH)} alone`,
    outcome: (facts) =>
      onGitHub(
        facts,
        ({ environments }) => environments[name],
        (found) => {
          const problem = found === null ? t`it does not exist` : branchProblem(found);
          return problem === null ? RIGHT : wrong(problem);
        },
      ),
    fix: () => t`Settings, Environments, ${trusted(name)}: allow ${codeText(MAIN_BRANCH)} alone`,
    repair: name,
  };
}

function branchProblem({ allowed }: Environment): Text | null {
  if (allowed === 'all') return t`it takes them from every branch`;
  if (allowed === 'protected') return t`it takes them from every protected branch`;
  const others = allowed.filter(({ name, type }) => name !== MAIN_BRANCH || type !== 'branch');
  if (others.length > 0) return t`it takes them from ${listTexts(others.map(({ name }) => codeText(name)))}, too`;
  return allowed.length === 0 ? t`it takes none` : null;
}

function onGuards(facts: Facts, decide: (guards: readonly BranchGuard[]) => ReturnType<typeof wrong>) {
  return onGitHub(facts, ({ guards }) => guards, decide);
}

/** Whether the rule lets no one merge who is alone. */
function asksForReview({ pullRequest }: BranchGuard): boolean {
  return pullRequest !== null && (pullRequest.approvals > 0 || pullRequest.codeOwners || pullRequest.lastPush);
}

function ownersReview(facts: Facts) {
  return onGuards(facts, (guards) =>
    guards.some(({ pullRequest }) => pullRequest?.codeOwners === true && pullRequest.approvals > 0)
      ? RIGHT
      : wrong(t`no review of a code owner is required`),
  );
}

/** One owner: no review and no other writer, or a rule that administrators may bypass in pull requests. */
function selfApprovalReview(facts: Facts) {
  return onGuards(facts, (guards) => {
    const asking = guards.filter(asksForReview);
    const blocked = asking.find(({ bypass }) => bypass === 'none');
    if (blocked !== undefined) return wrong(t`${codeText(blocked.name)} lets the one owner merge nothing`);
    if (asking.length > 0) return RIGHT;
    return onGitHub(
      facts,
      ({ writers }) => writers,
      (writers) => {
        const others = writers.filter((login) => !includes(ownersOf(facts.team), login));
        return others.length === 0 ? RIGHT : wrong(t`no review is required of ${listTexts(others.map(codeText))}`);
      },
    );
  });
}

function reviewRule(id: string, title: Text, has: (rule: NonNullable<BranchGuard['pullRequest']>) => boolean): Check {
  return {
    id,
    side: 'github',
    title,
    outcome: (facts) =>
      onGuards(facts, (guards) => {
        if (facts.team.settings.selfApproval && !guards.some(asksForReview)) return RIGHT;
        return guards.some(({ pullRequest }) => pullRequest !== null && has(pullRequest))
          ? RIGHT
          : wrong(t`no rule for the default branch says so`);
      }),
    fix: () => t`${trusted(RULES)}: ${title}`,
    repair: 'ruleset',
  };
}

/** Each rule must be in a ruleset that no one can bypass, if it is in any. */
function bypassOutcome(guards: readonly BranchGuard[], { settings }: Team) {
  const rules = [
    (guard: BranchGuard) => guard.pullRequest !== null && !asksForReview(guard),
    asksForReview,
    ({ checks }: BranchGuard) => checks.includes(REQUIRED_CHECK),
    ({ blocksForcePush }: BranchGuard) => blocksForcePush,
  ];
  for (const has of rules) {
    const having = guards.filter(has);
    const strong = having.filter(
      ({ bypass }) =>
        bypass === 'none' ||
        (settings.selfApproval && has === asksForReview && bypass === 'administrators-in-pull-requests'),
    );
    if (having.length === 0 || strong.length > 0) continue;
    const [first] = having;
    if (having.some(({ bypass }) => bypass === null))
      return notChecked(t`this token may not see who can bypass them`, OTHER_TOKEN);
    return wrong(t`someone can bypass ${codeText(first?.name ?? '')}`);
  }
  return RIGHT;
}

/** The rule that `--fix` writes. */
export function wantedRuleset({ settings }: Team): BranchGuard {
  const reviewed = !settings.selfApproval;
  return {
    name: OUR_RULESET,
    pullRequest: {
      approvals: reviewed ? 1 : 0,
      codeOwners: reviewed,
      dismissesStale: reviewed,
      lastPush: reviewed,
    },
    checks: [REQUIRED_CHECK],
    blocksForcePush: true,
    bypass: 'none',
  };
}

function ownersOf({ owners, members }: Team): readonly string[] {
  return owners.flatMap((owner) => members.find(({ key }) => key === owner)?.github ?? []);
}

function includes(logins: readonly string[], login: string): boolean {
  return logins.some((each) => comparable(each) === comparable(login));
}
