import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowResult } from '../workflows/run-workflow.ts';
import { commentOf, expectConclusion, joins, results, Scene, TEAM } from '../workflows/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM);
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
    tool: 'success',
    build: 'success',
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

test('a valid change of team.yaml from a fork is previewed, not planned, and cannot be merged', async () => {
  const change = joins('kim', 'Kim Fork', 'reader');
  const pull = scene.propose('good-from-a-fork', change, { author: 'stranger', fork: true });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ preview: 'failure', plan: 'skipped', 'mturk-team': 'failure' });
  const failed = run.jobs.preview?.steps.filter(({ outcome }) => outcome === 'failure').map(({ name }) => name);
  expect(failed).toEqual(['Detect changes of team.yaml', 'Refuse what cannot be planned']);
  expect(run.jobs.preview?.summary).toContain('Kim Fork');
  expect(credentialsIn(run)).toEqual([]);
});

test('code of a pull request never runs; the comment says that the code changes, too', async () => {
  const leak = join(scene.directory, 'leak');
  const pull = scene.propose('steal', {
    'src/cli/main.ts': (text) => `import { writeFileSync } from 'node:fs';\nwriteFileSync('${leak}', 'ran');\n${text}`,
    'scripts/build.ts': (text) =>
      `import { writeFileSync as leak } from 'node:fs';\nleak('${leak}', 'built');\n${text}`,
    ...joins('mia', 'Mia', 'reader'),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'success');
  expect(existsSync(leak)).toBe(false);
  expect(run.jobs.preview?.outputs['changes-code']).toBe('true');
  expect(commentOf(scene, pull).body).toContain('also changes code');
  const plan = run.jobs.plan?.steps.find(({ name }) => name === 'Plan');
  expect(Object.keys(plan?.environment ?? {})).toContain('AWS_SECRET_ACCESS_KEY');
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
