import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, type IAMClient, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import { unzipSync } from 'fflate';
import { allInTurn, testInTurn } from '../support/exhaustive.ts';
import { account } from '../support/github-bodies.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { commentOf, expectConclusion, issuesOf, joins, results, Scene, type ScenePull, TEAM } from './scene.ts';

const test = allInTurn();
const inTurn = test === globalThis.test ? testInTurn(3) : test;

const PAYMASTER = { GroupName: 'tiny-lab-paymaster', UserName: 'tiny-lab-bo' };
const READER = { GroupName: 'tiny-lab-reader', UserName: 'tiny-lab-bo' };

let scene: Scene;
let iam: IAMClient;
/** The change that an owner approves, once it is merged. */
let approved: { readonly pull: ScenePull; readonly commit: string; readonly comment: number };
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
  scene.onProcess = undefined;
  expect(scene.github.violations).toEqual([]);
});

async function driftCheck(conclusion: 'success' | 'failure' = 'success') {
  const run = await scene.drift();
  expectConclusion(run, conclusion);
  return run;
}

test('a student is planned, and not applied without approval', async () => {
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
  approved = { pull, commit, comment: first.id };
  const refused = await scene.apply(commit);
  expectConclusion(refused, 'failure');
  expect(results(refused)).toEqual({
    apply: 'failure',
    keys: 'skipped',
    page: 'skipped',
    report: 'success',
    run: 'failure',
    result: 'failure',
  });
  expect(refused.jobs.apply?.outputs).toMatchObject({
    ...{ 'failure-reason': 'not-approved', 'pull-requests': String(pull.number) },
  });
  const steps = refused.jobs.apply?.steps.map(({ name, outcome }) => `${name.split('@')[0]}: ${outcome}`);
  expect(steps).toEqual(
    expect.arrayContaining(['aws-actions/configure-aws-credentials: skipped', 'Check the approval: failure']),
  );
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo']);
  expect(commentOf(scene, pull)).toMatchObject({ id: first.id, body: expect.stringContaining('Not applied') });
  // The reason travels from the job that applies to the one that reports.
  expect(commentOf(scene, pull).body).toMatch(
    /no owner approved the last commit[\s\S]*\*\*To fix:\*\* an owner who did not open/,
  );
  expect(issuesOf(scene, 'apply')).toMatchObject([{ state: 'open' }]);
});

test('after the approval it is applied, with what was merged since, and each pull request says so', async () => {
  const { pull, commit, comment } = approved;
  scene.repository.review(pull.number, 'ada', 'APPROVED');
  const more = scene.propose('add-fay', joins('fay', 'Fay Ito', 'reader'));
  scene.mergeApproved(more);
  // The event is that of the first merge.
  const applied = await scene.apply(commit);
  expectConclusion(applied, 'success');
  expect(results(applied).result).toBe('success');
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo', 'tiny-lab-eve', 'tiny-lab-fay']);
  expect(commentOf(scene, pull)).toMatchObject({ id: comment, body: expect.stringContaining('Eve Lindqvist') });
  for (const each of [pull, more]) {
    const { body } = commentOf(scene, each);
    expect(body).toMatch(/^### Applied: /m);
    expect(body).toContain('on a local AWS emulator');
    expect(body).toContain(scene.main.slice(0, 7));
  }
  expect(issuesOf(scene, 'apply')).toMatchObject([{ state: 'closed' }]);
  const record = JSON.parse(readFileSync(join(scene.directory, 'account/apply-record.json'), 'utf8'));
  expect(record).toMatchObject({ commit: scene.main, owners: [{ key: 'ada', login: 'ada', id: account('ada').id }] });
});

inTurn(
  'manual changes are reported in one issue, and do not fail the run: reconcile reverts the added access, and gives nothing back',
  async () => {
    const on = (text: string) =>
      text
        .replace('members:', 'settings: { reconcile: additions }\nmembers:')
        .replace('name: Eve Lindqvist', `$&, recipient: ${IDENTITIES[0].recipient}`);
    scene.mergeApproved(scene.propose('reconcile', { 'team.yaml': on }));
    const applied = await scene.apply(scene.main);
    expectConclusion(applied, 'success');
    expect(results(applied)).toMatchObject({ apply: 'success', keys: 'success', report: 'success' });
    await iam.send(new AddUserToGroupCommand(PAYMASTER));
    await iam.send(new RemoveUserFromGroupCommand(READER));
    expect(results(await driftCheck())).toEqual({
      validate: 'success',
      detect: 'success',
      reconcile: 'success',
      keys: 'success',
      page: 'success',
      report: 'success',
      outcome: 'success',
      run: 'success',
      result: 'success',
    });
    expect(await scene.membersOf('tiny-lab-paymaster')).toEqual(['tiny-lab-ada']);
    // With a Deny of what was taken.
    expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo', 'tiny-lab-eve', 'tiny-lab-fay']);
    const [issue, ...others] = issuesOf(scene, 'drift');
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ state: 'open', author: 'github-actions[bot]' });
    expect(issue?.body).toMatch(/Reconcile will revert: finding 1[\s\S]*Bo \(`bo`\) added to `paymaster`/);
    expect(issue?.body).toContain('Bo (`bo`) removed from `reader`');
    expect(issue?.body).not.toContain('123456789012');
    expect(issue?.body).toContain('on a local AWS emulator');
    const [page] = scene.repository.artifacts
      .flatMap(({ name, content }) =>
        name.startsWith('page-') ? Object.values(unzipSync(content)).map((bytes) => Buffer.from(bytes).toString()) : [],
      )
      .slice(-1);
    // With the history, and with what differed when it was checked.
    expect(page).toContain('Who may do what in tiny-lab');
    expect(page).toMatch(/by reader, since \d+ \w+ \d{4}/);
    expect(page).toContain('data-aws="more"');
    expect(page).not.toContain('123456789012');
    // The check finds nothing due after the apply.
    const [keys] = issuesOf(scene, 'keys');
    expect(scene.repository.commentsOf(keys?.number ?? 0)).toHaveLength(1);
  },
);

