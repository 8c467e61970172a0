import { type Answer, list, missing, ok, type Route, refused } from './github-answers.ts';
import { account } from './github-bodies.ts';
import type { GitHubRepository } from './github-repository.ts';

interface Environment {
  reviewers: { readonly type: 'User'; readonly id: number }[];
  preventSelfReview: boolean;
  waitTimer: number;
  /** Null: every branch. */
  policy: { readonly protected_branches: boolean; readonly custom_branch_policies: boolean } | null;
  policies: { readonly id: number; readonly name: string; readonly type: 'branch' | 'tag' }[];
}

interface Ruleset {
  readonly id: number;
  name: string;
  enforcement: string;
  bypass_actors: { actor_id: number | null; actor_type: string; bypass_mode: string }[];
  rules: { type: string; parameters?: Record<string, unknown> }[];
}

/** A repository as its administrator sees it: at first as GitHub creates a public one. */
export function newSettings() {
  return {
    isPrivate: false,
    /** Whether the owner pays for branch rules and environments of private repositories. */
    isPaid: true,
    rebaseMerging: true,
    environments: new Map<string, Environment>(),
    rulesets: [] as Ruleset[],
    /** The branch protection, as GitHub answers it. */
    protection: null as Record<string, unknown> | null,
    variables: [] as string[],
    workflowToken: { default_workflow_permissions: 'write', can_approve_pull_request_reviews: false },
    outsiders: 'first_time_contributors',
    /** The form of the subject in tokens for AWS. */
    subject: 'ids' as 'classic' | 'ids',
    privateForks: {
      run_workflows_from_fork_pull_requests: true,
      send_write_tokens_to_workflows: false,
      send_secrets_and_variables: false,
      require_approval_for_fork_pr_workflows: false,
    },
  };
}

const UPGRADE = 'Upgrade to GitHub Pro or make this repository public to enable this feature.';
const READ = [{ administration: 'read' }] as const;
const WRITE = [{ administration: 'write' }] as const;
const ANYONE = [{}] as const;

const REPOSITORY = '/repos/{owner}/{repo}';
const ENVIRONMENT = `${REPOSITORY}/environments/{environment_name}`;
const POLICIES = `${ENVIRONMENT}/deployment-branch-policies`;

