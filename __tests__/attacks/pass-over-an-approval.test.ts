import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(4);

const { lab, record, approve, check } = approvalInTest();
const pays = (who: string) => (team: string) =>
  team.replace(new RegExp(`(${who}: .*roles: \\[)reader`), '$1reader, paymaster');

test("what is merged and pulled while an administrator's apply asks needs its approval", async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const pull = (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
  };
  const apply = (confirm: () => Promise<boolean>) =>
    runHere(['apply', '--emulator'], {
      cwd: clone.directory,
      person: { asked: [], confirm, ask: async () => null, choose: async () => null },
    });
  try {
    git('init', '-q');
    pull(lab().main);
    expect((await apply(async () => true)).code).toBe(0);
    const cy = lab().propose('cy', 'cy', pays('cy'));
    approve(cy, 'ada');
    const approved = lab().merge(cy, 'cy');
    pull(approved);
    const bo = lab().propose('bo', 'bo', pays('bo'));
    const answered = await apply(async () => {
      pull(lab().merge(bo, 'bo'));
      return true;
    });
    expect(answered.code).toBe(0);
    const recorded = JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    const members = expect.arrayContaining([expect.objectContaining({ key: 'bo', roles: ['reader'] })]);
    expect(recorded).toMatchObject({ commit: approved, team: { members } });
    await record(recorded, approved);
    const checked = await check();
    expect(checked.code).toBe(1);
    expect(checked.stderr).toContain('error[not-approved]');
  } finally {
    clone.remove();
  }
});

test.each([
  ['of no commit', false],
  ['of the commit that once had it', true],
])("an administrator's suspension, applied from a file %s, is not ended by earlier approvals", async (_what, isOld) => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const pull = (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
  };
  const apply = () => runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory });
  const suspended = (team: string) => team.replace('{ name: Bo, ', '{ suspended: true, name: Bo, ');
  const merged = async (branch: string, edit: (team: string) => string) => {
    const change = lab().propose(branch, 'cy', edit);
    approve(change, 'ada');
    return lab().merge(change, 'cy');
  };
  try {
    git('init', '-q');
    const first = await merged('suspend', suspended);
    pull(await merged('resume', (team) => team.replace('suspended: true, ', '')));
    expect((await apply()).code).toBe(0);
    if (isOld) pull(first);
    else clone.write('team.yaml', suspended(lab().teamAt(lab().main)));
    // To be sure, they run it twice.
    expect([(await apply()).code, (await apply()).code]).toEqual([0, 0]);
    const recorded = JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    expect(recorded).toMatchObject({ commit: isOld ? first : null, earlier: [expect.any(String)] });
    await record(recorded, lab().main);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    // Once it is merged, what follows is asked for alone.
    await merged('suspend-again', suspended);
    expect((await check()).code).toBe(0);
  } finally {
    clone.remove();
  }
});
