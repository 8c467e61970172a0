import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import type { WorkflowResult } from './run-workflow.ts';
import { Scene, type ScenePull } from './scene.ts';

const TEAM = `version: 1
lab: tiny-lab
account: "123456789012"
owners: [ada]
roles:
  reader: { allow: [results:read] }
  paymaster: { allow: [pay:approve, pay:bonus] }
members:
  ada: { name: Ada, github: ada, roles: [paymaster] }
  bo: { name: Bo, github: bo, roles: [reader] }
`;

const joins = (key: string, name: string, roles: string) => ({
  'team.yaml': (text: string) => `${text}  ${key}: { name: ${name}, roles: [${roles}] }\n`,
});

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(TEAM);
  await scene.begin();
});
afterAll(async () => {
  await scene.close();
});
afterEach(() => {
  scene.onCall = null;
  scene.onProcess = undefined;
  expect(scene.github.violations).toEqual([]);
});

function results({ jobs }: WorkflowResult): Record<string, string> {
  return Object.fromEntries(Object.entries(jobs).map(([id, { result }]) => [id, result]));
}

/** Fails with the whole log, since a workflow that fails says why only there. */
function expectConclusion(run: WorkflowResult, conclusion: 'success' | 'failure'): void {
  if (run.conclusion !== conclusion) throw new Error(run.log);
}

function commentOf({ number }: ScenePull): { readonly id: number; readonly body: string } {
  const comments = scene.repository.commentsOf(number).filter(({ minimised }) => minimised === null);
  expect(comments).toHaveLength(1);
  const [only] = comments;
  if (only === undefined) throw new Error('no comment');
  // A copy: what stands there changes.
  return { ...only };
}

const openIssues = () =>
  [...scene.repository.threads.values()].filter(({ kind, state }) => kind === 'issue' && state === 'open');

let firstMerge = '';

test('a student is added, changed, approved, merged and applied', async () => {
  const pull = scene.propose('add-eve', joins('eve', 'Eve Lindqvist', 'reader'));
  const planned = await scene.plan(pull);
  expectConclusion(planned, 'success');
  expect(results(planned)).toEqual({
    build: 'success',
    validate: 'success',
    announce: 'success',
    gate: 'success',
    plan: 'success',
    comment: 'success',
  });
  const first = commentOf(pull);
  expect(first.body).toContain('Eve Lindqvist');
  expect(first.body).toContain('3 to add, 1 to change');

  expect(first.body).not.toContain('drift report');

  // Set up long ago, and it has never run: both workflows may see that, and say so.
  scene.repository.addWorkflow('drift.yml', { createdAt: '2026-01-05T10:00:00Z' });
  scene.push(pull, {
    'team.yaml': (text) => text.replace('Lindqvist, roles: [reader]', 'Lindqvist, roles: [paymaster]'),
  });
  expectConclusion(await scene.plan(pull), 'success');
  const second = commentOf(pull);
  expect(second.id).toBe(first.id);
  expect(second.body).not.toBe(first.body);
  expect(second.body).toMatch(/bonus/i);
  expect(second.body).toContain('No drift report has ever come about');
  expect(await scene.membersOf('tiny-lab-paymaster')).toEqual(['tiny-lab-ada']);

  scene.repository.review(pull.number, 'ada', 'APPROVED');
  firstMerge = scene.merge(pull);
  const applied = await scene.apply(firstMerge);
  expectConclusion(applied, 'success');
  expect(await scene.membersOf('tiny-lab-paymaster')).toEqual(['tiny-lab-ada', 'tiny-lab-eve']);
  expect(commentOf(pull).id).toBe(first.id);
  expect(commentOf(pull).body).toMatch(/applied/i);
  expect(commentOf(pull).body).toContain('No drift report has ever come about');
  expect(openIssues()).toEqual([]);

  // The same once more: nothing is left to do, and that is no failure.
  expectConclusion(await scene.apply(firstMerge), 'success');
});

