import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import type { WorkflowResult } from './run-workflow.ts';
import { commentOf, expectConclusion, issuesOf, joins, results, Scene, TEAM } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM);
  await scene.begin();
});
afterAll(async () => {
  await scene.close();
});
afterEach(() => {
  scene.onProcess = undefined;
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
    build: 'failure',
    announce: 'skipped',
    plan: 'skipped',
    comment: 'skipped',
    'mturk-team': 'failure',
  });
  const check = run.jobs.build?.steps.find(({ name }) => name === 'Validate team.yaml');
  expect(check?.log).toMatch(/^::error file=team\.yaml,line=6,.*GrantBonus/m);
  expect(scene.repository.commentsOf(pull.number)).toEqual([]);
  expect(credentialsIn(run)).toEqual([]);
});

test('a valid change of team.yaml from a fork is previewed, not planned, and cannot be merged', async () => {
  const change = joins('kim', 'Kim Fork', 'reader');
  const pull = scene.propose('good-from-a-fork', change, { author: 'stranger', fork: true });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ build: 'success', plan: 'skipped', 'mturk-team': 'failure' });
  expect(run.jobs.build?.summary).toContain('Kim Fork');
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
  expect(run.jobs.build?.outputs['changes-code']).toBe('true');
  expect(commentOf(scene, pull).body).toContain('also changes code');
  const plan = run.jobs.plan?.steps.find(({ name }) => name === 'Plan');
  expect(Object.keys(plan?.environment ?? {})).toContain('AWS_SECRET_ACCESS_KEY');
});

test('a pull request that moves the state is stopped before Terraform starts', async () => {
  const pull = scene.propose('move-state', {
    'team.yaml': (text) =>
      text.replace('members:', 'settings: { state: { bucket: stolen-state, region: us-east-1 } }\nmembers:'),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ plan: 'failure', comment: 'success', 'mturk-team': 'failure' });
  expect(run.jobs.plan?.outputs['failure-reason']).toBe('guardrail-blocked');
  expect(commentOf(scene, pull).body).toContain('state-location-changed');
});

test('a manual change between plan and apply stops the apply', async () => {
  const pull = scene.propose('add-hal', joins('hal', 'Hal', 'reader'));
  expectConclusion(await scene.plan(pull), 'success');
  scene.repository.review(pull.number, 'ada', 'APPROVED');
  const iam = scene.iam();
  const membership = { GroupName: 'tiny-lab-paymaster', UserName: 'tiny-lab-bo' };
  await iam.send(new AddUserToGroupCommand(membership));
  const commit = scene.merge(pull);
  const refused = await scene.apply(commit);
  expectConclusion(refused, 'failure');
  expect(refused.jobs.apply?.outputs['failure-reason']).toBe('plan-changed');
  expect(await scene.membersOf('tiny-lab-reader')).not.toContain('tiny-lab-hal');
  expect(commentOf(scene, pull).body).toContain('plan-changed');

  await iam.send(new RemoveUserFromGroupCommand(membership));
  iam.destroy();
  expectConclusion(await scene.apply(commit), 'success');
  expect(await scene.membersOf('tiny-lab-reader')).toContain('tiny-lab-hal');
});

test('an old apply that someone reruns is superseded', async () => {
  const [first = ''] = scene.merges;
  const later = scene.propose('add-ida', joins('ida', 'Ida', 'reader'));
  expectConclusion(await scene.plan(later), 'success');
  scene.repository.review(later.number, 'ada', 'APPROVED');
  expectConclusion(await scene.apply(scene.merge(later)), 'success');
  const refused = await scene.apply(first);
  expectConclusion(refused, 'failure');
  expect(refused.jobs.apply?.outputs['failure-reason']).toBe('superseded');
  // It says nothing about how main and the account are now.
  expect(issuesOf(scene, 'apply').filter(({ state }) => state === 'open')).toEqual([]);
});

test('a drift check of a commit that main has left is superseded before it gets a role', async () => {
  const before = scene.github.writes().length;
  scene.onProcess = (_pid, job, step) => {
    if (job !== 'build' || step !== 'Validate team.yaml') return;
    scene.onProcess = undefined;
    scene.merge(scene.propose('meanwhile', { 'team.yaml': (text) => `${text}# A later commit\n` }));
  };
  const run = await scene.drift();
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ build: 'success', detect: 'failure', reconcile: 'skipped', report: 'failure' });
  expect(run.jobs.detect?.outputs['failure-reason']).toBe('superseded');
  const credentials = run.jobs.detect?.steps.find(({ name }) => name.startsWith('aws-actions/'));
  expect(credentials?.outcome).toBe('skipped');
  expect(scene.github.writes()).toHaveLength(before);
});

test('the schedule of a fork, and another branch than main, do nothing', async () => {
  for (const given of [{ fork: true }, { ref: 'refs/heads/reconcile' }]) {
    const run = await scene.drift(given);
    expect(new Set(Object.values(results(run)))).toEqual(new Set(['skipped']));
  }
});
