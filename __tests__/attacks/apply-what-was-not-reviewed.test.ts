import { AddUserToGroupCommand, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import { commentOf, expectConclusion, issuesOf, joins, results, Scene, TEAM } from '../workflows/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM, 'lab');
  await scene.begin();
});
afterAll(async () => {
  await scene.close();
});
afterEach(() => {
  scene.onProcess = undefined;
  expect(scene.github.violations).toEqual([]);
});

test('a pull request that moves the state and the account is planned by the role of the base, and stopped before Terraform', async () => {
  const pull = scene.propose('move-state', {
    'team.yaml': (text) =>
      text
        .replace('123456789012', '210987654321')
        .replace('members:', 'settings: { state: { bucket: stolen-state, region: us-east-1 } }\nmembers:'),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ plan: 'failure', comment: 'success', 'mturk-team': 'failure' });
  expect(run.jobs.plan?.outputs['failure-reason']).toBe('guardrail-blocked');
  expect(run.jobs.preview?.outputs.account).toBe('123456789012');
  for (const code of ['account-changed', 'state-location-changed']) expect(commentOf(scene, pull).body).toContain(code);
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

test('an old apply that someone reruns grants nothing that main has taken back', async () => {
  const [first = ''] = scene.merges;
  scene.merge(
    scene.propose('suspend-hal', {
      'team.yaml': (text) => text.replace('{ name: Hal,', '{ suspended: true, name: Hal,'),
    }),
  );
  const refused = await scene.apply(first);
  expectConclusion(refused, 'failure');
  expect(refused.jobs.apply?.outputs['failure-reason']).toBe('superseded');
  // It says nothing about how main and the account are now.
  expect(issuesOf(scene, 'apply').filter(({ state }) => state === 'open')).toEqual([]);
});

test('a drift check of a commit that main has left is superseded before it gets a role', async () => {
  const before = scene.github.writes().length;
  scene.onProcess = (_pid, job, step) => {
    if (job !== 'validate' || step !== 'Validate team.yaml') return;
    scene.onProcess = undefined;
    scene.merge(scene.propose('meanwhile', { 'team.yaml': (text) => `${text}# A later commit\n` }));
  };
  const run = await scene.drift();
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({
    validate: 'success',
    detect: 'failure',
    reconcile: 'skipped',
    report: 'failure',
  });
  expect(run.jobs.detect?.outputs['failure-reason']).toBe('superseded');
  const credentials = run.jobs.detect?.steps.find(({ name }) => name.startsWith('aws-actions/'));
  expect(credentials?.outcome).toBe('skipped');
  expect(scene.github.writes()).toHaveLength(before);
});

test('the schedule of a fork, and another branch than main, do nothing', async () => {
  for (const given of [{ fork: true }, { ref: 'refs/heads/reconcile' }]) {
    const run = await scene.drift(given);
    expect(results(run)).toEqual({ run: 'skipped', 'mturk-team': 'skipped' });
  }
});