test('what nobody approved is not applied; once approved, it is', async () => {
  const pull = scene.propose('add-gil', joins('gil', 'Gil', 'reader'));
  expectConclusion(await scene.plan(pull), 'success');
  // The author's own approval is none, and neither is one of an earlier commit.
  scene.repository.review(pull.number, 'bo', 'APPROVED');
  const commit = scene.merge(pull, 'bo');
  const refused = await scene.apply(commit);
  expectConclusion(refused, 'failure');
  expect(results(refused)).toMatchObject({
    build: 'success',
    approval: 'failure',
    apply: 'skipped',
    report: 'success',
  });
  expect(refused.jobs.approval?.outputs['failure-reason']).toBe('not-approved');
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo']);
  expect(commentOf(pull).body).toContain('not-approved');
  expect(openIssues()).toHaveLength(1);

  scene.repository.review(pull.number, 'ada', 'APPROVED');
  expectConclusion(await scene.apply(commit), 'success');
  expect(await scene.membersOf('tiny-lab-reader')).toEqual(['tiny-lab-bo', 'tiny-lab-gil']);
  expect(openIssues()).toEqual([]);
});

test('where the account changed between plan and apply, it is plan-changed', async () => {
  const pull = scene.propose('add-hal', joins('hal', 'Hal', 'reader'));
  expectConclusion(await scene.plan(pull), 'success');
  scene.repository.review(pull.number, 'ada', 'APPROVED');
  const iam = scene.iam();
  const clicked = { GroupName: 'tiny-lab-paymaster', UserName: 'tiny-lab-bo' };
  await iam.send(new AddUserToGroupCommand(clicked));
  const commit = scene.merge(pull);
  const refused = await scene.apply(commit);
  expectConclusion(refused, 'failure');
  expect(refused.jobs.apply?.outputs['failure-reason']).toBe('plan-changed');
  expect(await scene.membersOf('tiny-lab-reader')).not.toContain('tiny-lab-hal');
  expect(commentOf(pull).body).toContain('plan-changed');
  expect(openIssues()).toHaveLength(1);

  await iam.send(new RemoveUserFromGroupCommand(clicked));
  iam.destroy();
  expectConclusion(await scene.apply(commit), 'success');
  expect(await scene.membersOf('tiny-lab-reader')).toContain('tiny-lab-hal');
  expect(openIssues()).toEqual([]);
});

test('an apply that is killed half-way is finished by running it again', async () => {
  const pull = scene.propose('add-ida', joins('ida', 'Ida', 'reader, paymaster'));
  expectConclusion(await scene.plan(pull), 'success');
  scene.repository.review(pull.number, 'ada', 'APPROVED');
  const commit = scene.merge(pull);

  let applying = 0;
  let writes = 0;
  scene.onProcess = (pid, job, step) => {
    if (job === 'apply' && step === 'Apply') applying = pid;
  };
  scene.onCall = ({ action }) => {
    if (applying === 0 || !/^(Create|Put|Add|Attach)/.test(action)) return;
    writes += 1;
    // The user is there, and nobody has noted it yet.
    if (writes === 1) process.kill(-applying, 'SIGKILL');
  };
  const killed = await scene.apply(commit);
  expectConclusion(killed, 'failure');
  expect(writes).toBeGreaterThan(0);
  expect(results(killed)).toMatchObject({ apply: 'failure', report: 'success' });
  expect(await scene.membersOf('tiny-lab-paymaster')).not.toContain('tiny-lab-ida');
  expect(commentOf(pull).body).toContain('apply-failed');
  expect(openIssues()).toHaveLength(1);

  scene.onCall = null;
  scene.onProcess = undefined;
  expectConclusion(await scene.apply(commit), 'success');
  expect(await scene.membersOf('tiny-lab-paymaster')).toContain('tiny-lab-ida');
  expect(openIssues()).toEqual([]);
});

