import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(4);

const { lab, record, approve, check } = approvalInTest();

test('a grant that an administrator takes back is not given again after many applies of the commits before it', async () => {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  const pull = (commit: string) => {
    git('fetch', '-q', lab().directory, commit);
    git('reset', '-q', '--hard', commit);
  };
  const apply = () => runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory });
  const recorded = () =>
    JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
  const merged = (branch: string, edit: (team: string) => string) => {
    const change = lab().propose(branch, 'cy', edit);
    approve(change, 'ada');
    return lab().merge(change, 'cy');
  };
  try {
    git('init', '-q');
    const first = lab().main;
    const second = merged('bo', (team) => team.replace('{ name: Bo, ', '{ until: "2037-01-01", name: Bo, '));
    const granted = merged('pays', (team) => team.replace(/(cy: .*roles: \[)reader/, '$1reader, paymaster'));
    pull(granted);
    expect((await apply()).code).toBe(0);
    const codes: (number | null)[] = [];
    const seen: number[] = [];
    for (let times = 0; times < 22; times += 1) {
      pull(times % 2 === 0 ? first : second);
      codes.push((await apply()).code);
      await record(recorded(), granted);
      seen.push((await check()).code ?? -1);
    }
    expect(codes.every((code) => code === 0)).toBe(true);
    expect(recorded().commit).toBe(second);
    expect(seen).toEqual(seen.map(() => 1));
  } finally {
    clone.remove();
  }
}, 300_000);