/** What `doctor` asks and changes. */
export const SETTINGS_ROUTES: Readonly<Record<string, Route>> = {
  [`GET ${REPOSITORY}`]: {
    needs: ANYONE,
    answer: ({ repository, token }) => {
      const { isPrivate, rebaseMerging } = repository.settings;
      return ok({
        ...{ id: repository.id, name: repository.name, full_name: repository.fullName, private: isPrivate },
        ...{ default_branch: repository.defaultBranch, owner: account(repository.owner) },
        // GitHub shows it to those who may push.
        ...(token.grants.administration === undefined ? {} : { allow_rebase_merge: rebaseMerging }),
      });
    },
  },
  [`GET ${ENVIRONMENT}`]: {
    needs: ANYONE,
    answer: ({ repository, params: { environment_name: name = '' } }) => {
      const found = repository.settings.environments.get(name);
      return found === undefined ? missing() : ok(environmentBody(name, found));
    },
  },
  [`PUT ${ENVIRONMENT}`]: {
    needs: WRITE,
    answer: ({ repository, params: { environment_name: name = '' }, body }) => {
      const { settings } = repository;
      if (lacks(repository)) return refused(422, 'Failed to create the environment protection rule.');
      const environment: Environment = {
        reviewers: (body.reviewers ?? []) as Environment['reviewers'],
        preventSelfReview: body.prevent_self_review === true,
        waitTimer: Number(body.wait_timer ?? 0),
        policy: (body.deployment_branch_policy ?? null) as Environment['policy'],
        policies: settings.environments.get(name)?.policies ?? [],
      };
      settings.environments.set(name, environment);
      return ok(environmentBody(name, environment));
    },
  },
  [`GET ${POLICIES}`]: {
    needs: ANYONE,
    answer: (asked) => withEnvironment(asked, ({ policies }) => list(policies, 'branch_policies')),
  },
  [`POST ${POLICIES}`]: {
    needs: WRITE,
    answer: (asked) =>
      withEnvironment(asked, ({ policies }) => {
        const type = asked.body.type === 'tag' ? ('tag' as const) : ('branch' as const);
        const policy = { id: asked.repository.next(), name: String(asked.body.name), type };
        policies.push(policy);
        return ok(policy);
      }),
  },
  [`DELETE ${POLICIES}/{branch_policy_id}`]: {
    needs: WRITE,
    answer: (asked) =>
      withEnvironment(asked, (environment) => {
        environment.policies = environment.policies.filter(({ id }) => id !== Number(asked.params.branch_policy_id));
        return { status: 204 };
      }),
  },
  [`GET ${REPOSITORY}/rules/branches/{branch}`]: {
    needs: ANYONE,
    answer: ({ repository }) => {
      if (lacks(repository)) return refused(403, UPGRADE);
      const active = repository.settings.rulesets.filter(({ enforcement }) => enforcement === 'active');
      return list(
        active.flatMap(({ id, rules }) =>
          rules.map((rule) => ({
            ...rule,
            ...{ ruleset_source_type: 'Repository', ruleset_source: repository.fullName, ruleset_id: id },
          })),
        ),
      );
    },
  },
  [`GET ${REPOSITORY}/rulesets`]: {
    needs: ANYONE,
    answer: ({ repository }) =>
      lacks(repository)
        ? refused(403, UPGRADE)
        : list(repository.settings.rulesets.map(({ rules: _, ...each }) => rulesetBody(repository, each))),
  },
  [`GET ${REPOSITORY}/rulesets/{ruleset_id}`]: {
    needs: ANYONE,
    answer: ({ repository, params, token }) => {
      const found = repository.settings.rulesets.find(({ id }) => id === Number(params.ruleset_id));
      if (found === undefined) return missing();
      const { bypass_actors, ...others } = found;
      return ok(rulesetBody(repository, token.grants.administration === 'write' ? found : others));
    },
  },
  [`POST ${REPOSITORY}/rulesets`]: {
    needs: WRITE,
    answer: ({ repository, body }) => {
      if (lacks(repository)) return refused(403, UPGRADE);
      if (repository.settings.rulesets.some(({ name }) => name === body.name)) {
        return refused(422, 'Validation Failed: Name must be unique');
      }
      const ruleset = { id: repository.next(), name: '', enforcement: '', bypass_actors: [], rules: [] };
      Object.assign(ruleset, body);
      repository.settings.rulesets.push(ruleset);
      return { status: 201, body: rulesetBody(repository, ruleset) };
    },
  },
  [`PUT ${REPOSITORY}/rulesets/{ruleset_id}`]: {
    needs: WRITE,
    answer: ({ repository, params, body }) => {
      const found = repository.settings.rulesets.find(({ id }) => id === Number(params.ruleset_id));
      if (found === undefined) return missing();
      Object.assign(found, body);
      return ok(rulesetBody(repository, found));
    },
  },
  [`GET ${REPOSITORY}/branches/{branch}/protection`]: {
    needs: READ,
    answer: ({ repository }) => {
      if (lacks(repository)) return refused(403, UPGRADE);
      const { protection } = repository.settings;
      return protection === null ? refused(404, 'Branch not protected') : ok(protection);
    },
  },
  [`GET ${REPOSITORY}/actions/variables`]: {
    needs: [{ variables: 'read' }],
    answer: ({ repository }) =>
      list(
        repository.settings.variables.map((name) => ({ name, value: 'x' })),
        'variables',
      ),
  },
  [`GET ${REPOSITORY}/actions/permissions/workflow`]: {
    needs: READ,
    answer: ({ repository }) => ok(repository.settings.workflowToken),
  },
  [`GET ${REPOSITORY}/actions/permissions/fork-pr-contributor-approval`]: {
    needs: READ,
    answer: ({ repository: { settings } }) =>
      settings.isPrivate ? missing() : ok({ approval_policy: settings.outsiders }),
  },
  [`GET ${REPOSITORY}/actions/permissions/fork-pr-workflows-private-repos`]: {
    needs: READ,
    answer: ({ repository: { settings } }) => (settings.isPrivate ? ok(settings.privateForks) : missing()),
  },
  [`GET ${REPOSITORY}/actions/oidc/customization/sub`]: {
    needs: ANYONE,
    answer: ({ repository: { settings } }) =>
      ok({ use_default: true, use_immutable_subject: settings.subject === 'ids' }),
  },
  [`GET ${REPOSITORY}/collaborators`]: {
    needs: ANYONE,
    answer: ({ repository, query }) => {
      const mayPush = (permission: string) => ['admin', 'write'].includes(permission);
      const found = [...repository.permissions].filter(
        ([, permission]) => query.get('permission') !== 'push' || mayPush(permission),
      );
      return list(found.map(([login, permission]) => ({ ...account(login), role_name: permission })));
    },
  },
};

function lacks({ settings }: GitHubRepository): boolean {
  return settings.isPrivate && !settings.isPaid;
}

function withEnvironment(
  { repository, params }: Parameters<Route['answer']>[0],
  then: (environment: Environment) => Answer,
): Answer {
  const found = repository.settings.environments.get(params.environment_name ?? '');
  return found === undefined ? missing() : then(found);
}

function environmentBody(name: string, { reviewers, preventSelfReview, waitTimer, policy }: Environment) {
  return {
    name,
    deployment_branch_policy: policy,
    protection_rules: [
      ...(waitTimer === 0 ? [] : [{ id: 1, node_id: 'GA_1', type: 'wait_timer', wait_timer: waitTimer }]),
      ...(reviewers.length === 0
        ? []
        : [
            {
              ...{ id: 2, node_id: 'GA_2', type: 'required_reviewers', prevent_self_review: preventSelfReview },
              reviewers: reviewers.map(({ type, id }) => ({ type, reviewer: { ...account('reviewer'), id } })),
            },
          ]),
      ...(policy === null ? [] : [{ id: 3, node_id: 'GA_3', type: 'branch_policy' }]),
    ],
  };
}

function rulesetBody(repository: GitHubRepository, ruleset: object) {
  return { ...ruleset, source_type: 'Repository', source: repository.fullName };
}
