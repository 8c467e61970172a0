import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreatePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH } from '../../src/team/names.ts';
import { runHere, scratch } from '../support/command.ts';
import { ADMIN, labTeam, prepareRepository } from '../support/doctor-lab.ts';
import { githubInTest } from '../support/github-client.ts';

const github = githubInTest();
const team = labTeam();
const place = scratch({ 'team.yaml': readFileSync('team.yaml', 'utf8') });
afterAll(() => place.remove());
const dir = join(place.directory, 'aws');

/** The account after `bootstrap`, as far as it is checked. */
beforeAll(async () => {
  const { endpoint, rootCredentials, close } = await openEmulator({ dir, accountId: team.account, provider: false });
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: rootCredentials });
  const PolicyDocument = JSON.stringify(boundaryPolicy(team));
  await iam.send(new CreatePolicyCommand({ PolicyName: team.lab, Path: BOUNDARY_PATH, PolicyDocument }));
  iam.destroy();
  await close();
  mkdirSync(join(place.directory, '.github'));
  writeFileSync(join(place.directory, '.github/CODEOWNERS'), readFileSync('.github/CODEOWNERS'));
});

const doctor = (args: readonly string[], env: Record<string, string> = {}) =>
  runHere(['doctor', '--emulator', dir, ...args], { cwd: place.directory, env });

test('doctor finds nothing wrong, then what broke, and fixes it if asked', async () => {
  await prepareRepository(github.server(), team);
  const { environments } = github.repository().settings;
  const env = github.server().environment(ADMIN);
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
