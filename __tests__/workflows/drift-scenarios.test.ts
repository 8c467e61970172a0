import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import type { Thread } from '../support/github-repository.ts';
import { expectGolden } from '../support/golden.ts';
import type { WorkflowResult } from './run-workflow.ts';
import { Scene } from './scene.ts';

const TEAM = `version: 1
lab: tiny-lab
account: "123456789012"
owners: [ada]
roles:
  reader: { allow: [results:read] }
  paymaster: { allow: [pay:approve, pay:bonus] }
members:
  ada: { name: Ada Owner, github: ada, roles: [paymaster] }
  bo: { name: Bo Chen, github: bo, roles: [reader] }
  cy: { name: Cy Moreau, roles: [reader] }
`;

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const PAYMASTER = { GroupName: 'tiny-lab-paymaster', UserName: 'tiny-lab-bo' };
const READER = { GroupName: 'tiny-lab-reader', UserName: 'tiny-lab-cy' };

let scene: Scene;
let iam: IAMClient;
let first = '';
beforeAll(async () => {
  scene = await Scene.open(TEAM);
  await scene.begin();
  iam = scene.iam();
  first = scene.main;
});
afterAll(async () => {
  iam.destroy();
  await scene.close();
});
afterEach(() => {
  expect(scene.github.violations).toEqual([]);
});

/** Runs the workflow, and fails with its whole log where it does not end as expected: it says why only there. */
async function look(conclusion: 'success' | 'failure' = 'success', given: Parameters<Scene['drift']>[0] = {}) {
  const run = await scene.drift(given);
  if (run.conclusion !== conclusion) throw new Error(run.log);
  return run;
}

function results({ jobs }: WorkflowResult): Record<string, string> {
  return Object.fromEntries(Object.entries(jobs).map(([id, { result }]) => [id, result]));
}

function issuesOf(kind: string): readonly Thread[] {
  return [...scene.repository.threads.values()].filter(
    (thread) => thread.kind === 'issue' && thread.body.startsWith(`<!-- mturk-team-${kind}:`),
  );
}

/** A copy of the one issue of a kind, with its comments: what stands there changes. */
function issueOf(kind: string) {
  const [only, ...others] = issuesOf(kind);
  if (only === undefined || others.length > 0) throw new Error(`${others.length + 1} or no ${kind} issues`);
  return { ...only, comments: scene.repository.commentsOf(only.number).map(({ body }) => body) };
}

/** As GitHub has it, with what no two runs have in common left out. */
function comparable(text: string): string {
  return text
    .replace(/"(fingerprint|said)":"[0-9a-f]+"/g, '"$1":"..."')
    .replace(/"keys":\[[^\]]*\]/, '"keys":[...]')
    .replace(/\d{4}-\d\d-\d\d/g, 'YYYY-MM-DD')
    .replace(
      /\b\d{1,2} [A-Z][a-z]{2} \d{4}( \d\d:\d\d UTC)?/g,
      (_all, time) => `D MMM YYYY${time === undefined ? '' : ' hh:mm UTC'}`,
    )
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'https://github.example')
    .replace(/runs\/\d+/g, 'runs/N')
    .replace(/AKIA…?\w{4,}/g, 'AKIA…')
    .replace(/team\.yaml of `[0-9a-f]{7}`/, 'team.yaml of `COMMIT`');
}

test('clean: nothing is written', async () => {
  const run = await look();
  expect(results(run)).toEqual({ build: 'success', detect: 'success', reconcile: 'skipped', report: 'success' });
  expect(issuesOf('')).toEqual([]);
  expect([...scene.repository.threads.values()]).toEqual([]);
  expect(run.jobs.report?.summary).toContain('The account is as team.yaml says');
});

/** Keys made by hand, by user. */
const keys: [user: string, key: string][] = [];

test('six tamperings: one issue that names them, the worst first; drift does not fail the run', async () => {
  await iam.send(new AddUserToGroupCommand(PAYMASTER));
  await iam.send(new RemoveUserFromGroupCommand(READER));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'tiny-lab-bo', PolicyArn: FULL }));
  await iam.send(new CreateUserCommand({ UserName: 'old-mturk-user' }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'old-mturk-user', PolicyArn: FULL }));
  for (const UserName of ['old-mturk-user', 'tiny-lab-cy', 'tiny-lab-cy']) {
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    keys.push([UserName, AccessKey?.AccessKeyId ?? '']);
  }
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:CreateHIT', Resource: '*' }],
  });
  await iam.send(new PutUserPolicyCommand({ UserName: 'tiny-lab-ada', PolicyName: 'just-for-today', PolicyDocument }));
  const run = await look();
  expect(results(run)).toMatchObject({ detect: 'success', reconcile: 'skipped', report: 'success' });
  const issue = issueOf('drift');
  expect(issue).toMatchObject({ state: 'open', author: 'github-actions[bot]', comments: [] });
  expect(issue.title).toMatch(/tiny-lab.*6/);
  expectGolden('drift/workflow-issue.md', `# ${comparable(issue.title)}\n\n${comparable(issue.body)}`);
  expect(run.jobs.report?.summary).toContain('old-mturk-user');
  expect(issue.body).not.toContain('123456789012');
});

test('the same again is silent', async () => {
  const before = issueOf('drift');
  const written = scene.github.writes().length;
  await look();
  expect(issueOf('drift')).toEqual(before);
  expect(scene.github.writes()).toHaveLength(written);
});

