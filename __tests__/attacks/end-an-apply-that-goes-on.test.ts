import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AttachGroupPolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { readRecord } from '../../src/app/session/records.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Team } from '../../src/team/team.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(1);

const teamOf = (ofBo: readonly string[]): Team => ({
  ...smallTeam,
  roles: [role({ key: 'no-bonus', allow: operationsOf('results:read'), deny: ['SendBonus'] }), ...smallTeam.roles],
  members: smallTeam.members.map((one) => {
    if (one.key === 'ada') return one;
    return { ...one, roles: one.key === 'bo' ? ofBo : ['no-bonus', 'paymaster'] };
  }),
});
const before = teamOf(['results-reader', 'task-publisher']);
/** What was merged, and taken back. */
const older = teamOf(['results-reader', 'task-publisher', 'paymaster']);

// Terraform refuses a saved plan by the number of the state, which neither of these changes.
test.each([
  ['has nothing to change', async () => null],
  [
    'undoes a manual change alone',
    (iam: IAMClient) =>
      iam.send(
        new AttachGroupPolicyCommand({
          ...group('no-bonus'),
          PolicyArn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly',
        }),
      ),
  ],
])(
  'an apply that slept before Terraform had the lock does not go on once another one ended that %s',
  async (_what, byHand) => {
    await withLab(await appliedTo(before), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('bo').UserName) ?? [])];
      const lab = test.lab(older);
      await byHand(lab.iam);
      const made = await planned(lab);
      // On another machine.
      const directory = await mkdtemp(join(tmpdir(), 'mturk-team-other-'));
      await cp(made.workspace.directory, directory, { recursive: true, verbatimSymlinks: true });
      const workspace = { ...made.workspace, directory };
      const plan = { ...made, workspace, saved: { ...made.saved, file: join(directory, basename(made.saved.file)) } };
      expect(plan.suspendedDuringApply).toEqual([]);
      const engines: EngineHandle[] = [];
      // The engine waits for the lock, or its machine sleeps.
      const onStart = (started: EngineHandle) => {
        if (engines.push(started) === 1) started.kill('SIGSTOP');
      };
      const applying = applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT);
      while (engines.length === 0) await wait(10);
      const newer = test.lab(before);
      await applied(newer);
      expect(may()).not.toContain('SendBonus');
      const record = orThrow(await readRecord(newer.records));
      expect([record?.begun, record?.team?.members.find(({ key }) => key === 'bo')?.roles]).toEqual([
        [],
        ['results-reader', 'task-publisher'],
      ]);
      engines[0]?.kill('SIGCONT');
      const ended = await applying;
      await rm(directory, { recursive: true });
      expect({ may: may().includes('SendBonus'), done: ended.ok ? 'applied' : ended.failure.code }).toEqual({
        ...{ may: false, done: expect.any(String) },
      });
    });
  },
);
