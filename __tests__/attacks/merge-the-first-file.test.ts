import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';

const { lab, record, check } = approvalInTest();

test('a lab whose first apply was of a file that is then committed goes on from that commit', async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  try {
    git('init', '-q');
    clone.write('team.yaml', lab().teamAt(lab().main));
    expect((await runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory })).code).toBe(0);
    const recorded = JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    await record(recorded, lab().main);
    expect(await check()).toMatchObject({ code: 0 });
  } finally {
    clone.remove();
  }
});
