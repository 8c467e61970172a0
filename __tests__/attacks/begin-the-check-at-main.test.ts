import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const { lab, record, check } = approvalInTest();
const suspended = (team: string) => team.replace('{ name: Bo, ', '{ suspended: true, name: Bo, ');

test.each([
  ['without an emergency before', 'none'],
  ['after an emergency from a file of no commit', 'file'],
  ['after an emergency from a branch', 'branch'],
])("an administrator's apply in a checkout of main begins the next check there, %s", async (_what, emergency) => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const pull = (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
  };
  const apply = async () => {
    expect((await runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory })).code).toBe(0);
    const recorded = JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    await record(recorded, lab().main);
    return recorded.commit;
  };
  try {
    git('init', '-q');
    pull(lab().main);
    await apply();
    // A change that no one approved, and that the workflow refuses.
    const branch = lab().propose('suspend', 'ada', suspended).head.sha;
    const main = lab().pushFiles('main', { 'opentofu.lock.hcl': '# by the administrator' });
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    if (emergency === 'branch') pull(branch);
    else pull(main);
    if (emergency === 'file') clone.write('team.yaml', suspended(lab().teamAt(main)));
    if (emergency !== 'none') await apply();
    // It is over. The administrator checks main, and applies it, as the comment says.
    pull(main);
    const commit = await apply();
    const { code, stderr } = await check();
    expect({ commit, code, stderr }).toEqual({ commit: main, code: 0, stderr: '' });
  } finally {
    clone.remove();
  }
});
