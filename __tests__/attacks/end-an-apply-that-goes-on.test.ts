import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { readRecord } from '../../src/app/session/records.ts';
import type { Team } from '../../src/team/team.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { user } from '../support/attacked-lab.ts';
import { applied, appliedTo, carriedOut, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

/** What was merged, and taken back. */
const merged: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ['results-reader', 'task-publisher'] } : one,
  ),
};

test('an apply that slept before Terraform had the lock does not do what another one ended meanwhile', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('ada').UserName) ?? [])];
    const lab = test.lab(merged);
    const made = await planned(lab);
    // On another machine.
    const directory = await mkdtemp(join(tmpdir(), 'mturk-team-other-'));
    await cp(made.workspace.directory, directory, { recursive: true, verbatimSymlinks: true });
    const workspace = { ...made.workspace, directory };
    const plan = { ...made, workspace, saved: { ...made.saved, file: join(directory, basename(made.saved.file)) } };
    expect(plan.suspendedDuringApply).toEqual([]);
    let sleeps: (engine: EngineHandle) => void = () => {};
    const asleep = new Promise<EngineHandle>((resolve) => {
      sleeps = resolve;
    });
    let hasSlept = false;
    const onStart = (engine: EngineHandle) => {
      if (hasSlept) return;
      hasSlept = true;
      engine.kill('SIGSTOP');
      sleeps(engine);
    };
    const older = applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT);
    const engine = await asleep;
    const newer = test.lab(smallTeam);
    await applied(newer);
    expect(may()).not.toContain('CreateHIT');
    const record = orThrow(await readRecord(newer.records));
    expect([record?.begun, record?.team?.members.find(({ key }) => key === 'ada')?.roles]).toEqual([
      [],
      ['results-reader'],
    ]);
    engine.kill('SIGCONT');
    const ended = await older;
    await rm(directory, { recursive: true });
    expect({ may: may().includes('CreateHIT'), done: ended.ok ? 'applied' : ended.failure.code }).toEqual({
      ...{ may: false, done: expect.any(String) },
    });
  });
});
