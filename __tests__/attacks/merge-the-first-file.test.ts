import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';

const { lab, record, check } = approvalInTest();

test('a lab whose first apply was of a file of no commit goes on from an apply in a checkout of main', async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const apply = async () => {
    expect((await runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory })).code).toBe(0);
    const recorded = readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8');
    await record(JSON.parse(recorded), lab().main);
  };
  try {
    git('init', '-q');
    clone.write('team.yaml', lab().teamAt(lab().main));
    await apply();
    expect(await check()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('of no commit of the main branch'),
    });
    git('fetch', '-q', lab().directory, lab().main);
    git('reset', '-q', '--hard', lab().main);
    await apply();
    expect(await check()).toMatchObject({ code: 0 });
  } finally {
    clone.remove();
  }
});
