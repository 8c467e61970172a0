import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { WORKFLOW_ROLES, workflowRoleArn } from '../../src/team/names.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import type { WorkflowResult } from '../workflows/run-workflow.ts';
import {
  type Change,
  commentOf,
  expectConclusion,
  joins,
  LAB,
  RELEASES,
  results,
  Scene,
  TEAM,
} from '../workflows/scene.ts';

const test = testInTurn(3);

const FOLDER = '.github/workflows';
/** Callers as `init` wrote them. */
let caller: { readonly apply: string; readonly plan: string };

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM, 'lab');
  caller = { apply: scene.textOf(`${FOLDER}/apply.yml`), plan: scene.textOf(`${FOLDER}/plan.yml`) };
});
afterAll(async () => {
  await scene.close();
});
afterEach(() => {
  expect(scene.github.violations).toEqual([]);
});

const SECRET = /^(AWS_|GITHUB_TOKEN$|ACTIONS_ID_TOKEN)/;

/** Steps that were given a credential or the right to one. */
function credentialsIn(run: WorkflowResult): readonly string[] {
  return Object.values(run.jobs).flatMap(({ steps }) =>
    steps.filter(({ environment }) => Object.keys(environment).some((key) => SECRET.test(key))).map(({ name }) => name),
  );
}

test('a pull request from a fork gets findings, no credential, and fails the required check', async () => {
  const pull = scene.propose(
    'from-a-fork',
    { 'team.yaml': (text) => text.replace('[results:read]', '[GrantBonus]') },
    { author: 'stranger', fork: true },
  );
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toEqual({
    preview: 'failure',
    plan: 'skipped',
    comment: 'skipped',
    run: 'failure',
    'mturk-team': 'failure',
  });
  const check = run.jobs.preview?.steps.find(({ name }) => name === 'Validate team.yaml');
  expect(check?.log).toMatch(/^::error file=team\.yaml,line=6,.*GrantBonus/m);
  expect(scene.repository.commentsOf(pull.number)).toEqual([]);
  expect(credentialsIn(run)).toEqual([]);
});

test.each([
  ['team.yaml', joins('kim', 'Kim Fork', 'reader'), 'Kim Fork'],
  ['.gitattributes', { '.gitattributes': () => '* text=auto\n' }, 'nothing changes'],
])('a valid change of %s from a fork is previewed, not planned, and cannot be merged', async (file, change, says) => {
  const pull = scene.propose(`from-a-fork${file}`, change, { author: 'stranger', fork: true });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ preview: 'failure', plan: 'skipped', 'mturk-team': 'failure' });
  const failed = run.jobs.preview?.steps.filter(({ outcome }) => outcome === 'failure').map(({ name }) => name);
  expect(failed?.slice(-2)).toEqual(['Detect changes of what is applied', 'Refuse what cannot be planned or applied']);
  expect(run.jobs.preview?.summary).toContain(says);
  expect(credentialsIn(run)).toEqual([]);
});

// Merged, each would stop every later apply.
test.each<[string, string, Change]>([
  ['dependabot[bot]', 'a workflow', { '.github/dependabot.yml': () => 'version: 2\nupdates: []\n' }],
  ['github-actions[bot]', 'team.yaml', joins('kai', 'Kai', 'reader')],
])(
  '%s opens a pull request that changes %s: it fails the required check, and says why',
  async (author, what, change) => {
    const pull = scene.propose(`by-a-program-${what.replace(' ', '-')}`, change, { author });
    const run = await scene.plan(pull);
    expectConclusion(run, 'failure');
    expect(results(run)).toMatchObject({ preview: 'failure', plan: 'skipped', 'mturk-team': 'failure' });
    expect(run.log).toMatch(/^::error::No person opened this pull request.* A person closes it and opens one/m);
  },
);

test.each<[string, { readonly author: string; readonly fork: boolean }, Change]>([
  ['a program changes other files', { author: 'dependabot[bot]', fork: false }, { 'package.json': () => '{}\n' }],
  [
    'a person changes a workflow in a fork',
    { author: 'stranger', fork: true },
    { '.github/x.yml': () => 'on: push\n' },
  ],
])('%s: nothing is planned, and it can be merged', async (what, by, change) => {
  const run = await scene.plan(scene.propose(what.replaceAll(' ', '-'), change, by));
  expectConclusion(run, 'success');
  expect(results(run)).toMatchObject({ preview: 'success', plan: 'skipped', comment: 'skipped' });
});