inTurn('a failed check has an issue of its own and fails the run; the next success closes it', async () => {
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
  await driftCheck();
  expect(issuesOf(scene, 'drift-error')).toMatchObject([{ state: 'closed' }]);
  const stateOf = ({ state }: { readonly state: string }) => state;
  expect(issuesOf(scene, 'drift').map(stateOf)).toEqual(before.map(stateOf));
});

inTurn('a job of a drift check takes main as it is then, not as it was when the run began', async () => {
  scene.onProcess = (_pid, job, step) => {
    if (job !== 'validate' || step !== 'Validate team.yaml') return;
    scene.onProcess = undefined;
    const suspends = (text: string) => text.replace('{ name: Fay', '{ suspended: true, name: Fay');
    scene.mergeApproved(scene.propose('meanwhile', { 'team.yaml': suspends }));
  };
  await driftCheck();
  expect(issuesOf(scene, 'apply')).toMatchObject([{ state: 'open', body: expect.stringContaining('Fay Ito') }]);
});

test('the schedule of a fork, and another branch than main, do nothing', async () => {
  for (const given of [{ fork: true }, { ref: 'refs/heads/reconcile' }]) {
    const run = await scene.drift(given);
    expect(results(run)).toEqual({ run: 'skipped', result: 'skipped' });
  }
});

inTurn('an old apply that someone reruns applies what main is now', async () => {
  const suspends = scene.propose('suspend-eve', {
    'team.yaml': (text) => text.replace('{ name: Eve', '{ suspended: true, name: Eve'),
  });
  scene.mergeApproved(suspends);
  expectConclusion(await scene.apply(approved.commit), 'success');
  expect(commentOf(scene, suspends).body).toContain('Eve Lindqvist');
  const { apply } = (await scene.apply(approved.commit)).jobs;
  expect(apply?.outputs['pull-requests']).toBe('');
});

inTurn(
  'a pull request that moves the state and the account is planned by the role of the base, and stopped before Terraform',
  async () => {
    const state = 'state: { bucket: stolen-state, region: us-east-1 }';
    const pull = scene.propose('move-state', {
      'team.yaml': (text) =>
        (text.includes('settings: {')
          ? text.replace('settings: {', `settings: { ${state},`)
          : text.replace('members:', `settings: { ${state} }\nmembers:`)
        ).replace('123456789012', '210987654321'),
    });
    const run = await scene.plan(pull);
    expectConclusion(run, 'failure');
    expect(results(run)).toMatchObject({ plan: 'failure', comment: 'success', 'mturk-team': 'failure' });
    expect(run.jobs.plan?.outputs['failure-reason']).toBe('guardrail-blocked');
    expect(run.jobs.preview?.outputs.account).toBe('123456789012');
    for (const code of ['account-changed', 'state-location-changed'])
      expect(commentOf(scene, pull).body).toContain(code);
  },
);

inTurn('a pull request is compared with main as its merge has it, and CODEOWNERS is no other file', async () => {
  const pull = scene.propose('rename-bo', {
    'team.yaml': (text) => text.replace('name: Bo,', 'name: Bo Chen,'),
    '.github/CODEOWNERS': (text) => `${text}# A note\n`,
  });
  scene.merge(
    scene.propose('by-others', {
      'team.yaml': (text) => text.replace('[results:read]', '[results:read, hits:manage]'),
    }),
  );
  scene.mergeAgain(pull);
  const run = await scene.plan(pull);
  expect(run.jobs.preview?.outputs).toMatchObject({ base: scene.main, 'changes-code': 'false' });
  const { body } = commentOf(scene, pull);
  expect(body).not.toContain('other files');
  expect(body).not.toMatch(/^\| .*manage HITs/m);
});
