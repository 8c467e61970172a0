import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const place = scratch();
afterAll(() => place.remove());

/** Runs the built command and closes both of its pipes as soon as it has printed something, as `2>&1 | head -1` does. */
function runAndClosePipes(args: readonly string[]): Promise<number | null> {
  const { PATH = '', TERRAFORM_BINARY_NAME } = process.env;
  const env = { PATH, HOME: tmpdir(), ...(TERRAFORM_BINARY_NAME === undefined ? {} : { TERRAFORM_BINARY_NAME }) };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [resolve('dist/mturk-team.cjs'), ...args], { cwd: place.directory, env });
    const close = () => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.stdout.once('data', close);
    child.stderr.once('data', close);
    child.on('error', fail);
    child.on('exit', done);
  });
}

testInTurn(3)('an apply whose output nothing reads any more runs to its end', async () => {
  cpSync('team.yaml', join(place.directory, 'team.yaml'));
  const options = ['--emulator', 'emulator', '--today', '2026-11-25'];
  expect(await runAndClosePipes(['apply', '--yes', ...options])).toBe(0);
  const after = await run(['plan', ...options], { cwd: place.directory });
  expect(after.code).toBe(0);
});
