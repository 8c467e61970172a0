import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';

const { lab, record, approve, check } = approvalInTest();

const PROGRAM = resolve('dist/mturk-team.cjs');

/** A process of its own, which is interrupted as soon as the record says that it has begun, as by GitHub's "Cancel workflow". */
function interrupted(args: readonly string[], cwd: string, isBegun: () => boolean): Promise<string> {
  return new Promise((done) => {
    const env = { PATH: process.env.PATH ?? '', HOME: cwd, NO_COLOR: '1' };
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: 'pipe' });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const timer = setInterval(() => {
      if (!isBegun()) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 5);
    child.on('close', (code) => {
      clearInterval(timer);
      done(`${code} ${text}`);
    });
  });
}

test('what an administrator undoes by the file of the commit before, after a workflow has begun it, is not applied again by its earlier approval', async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const pull = (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
  };
  const apply = (...args: string[]) => runHere(['apply', '--emulator', '--yes', ...args], { cwd: clone.directory });
  const file = join(clone.directory, '.mturk-team/emulator/apply-record.json');
  const recorded = () => JSON.parse(readFileSync(file, 'utf8'));
  try {
    git('init', '-q');
    const before = lab().main;
    pull(before);
    expect((await apply()).code).toBe(0);
    await record(recorded(), before);
    // Cy gets to pay; an owner approves it, by mistake.
    const change = lab().propose('pays', 'cy', (team) =>
      team.replace(/(cy: .*roles: \[)reader/, '$1reader, paymaster'),
    );
    approve(change, 'ada');
    const granted = lab().merge(change, 'cy');
    const first = await check();
    expect(first.code).toBe(0);
    // The workflow: begins, and is cancelled.
    const workflow = (checked: Awaited<ReturnType<typeof check>>) => [
      ...['--commit', granted, '--owner-ids', `${checked.outputs['owner-ids']}`],
      ...['--applied-at', `${checked.outputs['applied-at']}`, '--result', 'result.json'],
    ];
    pull(granted);
    const isBegun = () => existsSync(file) && readFileSync(file, 'utf8').includes('"begun": [\n');
    await interrupted(['apply', '--emulator', '--yes', ...workflow(first)], clone.directory, isBegun);
    expect(recorded().begun).toHaveLength(1);
    // An administrator undoes it: `git checkout COMMIT`, `mturk-team apply`.
    pull(before);
    const undone = await apply();
    expect({ code: undone.code, text: undone.stderr }).toMatchObject({ code: 0 });
    expect(recorded()).toMatchObject({ begun: [], commit: before });
    await record(recorded(), granted);
    // Anyone reruns the workflow.
    const second = await check();
    pull(granted);
    const again = second.code === 0 ? await apply(...workflow(second)) : second;
    const roles = recorded().team.members.find(({ key }: { key: string }) => key === 'cy').roles;
    expect({ check: second.code, apply: again.code, roles }).toEqual({ check: 1, apply: 1, roles: ['reader'] });
  } finally {
    clone.remove();
  }
});
