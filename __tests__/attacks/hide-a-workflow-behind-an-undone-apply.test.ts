import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';

const { lab, record, approve, check } = approvalInTest();
const suspended = (team: string) => team.replace('{ name: Bo, ', '{ suspended: true, name: Bo, ');
const resumed = (team: string) => team.replace('suspended: true, ', '');

/** cy's branch: a workflow of their own, then the suspension that an administrator applies from it. */
test('a workflow of a branch that an administrator applied and undid needs an approval, once someone pushed it to main', async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const apply = async (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
    const done = await runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory });
    expect(done.code).toBe(0);
  };
  const recorded = () =>
    JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
  try {
    git('init', '-q');
    const before = lab().main;
    await apply(before);
    const hostile = lab().pushFiles('cy', {
      '.github/workflows/apply.yml': 'hostile',
      '.gitattributes': '*.hcl text',
    });
    const suspends = lab().push('cy', suspended);
    await apply(suspends);
    await apply(before);
    // No pull request, no approval: by someone who may bypass the rules (W8).
    lab().set('main', suspends);
    await record(recorded(), before);
    expect(await check()).toMatchObject({ code: 1 });
    const change = lab().propose('resume', 'cy', resumed);
    approve(change, 'ada');
    lab().merge(change, 'cy');
    const checked = await check();
    expect({ hostile, code: checked.code, out: checked.stdout + checked.stderr }).toMatchObject({ code: 1 });
  } finally {
    clone.remove();
  }
}, 60_000);
