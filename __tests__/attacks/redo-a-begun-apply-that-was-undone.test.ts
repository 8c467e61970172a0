import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { approvalInTest, pays } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, merged, clone, check } = approvalInTest();

const PROGRAM = resolve('dist/mturk-team.cjs');

/** A process of its own, which is interrupted as soon as the record says that it has begun, as by GitHub's "Cancel workflow". */
function interrupted(args: readonly string[], cwd: string, isBegun: () => boolean): Promise<void> {
  return new Promise((done) => {
    const env = { PATH: process.env.PATH ?? '', HOME: cwd, NO_COLOR: '1' };
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: 'ignore' });
    const timer = setInterval(() => {
      if (!isBegun()) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 5);
    child.on('close', () => {
      clearInterval(timer);
      done();
    });
  });
}

test('what an administrator undoes by the file of the commit before, after a workflow has begun it, is not applied again by its earlier approval', async () => {
  const { directory, record: file, pull, apply, recorded } = clone();
  const before = lab().main;
  pull(before);
  expect((await apply()).code).toBe(0);
  await record(recorded(), before);
  // Cy gets to pay; an owner approves it, by mistake.
  const granted = merged('pays', pays('cy'));
  const first = await check();
  expect(first.code).toBe(0);
  // The workflow: begins, and is cancelled.
  const workflow = (checked: Awaited<ReturnType<typeof check>>) => [
    ...['--commit', granted, '--owner-ids', `${checked.outputs['owner-ids']}`],
    ...['--applied-at', `${checked.outputs['applied-at']}`, '--result', 'result.json'],
  ];
  pull(granted);
  const isBegun = () => existsSync(file) && readFileSync(file, 'utf8').includes('"begun": [\n');
  await interrupted(['apply', '--emulator', '--yes', ...workflow(first)], directory, isBegun);
  expect(recorded().begun).toHaveLength(1);
  // An administrator undoes it: `git checkout COMMIT`, `mturk-team apply`.
  pull(before);
  expect((await apply()).code).toBe(0);
  expect(recorded()).toMatchObject({ begun: [], commit: before });
  await record(recorded(), granted);
  // Anyone reruns the workflow.
  const second = await check();
  pull(granted);
  const again = second.code === 0 ? await apply(...workflow(second)) : second;
  const roles = recorded().team.members.find(({ key }: { key: string }) => key === 'cy').roles;
  expect({ check: second.code, apply: again.code, roles }).toEqual({ check: 1, apply: 1, roles: ['reader'] });
});
