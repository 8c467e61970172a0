import { list, missing, ok, type Route, refused } from './github-answers.ts';
import { account } from './github-bodies.ts';
import type { GitHubRepository } from './github-repository.ts';

interface Ruleset {
  readonly id: number;
  name: string;
  enforcement: string;
  conditions?: { ref_name: { include: string[]; exclude: string[] } };
  bypass_actors: { actor_id: number | null; actor_type: string; bypass_mode: string }[];
  rules: { type: string; parameters?: Record<string, unknown> }[];
}

/** A repository as its administrator sees it: at first as GitHub creates a public one. */
export function newSettings() {
  return {
    isPrivate: false,
    /** Whether the owner pays for branch rules of private repositories. */
    isPaid: true,
    squashMerging: true,
    rulesets: [] as Ruleset[],
    variables: [] as string[],
    workflowToken: { default_workflow_permissions: 'write', can_approve_pull_request_reviews: false },
    outsiders: 'first_time_contributors',
    isFork: false,
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

/** What `doctor` asks and changes. */
export const SETTINGS_ROUTES: Readonly<Record<string, Route>> = {
  [`GET ${REPOSITORY}`]: {
    needs: ANYONE,
    answer: ({ repository, token }) => {
      const { isPrivate, isFork, squashMerging } = repository.settings;
      return ok({
        ...{
          id: repository.id,
          name: repository.name,
          full_name: repository.fullName,
          private: isPrivate,
          fork: isFork,
        },
        ...{ default_branch: repository.defaultBranch, owner: account(repository.owner) },
        // GitHub shows it to those who may push.
        ...(token.grants.administration === undefined ? {} : { allow_squash_merge: squashMerging }),
      });
    },
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

function rulesetBody(repository: GitHubRepository, ruleset: object) {
  return { ...ruleset, source_type: 'Repository', source: repository.fullName };
}
