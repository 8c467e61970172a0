import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';
import { ADMIN, labTeam, prepareRepository } from '../support/doctor-lab.ts';
import { githubInTest } from '../support/github-client.ts';

const github = githubInTest();
const team = labTeam();
const state = `settings:\n  state: { bucket: perception-lab-mturk-${team.account}, region: us-east-1 }`;
const place = scratch({ 'team.yaml': readFileSync('team.yaml', 'utf8').replace(/^settings:$/m, state) });
afterAll(() => place.remove());
const dir = join(place.directory, 'aws');

const mturk = (args: readonly string[], env: Record<string, string> = {}) =>
  runHere([...args, '--emulator', dir], { cwd: place.directory, env });
const doctor = (args: readonly string[], env: Record<string, string> = {}) => mturk(['doctor', ...args], env);

test('doctor finds nothing wrong, then what broke, and fixes it if asked', async () => {
  await prepareRepository(github.server(), team);
  const { environments } = github.repository().settings;
  const env = github.server().environment(ADMIN);
  const empty = await doctor([], env);
  expect(empty.code).toBe(1);
  expect(empty.stdout).toContain('✗ state-bucket: `perception-lab-mturk-…9012` does not exist\n');
  expect(empty.stdout).toContain('✗ roles: `perception-lab-plan` does not exist; ');
  expect(empty.stdout).toContain('✗ codeowners: there is none\n');
  expect(await mturk(['bootstrap', '--yes', '--repository', 'perception/lab'], env)).toMatchObject({ code: 0 });
  expect(await runHere(['codeowners', '--write'], { cwd: place.directory })).toMatchObject({ code: 0 });
  const fine = await doctor([], env);
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(fine.stdout).toMatch(/^Nothing is wrong \(\d+ checks\)\.$/m);

  environments.delete('reconcile');
  const broken = await doctor([], env);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain(
    '  ✗ environment-reconcile: it does not exist\n      fix: run `mturk-team doctor --fix`\n',
  );
  expect(await doctor(['--fix'], env)).toMatchObject({ code: 1, stderr: expect.stringContaining('not-confirmed') });
  expect(environments.has('reconcile')).toBe(false);
  const fixed = await doctor(['--fix', '--yes', '--json'], env);
  expect(fixed).toMatchObject({
    code: 0,
    stderr: 'Change environment `reconcile`: take deployments from `main` alone\n',
  });
  const json = JSON.parse(fixed.stdout);
  expect(json).toMatchObject({ version: 1, fixed: ['reconcile'] });
  expect(json.checks).toContainEqual({
    ...{ id: 'environment-reconcile', side: 'github', state: 'right' },
    title: 'environment `reconcile` takes deployments from the default branch alone',
    ...{ found: null, fix: null, fixable: false },
  });
});

test('a clock that is off is found by the time of an answer', async () => {
  await prepareRepository(github.server(), team);
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  github.server().trouble({ when: /^GET \/$/, status: 200, headers: { date } });
  const { code, stdout } = await doctor([], github.server().environment(ADMIN));
  expect(code).toBe(1);
  expect(stdout).toContain('✗ clock: it is 60 minutes ahead\n');
});

test('--yes needs --fix, and a file that is not there is wrong input', async () => {
  expect(await doctor(['--yes'])).toMatchObject({ code: 2 });
  expect(await doctor(['other.yaml'])).toMatchObject({ code: 2 });
});