// Found by the red team: a comment by a hostile base's tool, and the base set to main afterwards.
test('a pull request into a branch of the attacker gets no role, no token that writes, and no green check to keep', async () => {
  const pull = scene.propose('evil-base', { 'docs.md': () => 'The base is not main.\n' });
  const run = await scene.plan(pull, 'evil-base');
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ preview: 'failure', plan: 'skipped', comment: 'skipped' });
  expect(results(run)['mturk-team']).toBe('failure');
  expect(scene.repository.commentsOf(pull.number)).toEqual([]);
  expect(credentialsIn(run)).toEqual([]);
});

test('what a pull request plants beside the pinned release never runs, and its caller gives no job more rights', async () => {
  const leak = join(scene.directory, 'leak');
  const hostile = `require('node:fs').writeFileSync('${leak}', 'ran');\n`;
  const plan = parse(caller.plan);
  plan.jobs.plant = {
    ...{ name: 'Plant', 'runs-on': 'ubuntu-24.04', 'timeout-minutes': 5, permissions: {} },
    steps: [
      { run: `mkdir dist; echo "${hostile.trim()}" > dist/mturk-team.cjs` },
      { uses: 'actions/upload-artifact@v7', with: { name: 'tool', path: 'dist' } },
    ],
  };
  plan.jobs.run.needs = 'plant';
  Object.assign(plan.jobs.run.permissions, { actions: 'write', contents: 'write', issues: 'write' });
  const pull = scene.propose('plant', {
    [`${FOLDER}/plan.yml`]: () => JSON.stringify(plan),
    'dist/mturk-team.cjs': () => hostile,
    'tool/dist/mturk-team.cjs': () => hostile,
    ...joins('mia', 'Mia', 'reader'),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'success');
  expect(existsSync(leak)).toBe(false);
  expect(run.jobs.preview?.outputs['changes-code']).toBe('true');
  expect(commentOf(scene, pull).body).toContain('also changes other files');
  const planned = run.jobs.plan?.steps.find(({ name }) => name === 'Plan');
  expect(Object.keys(planned?.environment ?? {})).toContain('AWS_SECRET_ACCESS_KEY');
  const given = [...scene.repository.tokens].filter(([token]) => token.startsWith('token-'));
  const writes = given.flatMap(([, { grants }]) => Object.entries(grants).filter(([, level]) => level === 'write'));
  expect(new Set(writes.map(([scope]) => scope))).toEqual(new Set(['id_token', 'pull_requests']));
});

test('a pull request that deletes CODEOWNERS fails the required check', async () => {
  const run = await scene.plan(scene.propose('no-owners', { '.github/CODEOWNERS': () => null }));
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ preview: 'failure', plan: 'skipped', 'mturk-team': 'failure' });
  expect(run.log).toMatch(/^::error file=\.github\/CODEOWNERS,title=.*\(stale-codeowners\)::/m);
});

test('a pull request can replace the required check by a green one, and not the approval', async () => {
  const { jobs, ...others } = parse(caller.plan);
  const { needs: _needs, ...check } = jobs['mturk-team'];
  const green = { ...others, jobs: { 'mturk-team': { ...check, steps: [{ run: 'true' }] } } };
  const pull = scene.propose('green', {
    [`${FOLDER}/plan.yml`]: () => JSON.stringify(green),
    ...joins('ned', 'Ned', 'paymaster'),
  });
  expect(results(await scene.plan(pull))).toEqual({ 'mturk-team': 'success' });
  const run = await scene.apply(scene.merge(pull));
  expect(run.jobs.apply?.outputs['failure-reason']).toBe('not-approved');
  expect(await scene.membersOf('tiny-lab-paymaster')).toBeNull();
});

