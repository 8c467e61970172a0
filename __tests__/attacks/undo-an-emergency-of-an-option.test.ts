import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const { lab, record, approve, check } = approvalInTest();

test.each<[string, (commit: string) => readonly string[]]>([
  // The control: refused.
  ['no option', () => []],
  ['--result', () => ['--result', 'result.json']],
  ['--commit', (commit) => ['--commit', commit]],
])(
  'a grant that an administrator takes back by an apply with %s is not given again by its approval',
  async (_what, more) => {
    const clone = scratch();
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
    const apply = async (commit: string, ...args: readonly string[]) => {
      git('fetch', '-q', lab().directory, commit);
      git('reset', '-q', '--hard', commit);
      const done = await runHere(['apply', '--emulator', '--yes', ...args], { cwd: clone.directory });
      expect(done.code).toBe(0);
    };
    const recorded = () =>
      JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    try {
      git('init', '-q');
      const before = lab().main;
      const change = lab().propose('pays', 'cy', (team) =>
        team.replace(/(cy: .*roles: \[)reader/, '$1reader, paymaster'),
      );
      approve(change, 'ada');
      const granted = lab().merge(change, 'cy');
      await apply(granted);
      await apply(before, ...more(before));
      expect(recorded()).toMatchObject({ commit: before });
      await record(recorded(), granted);
      expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    } finally {
      clone.remove();
    }
  },
);
