import * as z from 'zod';
import { type Failure, type Result, succeed } from '../diagnostics/failure.ts';
import { type BranchRule, type RepositoryName, ruleAnswer } from './port.ts';
import { githubRequests, type RequestSettings, type Requests } from './requests.ts';

/** The ruleset that `doctor --fix` writes. */
export const OUR_RULESET = 'mturk-team';

// What is read of GitHub's answers, and no more. https://docs.github.com/en/rest
const repositoryAnswer = z
  .object({ private: z.boolean(), default_branch: z.string(), allow_squash_merge: z.boolean().optional() })
  .transform((read) => ({
    isPrivate: read.private,
    defaultBranch: read.default_branch,
    /** Null: the token may not know. */
    squashMerging: read.allow_squash_merge ?? null,
  }));

const ruleOfRuleset = ruleAnswer.extend({ ruleset_id: z.number().optional() });

const rulesetAnswer = z.object({
  name: z.string(),
  conditions: z.object({ ref_name: z.object({ include: z.array(z.string()).default([]) }).optional() }).nullish(),
  bypass_actors: z.array(z.unknown()).optional(),
});

/** A ruleset that is active for the default branch. Branch protection is none: an apply cannot see it. */
export interface Ruleset {
  readonly name: string;
  readonly rules: readonly BranchRule[];
  /** Refs and patterns that it names: `~DEFAULT_BRANCH`, `refs/heads/main`. */
  readonly branches: readonly string[];
  /** Whether someone can bypass it; null if the token may not know. */
  readonly canBypass: boolean | null;
}

/** What `doctor` asks GitHub about a repository; each with the reason if the token or the plan does not allow it. */
export interface RepositorySettings extends z.infer<typeof repositoryAnswer> {
  readonly rulesets: Result<readonly Ruleset[]>;
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
  /** Creates or replaces the ruleset `mturk-team`. */
  writeRuleset(wanted: Ruleset): Promise<Result<null>>;
}

const REPOSITORY = '/repos/{owner}/{repo}';

export function openSettings(settings: RequestSettings, { owner, name }: RepositoryName): SettingsPort {
  const requests = githubRequests(settings);
  const ours = { owner, repo: name };
  const one = <T>(route: string, parameters: object, answer: z.ZodType<T>) =>
    requests.one(route, { ...ours, ...parameters }, answer);
  const list = <T>(route: string, parameters: object, item: z.ZodType<T>, property?: string) =>
    requests.all(route, { ...ours, ...parameters }, item, property === undefined ? {} : { list: property });

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
      const [rulesets, variables, workflowToken, outsiders, writers] = await Promise.all([
        readRulesets(requests, ours, branch),
        list(`GET ${REPOSITORY}/actions/variables`, {}, variable, 'variables'),
        one(`GET ${REPOSITORY}/actions/permissions/workflow`, {}, workflowTokenAnswer),
        outsidersWait(isPrivate),
        list(`GET ${REPOSITORY}/collaborators`, { permission: 'push' }, writer),
      ]);
      return succeed({
        ...repository.value,
        ...{ rulesets, variables, workflowToken, outsidersWait: outsiders, writers },
      });
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

/** Every ruleset of the repository and of those above it that is active for a branch. */
async function readRulesets(
  requests: Requests,
  ours: { readonly owner: string; readonly repo: string },
  branch: string,
): Promise<Result<readonly Ruleset[]>> {
  const rules = await requests.all(`GET ${REPOSITORY}/rules/branches/{branch}`, { ...ours, branch }, ruleOfRuleset);
  if (!rules.ok) return rules;
  const rulesets: Ruleset[] = [];
  for (const ruleset_id of new Set(rules.value.map((rule) => rule.ruleset_id))) {
    const found = await requests.one(`GET ${REPOSITORY}/rulesets/{ruleset_id}`, { ...ours, ruleset_id }, rulesetAnswer);
    if (!found.ok) return found;
    const { name, conditions, bypass_actors: actors } = found.value;
    rulesets.push({
      name,
      rules: rules.value.filter((rule) => rule.ruleset_id === ruleset_id),
      branches: conditions?.ref_name?.include ?? [],
      canBypass: actors === undefined ? null : actors.length > 0,
    });
  }
  return succeed(rulesets);
}

/** What GitHub wants besides what is read. */
const PULL_REQUESTS = { required_review_thread_resolution: false };

function rulesetBody({ name, rules, branches }: Ruleset) {
  return {
    ...{ name, target: 'branch', enforcement: 'active', bypass_actors: [] },
    conditions: { ref_name: { include: branches, exclude: [] } },
    rules: rules.map(({ type, parameters }) =>
      type === 'pull_request' ? { type, parameters: { ...PULL_REQUESTS, ...parameters } } : { type, parameters },
    ),
  };
}

/**
 * Whether GitHub says that the plan of the owner lacks this for a private repository, and does not only deny it. Both are 403
 * with the page of the request as `documentation_url`; the text alone differs: https://github.com/ossf/allstar/issues/37
 */
export function isPlanLacking(failure: Failure): boolean {
  return failure.code === 'github-denied' && /^Upgrade to /i.test(failure.args.reason);
}
