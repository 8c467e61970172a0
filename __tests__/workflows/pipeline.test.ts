import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, type IAMClient, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import { commentOf, expectConclusion, issuesOf, joins, results, Scene, TEAM } from './scene.ts';

const PAYMASTER = { GroupName: 'tiny-lab-paymaster', UserName: 'tiny-lab-bo' };
const READER = { GroupName: 'tiny-lab-reader', UserName: 'tiny-lab-bo' };

let scene: Scene;
let iam: IAMClient;
beforeAll(async () => {
  scene = await Scene.open(TEAM, 'lab');
  await scene.begin();
  iam = scene.iam();
});
afterAll(async () => {
  iam.destroy();
  await scene.close();
});
afterEach(() => {
  expect(scene.github.violations).toEqual([]);
});

async function driftCheck(conclusion: 'success' | 'failure' = 'success') {
  const run = await scene.drift();
  expectConclusion(run, conclusion);
  return run;
}

test('a student is planned, not applied without approval, and applied after it', async () => {
  const pull = scene.propose('add-eve', joins('eve', 'Eve Lindqvist', 'reader'));
  const planned = await scene.plan(pull);
  expectConclusion(planned, 'success');
  expect(results(planned)).toEqual({
    preview: 'success',
    plan: 'success',
    comment: 'success',
    run: 'success',
    'mturk-team': 'success',
  });
  expect(planned.jobs.preview?.outputs).toMatchObject({ account: '123456789012', 'changes-code': 'false' });
  const first = commentOf(scene, pull);
  expect(first.body).toContain('Eve Lindqvist');
  expect(first.body).toContain('3 to add, 1 to change');
  expect(first.body).toContain('on a local AWS emulator');

  // The author's own approval does not count.
  scene.repository.review(pull.number, 'bo', 'APPROVED');
  const commit = scene.merge(pull, 'bo');
  const refused = await scene.apply(commit);
  expectConclusion(refused, 'failure');
  expect(results(refused)).toEqual({
    validate: 'success',
    approval: 'failure',
    apply: 'skipped',
    report: 'success',
    run: 'failure',
    'mturk-team': 'failure',
  });
  expect(refused.jobs.approval?.outputs['failure-reason']).toBe('not-approved');
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo']);
  expect(commentOf(scene, pull)).toMatchObject({ id: first.id, body: expect.stringContaining('Not applied') });
  // The reason travels from the job that verifies to the one that reports.
  expect(commentOf(scene, pull).body).toMatch(
    /\*\*To fix:\*\* an owner who neither opened[\s\S]*`bo` approved it, but is its author/,
  );
  expect(issuesOf(scene, 'apply')).toMatchObject([{ state: 'open' }]);

  scene.repository.review(pull.number, 'ada', 'APPROVED');
  const applied = await scene.apply(commit);
  expectConclusion(applied, 'success');
  expect(results(applied)['mturk-team']).toBe('success');
  // From main's code, for reviewers of the environment: the comment could have been edited.
  for (const job of [applied.jobs.approval, applied.jobs.apply]) {
    expect(job?.summary).toMatch(/^### To be applied: [\s\S]*^Pull request #\d+, approved by `ada` on /m);
  }
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo', 'tiny-lab-eve']);
  expect(commentOf(scene, pull)).toMatchObject({
    id: first.id,
    body: expect.stringContaining('on a local AWS emulator'),
  });
  expect(issuesOf(scene, 'apply')).toMatchObject([{ state: 'closed' }]);
});

test('manual changes are reported in one issue, and do not fail the run', async () => {
  await iam.send(new AddUserToGroupCommand(PAYMASTER));
  await iam.send(new RemoveUserFromGroupCommand(READER));
  const run = await driftCheck();
  expect(results(run)).toEqual({
    validate: 'success',
    detect: 'success',
    reconcile: 'skipped',
    report: 'success',
    run: 'success',
    'mturk-team': 'success',
  });
  const [issue, ...others] = issuesOf(scene, 'drift');
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: 'open', author: 'github-actions[bot]' });
  expect(issue?.body).toContain('membership-added/bo/paymaster/spends');
  expect(issue?.body).toContain('membership-removed/bo/reader');
  expect(issue?.body).not.toContain('123456789012');
  expect(issue?.body).toContain('on a local AWS emulator');
});

test('reconcile reverts the added access, and leaves the rest open', async () => {
  const on = (text: string) =>
    text.replace('members:', 'settings: { reconcile: { mode: additions, per-day: 10 } }\nmembers:');
  scene.merge(scene.propose('reconcile', { 'team.yaml': on }));
  const run = await driftCheck();
  expect(results(run)).toMatchObject({ detect: 'success', reconcile: 'success', report: 'success' });
  expect(await scene.membersOf('tiny-lab-paymaster')).toEqual(['tiny-lab-ada']);
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-eve']);
  expect(issuesOf(scene, 'drift')).toMatchObject([{ state: 'open' }]);
});

test('a failed check has an issue of its own and fails the run; the next success closes both', async () => {
  const before = issuesOf(scene, 'drift');
  const record = join(scene.directory, 'account/apply-record.json');
  const text = readFileSync(record, 'utf8');
  writeFileSync(record, '{"version":1');
  const run = await driftCheck('failure');
  expect(results(run)).toMatchObject({ detect: 'failure', reconcile: 'skipped', report: 'success' });
  expect(run.jobs.detect?.outputs['failure-reason']).toBe('drift-check-failed');
  expect(issuesOf(scene, 'drift')).toEqual(before);
  expect(issuesOf(scene, 'drift-error')).toMatchObject([{ state: 'open' }]);

  writeFileSync(record, text);
  await iam.send(new AddUserToGroupCommand(READER));
  await driftCheck();
  expect(issuesOf(scene, 'drift-error')).toMatchObject([{ state: 'closed' }]);
  expect(issuesOf(scene, 'drift')).toMatchObject([{ state: 'closed' }]);
});
