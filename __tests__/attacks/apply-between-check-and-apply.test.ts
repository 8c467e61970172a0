import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, approve, check } = approvalInTest();
const suspended = (team: string, name: string) =>
  team.replace(`{ name: ${name}, `, `{ suspended: true, name: ${name}, `);

test.each([
  ['of a member', 'Bo', 'bo'],
  ['of the only owner who approved', 'Ada', 'ada'],
])(
  "an administrator's suspension %s, applied between two steps of a job, is not ended by that job",
  async (_what, name, who) => {
    const clone = scratch();
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
    const pull = (commit: string) => {
      git('fetch', '-q', lab().directory, commit);
      git('reset', '-q', '--hard', commit);
    };
    const apply = (...args: string[]) => runHere(['apply', '--emulator', '--yes', ...args], { cwd: clone.directory });
    const recorded = () =>
      JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    try {
      git('init', '-q');
      pull(lab().main);
      expect((await apply()).code).toBe(0);
      // Anything that an owner approved; or a writer starts the workflow again, as often as they like.
      const words = lab().propose('words', 'cy', (team) => team.replace('name: Cy', 'name: Cy Moreau'));
      approve(words, 'ada');
      const commit = lab().merge(words, 'cy');
      await record(recorded(), commit);
      // The job: "Check the approval".
      const checked = await check();
      expect(checked.code).toBe(0);
      // While the job installs OpenTofu and takes the apply role, an administrator suspends Bo at a terminal.
      clone.write('team.yaml', suspended(lab().teamAt(lab().main), name));
      expect((await apply()).code).toBe(0);
      const after = recorded();
      expect(after.team.members).toContainEqual(expect.objectContaining({ key: who, suspended: true }));
      await record(after, commit);
      expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
      // The job: "Apply".
      pull(commit);
      const { 'owner-ids': ids = '', 'applied-at': at = '' } = checked.outputs;
      const applied = await apply(
        '--commit',
        commit,
        '--owner-ids',
        ids,
        '--applied-at',
        at,
        '--result',
        'result.json',
      );
      const now = recorded().team.members.find(({ key }: { key: string }) => key === who);
      expect({ code: applied.code, suspended: now.suspended }).toEqual({ code: 1, suspended: true });
    } finally {
      clone.remove();
    }
  },
);
