import * as z from 'zod';
import { type Failure, type Result, succeed } from '../diagnostics/failure.ts';
import type { RepositoryName } from './port.ts';
import { githubRequests, nullIfNotFound, type RequestSettings, type Requests } from './requests.ts';

/** The ruleset that `doctor --fix` writes. */
export const OUR_RULESET = 'mturk-team';

/** Environments that roles trust, by name. */
export type EnvironmentName = 'production' | 'reconcile';

// What is read of GitHub's answers, and no more. https://docs.github.com/en/rest
const repositoryAnswer = z
  .object({ private: z.boolean(), default_branch: z.string(), allow_rebase_merge: z.boolean().optional() })
  .transform((read) => ({
    isPrivate: read.private,
    defaultBranch: read.default_branch,
    /** Null: the token may not know. */
    rebaseMerging: read.allow_rebase_merge ?? null,
  }));

/** https://docs.github.com/en/rest/deployments/environments */
const environmentAnswer = z.object({
  protection_rules: z
    .array(
      z.object({
        type: z.string(),
        wait_timer: z.number().optional(),
        prevent_self_review: z.boolean().optional(),
        reviewers: z
          .array(z.object({ type: z.enum(['User', 'Team']), reviewer: z.object({ id: z.number() }) }))
          .optional(),
      }),
    )
    .default([]),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

const policyAnswer = z
  .object({ id: z.number(), name: z.string(), type: z.enum(['branch', 'tag']).default('branch') })
  .readonly();

/** An environment of GitHub Actions, and which branches and tags may use it. */
export interface Environment {
  /** `all`: any branch may deploy; `protected`: each that a rule protects. */
  readonly allowed: 'all' | 'protected' | readonly z.infer<typeof policyAnswer>[];
  readonly reviewers: readonly { readonly type: 'User' | 'Team'; readonly id: number }[];
  readonly preventSelfReview: boolean;
  /** Minutes. */
  readonly waitTimer: number;
}

/** https://docs.github.com/en/rest/repos/rules */
const ruleAnswer = z.object({
  type: z.string(),
  ruleset_id: z.number().optional(),
  parameters: z
    .object({
      dismiss_stale_reviews_on_push: z.boolean().optional(),
      require_code_owner_review: z.boolean().optional(),
      require_last_push_approval: z.boolean().optional(),
      required_approving_review_count: z.number().optional(),
      required_status_checks: z.array(z.object({ context: z.string() })).optional(),
    })
    .optional(),
});

const rulesetAnswer = z.object({
  name: z.string(),
  bypass_actors: z
    .array(
      z.object({
        actor_id: z.number().nullish(),
        actor_type: z.string(),
        bypass_mode: z.enum(['always', 'pull_request', 'exempt']).default('always'),
      }),
    )
    .optional(),
});

const switched = z.object({ enabled: z.boolean() }).optional();

/** https://docs.github.com/en/rest/branches/branch-protection */
const protectionAnswer = z.object({
  required_status_checks: z.object({ contexts: z.array(z.string()) }).nullish(),
  enforce_admins: switched,
  required_pull_request_reviews: z
    .object({
      dismiss_stale_reviews: z.boolean(),
      require_code_owner_reviews: z.boolean(),
      required_approving_review_count: z.number().default(0),
      require_last_push_approval: z.boolean().default(false),
      bypass_pull_request_allowances: z
        .object({ users: z.array(z.unknown()), teams: z.array(z.unknown()), apps: z.array(z.unknown()).default([]) })
        .partial()
        .optional(),
    })
    .nullish(),
  allow_force_pushes: switched,
});

/** A ruleset or the branch protection, as far as it is about the default branch. */
export interface BranchGuard {
  readonly name: string;
  readonly pullRequest: {
    readonly approvals: number;
    readonly codeOwners: boolean;
    readonly dismissesStale: boolean;
    /** GitHub's "approval of the most recent reviewable push". */
    readonly lastPush: boolean;
  } | null;
  /** Names of required status checks. */
  readonly checks: readonly string[];
  readonly blocksForcePush: boolean;
  /** Whom it does not hold for; `administrators-in-pull-requests` stands alone. Null: the token may not know. */
  readonly bypass: 'none' | 'administrators-in-pull-requests' | 'others' | null;
}

/** What `doctor` asks GitHub about a repository; each with the reason if the token or the plan does not allow it. */
export interface RepositorySettings extends z.infer<typeof repositoryAnswer> {
  readonly environments: Readonly<Record<EnvironmentName, Result<Environment | null>>>;
  readonly guards: Result<readonly BranchGuard[]>;
  /** Names of repository variables. */
  readonly variables: Result<readonly string[]>;
  readonly workflowToken: Result<z.infer<typeof workflowTokenAnswer>>;
  /** Whether each pull request of an outside contributor waits for an approval before its workflows run. */
  readonly outsidersWait: Result<boolean>;
  /** Logins with write access. */
  readonly writers: Result<readonly string[]>;
}

const workflowTokenAnswer = z
  .object({ default_workflow_permissions: z.enum(['read', 'write']), can_approve_pull_request_reviews: z.boolean() })
  .transform((read) => ({
    mayWrite: read.default_workflow_permissions === 'write',
    mayApprove: read.can_approve_pull_request_reviews,
  }));

/** The settings of one repository, for a token of its administrator. */
export interface SettingsPort {
  read(): Promise<Result<RepositorySettings>>;
  /** Creates the environment or changes its branch rule; `reviewers` and the rest stay as given. */
  writeEnvironment(name: EnvironmentName, given: Environment | null, branch: string): Promise<Result<null>>;
  /** Creates or replaces the ruleset `mturk-team` of the default branch, without bypass. */
  writeRuleset(wanted: Pick<BranchGuard, 'pullRequest' | 'checks'>): Promise<Result<null>>;
}

const REPOSITORY = '/repos/{owner}/{repo}';
const ENVIRONMENT = `${REPOSITORY}/environments/{environment_name}`;
const POLICIES = `${ENVIRONMENT}/deployment-branch-policies`;

/** The role "Repository admin" in bypass lists, which GitHub's API gives no name: https://docs.github.com/en/rest/repos/rules */
const ADMIN_ROLE = 5;
/** GitHub Actions, so that no other app reports the check. */
const ACTIONS_APP = 15368;

export function openSettings(settings: RequestSettings, { owner, name }: RepositoryName): SettingsPort {
  const requests = githubRequests(settings);
  const ours = { owner, repo: name };
  const one = <T>(route: string, parameters: object, answer: z.ZodType<T>) =>
    requests.one(route, { ...ours, ...parameters }, answer);
  const list = <T>(route: string, parameters: object, item: z.ZodType<T>, property?: string) =>
    requests.all(route, { ...ours, ...parameters }, item, property === undefined ? {} : { list: property });

  async function environment(environment_name: EnvironmentName): Promise<Result<Environment | null>> {
    const found = nullIfNotFound(await one(`GET ${ENVIRONMENT}`, { environment_name }, environmentAnswer));
    if (!found.ok) return found;
    if (found.value === null) return succeed(null);
    const { protection_rules: rules, deployment_branch_policy: policy } = found.value;
    const policies =
      policy?.custom_branch_policies === true
        ? await list(`GET ${POLICIES}`, { environment_name }, policyAnswer, 'branch_policies')
        : succeed(policy?.protected_branches === true ? ('protected' as const) : ('all' as const));
    if (!policies.ok) return policies;
    return succeed({
      allowed: policies.value,
      reviewers: rules.flatMap((rule) =>
        (rule.reviewers ?? []).map(({ type, reviewer }) => ({ type, id: reviewer.id })),
      ),
      preventSelfReview: rules.some((rule) => rule.prevent_self_review === true),
      waitTimer: Math.max(0, ...rules.map((rule) => rule.wait_timer ?? 0)),
    });
  }

  function outsidersWait(isPrivate: boolean): Promise<Result<boolean>> {
    const route = isPrivate ? 'fork-pr-workflows-private-repos' : 'fork-pr-contributor-approval';
    return one(`GET ${REPOSITORY}/actions/permissions/${route}`, {}, outsidersAnswer);
  }

  return {
    async read() {
      const repository = await one(`GET ${REPOSITORY}`, {}, repositoryAnswer);
      if (!repository.ok) return repository;
      const { defaultBranch: branch, isPrivate } = repository.value;
      const variable = z.object({ name: z.string() }).transform((read) => read.name);
      const writer = z.object({ login: z.string() }).transform((read) => read.login);
      const [production, reconcile, guards, variables, workflowToken, outsiders, writers] = await Promise.all([
        environment('production'),
        environment('reconcile'),
        readGuards(requests, ours, branch),
        list(`GET ${REPOSITORY}/actions/variables`, {}, variable, 'variables'),
        one(`GET ${REPOSITORY}/actions/permissions/workflow`, {}, workflowTokenAnswer),
        outsidersWait(isPrivate),
        list(`GET ${REPOSITORY}/collaborators`, { permission: 'push' }, writer),
      ]);
      const environments = { production, reconcile };
      return succeed({
        ...repository.value,
        ...{ environments, guards, variables, workflowToken, outsidersWait: outsiders, writers },
      });
    },
    async writeEnvironment(environment_name, given, branch) {
      const { reviewers = [], waitTimer = 0, preventSelfReview = false } = given ?? {};
      // GitHub resets what is left out, and rejects on some plans what is sent.
      const saved = await one(
        `PUT ${ENVIRONMENT}`,
        {
          environment_name,
          ...(reviewers.length === 0 ? {} : { reviewers, prevent_self_review: preventSelfReview }),
          ...(waitTimer === 0 ? {} : { wait_timer: waitTimer }),
          deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
        },
        z.unknown(),
      );
      if (!saved.ok) return saved;
      // Names of an earlier time count again, once custom ones count at all.
      const known = await list(`GET ${POLICIES}`, { environment_name }, policyAnswer, 'branch_policies');
      if (!known.ok) return known;
      const isOurs = (each: (typeof known.value)[number]) => each.name === branch && each.type === 'branch';
      for (const { id } of known.value.filter((each) => !isOurs(each))) {
        const parameters = { environment_name, branch_policy_id: id };
        const deleted = await one(`DELETE ${POLICIES}/{branch_policy_id}`, parameters, z.unknown());
        if (!deleted.ok) return deleted;
      }
      if (known.value.some(isOurs)) return succeed(null);
      const added = await one(`POST ${POLICIES}`, { environment_name, name: branch, type: 'branch' }, z.unknown());
      return added.ok ? succeed(null) : added;
    },
    async writeRuleset(wanted) {
      const item = z.object({ id: z.number(), name: z.string() });
      const known = await list(`GET ${REPOSITORY}/rulesets`, { includes_parents: false }, item);
      if (!known.ok) return known;
      const body = rulesetBody(wanted);
      const id = known.value.find((each) => each.name === OUR_RULESET)?.id;
      const saved =
        id === undefined
          ? await one(`POST ${REPOSITORY}/rulesets`, body, z.unknown())
          : await one(`PUT ${REPOSITORY}/rulesets/{ruleset_id}`, { ruleset_id: id, ...body }, z.unknown());
      return saved.ok ? succeed(null) : saved;
    },
  };
}

/** Of public repositories, then of private ones. https://docs.github.com/en/rest/actions/permissions */
const outsidersAnswer = z.union([
  z
    .object({ approval_policy: z.string() })
    .transform(({ approval_policy: policy }) => policy === 'all_external_contributors'),
  z
    .object({ run_workflows_from_fork_pull_requests: z.boolean(), require_approval_for_fork_pr_workflows: z.boolean() })
    .transform((read) => !read.run_workflows_from_fork_pull_requests || read.require_approval_for_fork_pr_workflows),
]);

/** Every ruleset of the repository and of those above it, and the branch protection. */
async function readGuards(
  requests: Requests,
  ours: { readonly owner: string; readonly repo: string },
  branch: string,
): Promise<Result<readonly BranchGuard[]>> {
  const rules = await requests.all(`GET ${REPOSITORY}/rules/branches/{branch}`, { ...ours, branch }, ruleAnswer);
  if (!rules.ok) return rules;
  const guards: BranchGuard[] = [];
  for (const ruleset_id of new Set(rules.value.map((rule) => rule.ruleset_id))) {
    const found = await requests.one(`GET ${REPOSITORY}/rulesets/{ruleset_id}`, { ...ours, ruleset_id }, rulesetAnswer);
    if (!found.ok) return found;
    guards.push(
      guardOf(
        rules.value.filter((rule) => rule.ruleset_id === ruleset_id),
        found.value,
      ),
    );
  }
  const route = `GET ${REPOSITORY}/branches/{branch}/protection`;
  const protection = nullIfNotFound(await requests.one(route, { ...ours, branch }, protectionAnswer));
  if (!protection.ok) return protection;
  return succeed(protection.value === null ? guards : [...guards, protectionGuard(protection.value)]);
}

function guardOf(
  rules: readonly z.infer<typeof ruleAnswer>[],
  { name, bypass_actors: actors }: z.infer<typeof rulesetAnswer>,
): BranchGuard {
  const parameters = rules.find(({ type }) => type === 'pull_request')?.parameters;
  const isAdmin = (actor: NonNullable<typeof actors>[number]) =>
    actor.actor_type === 'RepositoryRole' && actor.actor_id === ADMIN_ROLE && actor.bypass_mode === 'pull_request';
  return {
    name,
    pullRequest:
      parameters === undefined
        ? null
        : {
            approvals: parameters.required_approving_review_count ?? 0,
            codeOwners: parameters.require_code_owner_review === true,
            dismissesStale: parameters.dismiss_stale_reviews_on_push === true,
            lastPush: parameters.require_last_push_approval === true,
          },
    checks: rules.flatMap((rule) => (rule.parameters?.required_status_checks ?? []).map(({ context }) => context)),
    blocksForcePush: rules.some(({ type }) => type === 'non_fast_forward'),
    bypass:
      actors === undefined
        ? null
        : actors.length === 0
          ? 'none'
          : actors.every(isAdmin)
            ? 'administrators-in-pull-requests'
            : 'others',
  };
}

function protectionGuard(read: z.infer<typeof protectionAnswer>): BranchGuard {
  const reviews = read.required_pull_request_reviews ?? null;
  const { users = [], teams = [], apps = [] } = reviews?.bypass_pull_request_allowances ?? {};
  const isForAll = read.enforce_admins?.enabled === true && users.length + teams.length + apps.length === 0;
  return {
    name: 'branch protection',
    pullRequest:
      reviews === null
        ? null
        : {
            approvals: reviews.required_approving_review_count,
            codeOwners: reviews.require_code_owner_reviews,
            dismissesStale: reviews.dismiss_stale_reviews,
            lastPush: reviews.require_last_push_approval,
          },
    checks: read.required_status_checks?.contexts ?? [],
    blocksForcePush: read.allow_force_pushes?.enabled !== true,
    bypass: isForAll ? 'none' : 'others',
  };
}

function rulesetBody({ pullRequest, checks }: Pick<BranchGuard, 'pullRequest' | 'checks'>) {
  return {
    name: OUR_RULESET,
    target: 'branch',
    enforcement: 'active',
    bypass_actors: [],
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      {
        type: 'pull_request',
        parameters: {
          allowed_merge_methods: ['merge', 'squash'],
          required_approving_review_count: pullRequest?.approvals ?? 0,
          require_code_owner_review: pullRequest?.codeOwners === true,
          dismiss_stale_reviews_on_push: pullRequest?.dismissesStale === true,
          require_last_push_approval: pullRequest?.lastPush === true,
          required_review_thread_resolution: false,
        },
      },
      {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: true,
          required_status_checks: checks.map((context) => ({ context, integration_id: ACTIONS_APP })),
        },
      },
    ],
  };
}

/**
 * Whether GitHub says that the plan of the owner lacks this for a private repository, and does not only deny it. Both are 403
 * with the page of the request as `documentation_url`; the text alone differs: https://github.com/ossf/allstar/issues/37
 */
export function isPlanLacking(failure: Failure): boolean {
  return failure.code === 'github-denied' && /^Upgrade to /i.test(failure.args.reason);
}