test('a reconcile undoes the additions and nothing else, and the issue says so', async () => {
  const pull = scene.propose('reconcile', {
    'team.yaml': (text) => text.replace('members:', 'settings: { reconcile: { per-day: 10 } }\nmembers:'),
  });
  // It says nothing about the account, so there is nothing to apply, and nobody's access to plan.
  scene.merge(pull);
  const run = await look();
  expect(results(run)).toEqual({ build: 'success', detect: 'success', reconcile: 'success', report: 'success' });
  expect(await scene.membersOf('tiny-lab-paymaster')).toEqual(['tiny-lab-ada']);
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo']);
  expect(issueOf('drift').state).toBe('open');
  expectGolden('drift/workflow-issue-reconciled.md', comparable(issueOf('drift').body));
  expectGolden('drift/workflow-comment-reconciled.md', comparable(issueOf('drift').comments.join('\n\n---\n\n')));
});

test('a failure has an issue of its own, leaves that about drift alone, and fails the run', async () => {
  const before = issueOf('drift');
  const record = join(scene.directory, 'account/last-applied.json');
  const text = readFileSync(record, 'utf8');
  writeFileSync(record, '{"version":1');
  const run = await look('failure');
  expect(results(run)).toMatchObject({ detect: 'failure', reconcile: 'skipped', report: 'success' });
  expect(run.jobs.detect?.outputs['failure-reason']).toBe('drift-check-failed');
  expect(issueOf('drift')).toEqual(before);
  expect(issueOf('drift-error')).toMatchObject({ state: 'open' });

  // What was undone is not there to be undone again.
  writeFileSync(record, text);
  expect(results(await look())).toMatchObject({ detect: 'success', reconcile: 'skipped' });
  expect(issueOf('drift-error')).toMatchObject({ state: 'closed' });
  expect(issueOf('drift').comments).toEqual(before.comments);
});

test('clean again: closed with a line; it returns: opened again, whatever commit the run began with', async () => {
  await iam.send(new AddUserToGroupCommand(READER));
  for (const [UserName, AccessKeyId] of keys) await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await iam.send(new DetachUserPolicyCommand({ UserName: 'old-mturk-user', PolicyArn: FULL }));
  await iam.send(new DeleteUserCommand({ UserName: 'old-mturk-user' }));
  await look();
  expect(issueOf('drift')).toMatchObject({ state: 'closed' });
  expect(issueOf('drift').comments.at(-1)).toContain('The account is as team.yaml says');

  await iam.send(new RemoveUserFromGroupCommand(READER));
  const run = await look('success', { commit: first });
  expect(run.jobs.build?.outputs.commit).toBe(scene.main);
  expect(scene.main).not.toBe(first);
  expect(issueOf('drift')).toMatchObject({ state: 'open' });
  expect(issueOf('drift').comments.at(-1)).toMatch(/^The account differs from team\.yaml again\.\n\n- .*Cy Moreau/);
  await iam.send(new AddUserToGroupCommand(READER));
});

test('what is merged and not applied is no drift; access that ends soon is asked about', async () => {
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  const eve = `  eve: { name: Eve, roles: [reader], until: "${soon}", sponsor: ada }\n`;
  const commit = scene.merge(scene.propose('eve', { 'team.yaml': (text) => `${text}${eve}` }));
  const run = await look();
  expect(run.jobs.detect?.outputs).toMatchObject({ class: 'pending', reconcile: 'false' });
  expect(issueOf('drift')).toMatchObject({ state: 'closed' });
  expect(issueOf('apply')).toMatchObject({ state: 'open', title: expect.stringContaining('not applied') });
  expect(issueOf('renewal')).toMatchObject({ state: 'open', title: expect.stringContaining('eve') });

  // An apply that fails says more: it takes over from the note, and stands until one works.
  expect((await scene.apply(commit)).conclusion).toBe('failure');
  scene.merge(scene.propose('no-eve', { 'team.yaml': (text) => text.replace(eve, '') }));
  await look();
  const applies = issuesOf('apply').map(({ state, body }) => [state, body.includes('not-approved')]);
  expect(applies).toEqual([
    ['closed', false],
    ['open', true],
  ]);
  expect(issueOf('renewal')).toMatchObject({ state: 'closed' });
});

test('main moves on while it is built: superseded, before there is a role', async () => {
  const before = scene.github.writes().length;
  scene.onProcess = (_pid, job, step) => {
    if (job !== 'build' || step !== 'Check team.yaml') return;
    scene.onProcess = undefined;
    scene.merge(scene.propose('meanwhile', { 'team.yaml': (text) => `${text}# A later commit\n` }));
  };
  const run = await look('failure');
  expect(results(run)).toMatchObject({ build: 'success', detect: 'failure', reconcile: 'skipped', report: 'failure' });
  expect(run.jobs.detect?.outputs['failure-reason']).toBe('superseded');
  const credentials = run.jobs.detect?.steps.find(({ name }) => name.startsWith('aws-actions/'));
  expect(credentials?.outcome).toBe('skipped');
  expect(scene.github.writes()).toHaveLength(before);
});

test('a fork does nothing', async () => {
  const before = scene.github.writes().length;
  const run = await look('success', { fork: true });
  expect(new Set(Object.values(results(run)))).toEqual(new Set(['skipped']));
  expect(scene.github.writes()).toHaveLength(before);
});

test('another branch than main is not looked at', async () => {
  const run = await look('success', { ref: 'refs/heads/reconcile' });
  expect(new Set(Object.values(results(run)))).toEqual(new Set(['skipped']));
});