test('an old apply that somebody runs again is superseded', async () => {
  const refused = await scene.apply(firstMerge);
  expectConclusion(refused, 'failure');
  expect(refused.jobs.apply?.outputs['failure-reason']).toBe('superseded');
  expect(await scene.membersOf('tiny-lab-paymaster')).toContain('tiny-lab-ida');
  // It says nothing about how main and the account are now.
  expect(openIssues()).toEqual([]);
});

test("a fork's pull request gets findings, and no credential", async () => {
  const pull = scene.propose(
    'from-a-fork',
    { 'team.yaml': (text) => text.replace('[results:read]', '[GrantBonus]') },
    { author: 'stranger', fork: true },
  );
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({
    validate: 'failure',
    announce: 'skipped',
    gate: 'skipped',
    plan: 'skipped',
    comment: 'skipped',
  });
  const check = run.jobs.validate?.steps.find(({ name }) => name === 'Check team.yaml');
  expect(check?.log).toMatch(/^::error file=team\.yaml,line=6,.*GrantBonus/m);
  expect(scene.repository.commentsOf(pull.number)).toEqual([]);
  expect(credentialsIn(run)).toEqual([]);
});

test('a good pull request of a fork is gated, has a summary, and is not planned', async () => {
  const pull = scene.propose('good-from-a-fork', joins('kim', 'Kim Fork', 'reader'), {
    author: 'stranger',
    fork: true,
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'success');
  expect(results(run)).toMatchObject({ validate: 'success', gate: 'success', plan: 'skipped', comment: 'skipped' });
  expect(run.jobs.build?.summary).toContain('Kim Fork');
  expect(credentialsIn(run)).toEqual([]);
});

test('code of a pull request that prints its environment finds nothing there, and plans nothing', async () => {
  const leak = join(scene.directory, 'leak');
  const pull = scene.propose('thief', {
    'src/cli/main.ts': (text) =>
      `import { appendFileSync } from 'node:fs';\nappendFileSync('${leak}', \`\${JSON.stringify(process.env)}\\n\`);\n${text}`,
    ...joins('mia', 'Mia', 'reader'),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'success');
  const seen = readFileSync(leak, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  // It ran where it was to run: the check and the synthesis of `validate`.
  expect(seen.map((environment) => environment.GITHUB_JOB)).toEqual(['validate', 'validate']);
  for (const environment of seen) {
    expect(Object.keys(environment).filter((name) => SECRET.test(name))).toEqual([]);
    expect(JSON.stringify(environment)).not.toContain(scene.emulator.rootCredentials.secretAccessKey);
  }
  // Its configuration was gated, and planned by the base branch's tool.
  expect(run.jobs.build?.outputs['data-only']).toBe('false');
  expect(commentOf(pull).body).toContain('Mia');
  const plan = run.jobs.plan?.steps.find(({ name }) => name === 'Plan');
  expect(Object.keys(plan?.environment ?? {}).filter((name) => SECRET.test(name))).toContain('AWS_SECRET_ACCESS_KEY');
});

test('code of a pull request that writes something else than this project does is denied', async () => {
  const pull = scene.propose('outsider', {
    'src/terraform/synth/prepare-stack.ts': (text) =>
      text.replace(
        'required_version',
        "required_providers.evil', { source: 'evil/evil' });\n  stack.addOverride('terraform.required_version",
      ),
  });
  const run = await scene.plan(pull);
  expectConclusion(run, 'failure');
  expect(results(run)).toMatchObject({ validate: 'success', gate: 'failure', plan: 'skipped', comment: 'success' });
  expect(commentOf(pull).body).toContain('gate-denied');
});

const SECRET = /^(AWS_|GITHUB_TOKEN$|ACTIONS_ID_TOKEN)/;

/** Steps that were given a credential or the right to one. */
function credentialsIn(run: WorkflowResult): readonly string[] {
  return Object.values(run.jobs).flatMap(({ steps }) =>
    steps.filter(({ environment }) => Object.keys(environment).some((key) => SECRET.test(key))).map(({ name }) => name),
  );
}