describe('a role is taken by jobs of the pinned release alone', () => {
  /** A workflow whose jobs take each role where its subject is right. */
  const thief = (on: object | string) =>
    JSON.stringify({
      ...{ name: 'thief', on, permissions: {} },
      jobs: Object.fromEntries(
        WORKFLOW_ROLES.map((role) => [
          role,
          {
            ...{ name: role, 'runs-on': 'ubuntu-24.04', 'timeout-minutes': 5, permissions: { 'id-token': 'write' } },
            steps: [
              {
                uses: 'aws-actions/configure-aws-credentials@v6',
                with: {
                  ...{ 'role-to-assume': workflowRoleArn(LAB, role), 'aws-region': 'us-east-1' },
                  ...{ 'output-credentials': true, 'output-env-credentials': false },
                },
              },
            ],
          },
        ]),
      ),
    });
  const called = `${FOLDER}/called-apply.yml`;
  const publish = (repository: string) => scene.publish(repository, { [called]: thief('workflow_call') });
  const calls = (workflow: string): Change => ({
    [`${FOLDER}/apply.yml`]: () => caller.apply.replace(/uses: .*/, `uses: ${workflow}`),
    [`${FOLDER}/plan.yml`]: () => caller.plan.replace(/uses: .*/, `uses: ${workflow}`),
  });

  const CALLERS: readonly (readonly [string, () => Change])[] = [
    ['pin a release of another owner', () => calls(`mallory/mturk-team/${called}@${publish('mallory/mturk-team')}`)],
    ['pin a commit that only a fork of the release has', () => calls(`${RELEASES}/${called}@${publish(RELEASES)}`)],
    [
      'call a copy in the repository of the lab',
      () => ({ ...calls(`./${called}`), [called]: () => thief('workflow_call') }),
    ],
    [
      'have steps of their own',
      () => ({
        [`${FOLDER}/apply.yml`]: () => thief({ push: {} }),
        [`${FOLDER}/plan.yml`]: () => thief({ pull_request: {} }),
      }),
    ],
  ];

  test.each(sampleOf(CALLERS, 1))('callers that %s get no role, merged by an owner or not', async (what, changeOf) => {
    const taken = (run: WorkflowResult) => WORKFLOW_ROLES.filter((role) => run.jobs[role]?.result === 'success');
    const pull = scene.propose(what.replaceAll(' ', '-'), changeOf());
    expect(taken(await scene.plan(pull))).toEqual([]);
    expect(taken(await scene.apply(pull.head, `refs/heads/${pull.branch}`))).toEqual([]);
    expect(taken(await scene.apply(scene.mergeApproved(pull)))).toEqual([]);
  });

  test('the pinned release does nothing for the caller of a branch or of a pull request', async () => {
    const pull = scene.propose('mine', {
      [`${FOLDER}/apply.yml`]: () => `${caller.apply}# Mine\n`,
      [`${FOLDER}/plan.yml`]: () => caller.apply,
    });
    const expected = {
      apply: 'skipped',
      keys: 'skipped',
      page: 'skipped',
      report: 'skipped',
      run: 'skipped',
      result: 'failure',
    };
    expect(results(await scene.apply(pull.head, 'refs/heads/mine'))).toEqual(expected);
    expect(results(await scene.plan(pull))).toEqual(expected);
  });
});

describe('in this repository, which builds the tool', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(TEAM);
  });
  afterAll(async () => {
    await scene.close();
  });

  test('code of a pull request never runs: the tool is built from main', async () => {
    const leak = join(scene.directory, 'leak');
    const pull = scene.propose('steal', {
      'src/cli/main.ts': (text) =>
        `import { writeFileSync } from 'node:fs';\nwriteFileSync('${leak}', 'ran');\n${text}`,
      'scripts/build.ts': (text) =>
        `import { writeFileSync as leak } from 'node:fs';\nleak('${leak}', 'built');\n${text}`,
      // Every job takes the tool in one way, and the plan takes the longest.
      ...joins('mia', 'Mia', 'unknown'),
    });
    const run = await scene.plan(pull);
    expect(results(run)).toMatchObject({ tool: 'success', preview: 'failure', plan: 'skipped', comment: 'success' });
    expect(existsSync(leak)).toBe(false);
    expect(run.jobs.preview?.outputs['changes-code']).toBe('true');
  });
});
