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

const doctor = (args: readonly string[], env: Record<string, string> = {}) =>
  runHere(['doctor', ...args, '--emulator', dir], { cwd: place.directory, env });

test('a clock that is off is found by the time of an answer', async () => {
  await prepareRepository(github.server(), team);
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  github.server().trouble({ when: /^GET \/$/, status: 200, headers: { date } });
  const { code, stdout } = await doctor([], github.server().environment(ADMIN));
  expect(code).toBe(1);
  expect(stdout).toContain('✗ clock: it is 60 minutes ahead\n');
});

test('--yes needs --fix, --fix a token; and a file that is not there is wrong input', async () => {
  expect(await doctor(['--yes'])).toMatchObject({ code: 2 });
  expect(await doctor(['other.yaml'])).toMatchObject({ code: 2 });
  const stderr = expect.stringContaining('error[github-token-missing]');
  expect(await doctor(['--fix', '--yes'])).toMatchObject({ code: 1, stdout: '', stderr });
});
