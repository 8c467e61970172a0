import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { isWrite } from '../support/lab-in-test-recovery.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

/** fay leaves a role that denies, and is suspended meanwhile: an apply in three steps. */
const teamOf = (ofFay: readonly string[], bo: Partial<Team['members'][number]> = {}): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'no-bonus', allow: operationsOf('pay:bonus'), deny: ['SendBonus'] })],
  members: smallTeam.members.map((one) => {
    if (one.key === 'ada') return one;
    return one.key === 'bo' ? { ...one, roles: ['results-reader', 'task-publisher'], ...bo } : { ...one, roles: ofFay };
  }),
});
const before = teamOf(['no-bonus', 'paymaster']);
const older = teamOf(['results-reader']);

const NEWER: readonly (readonly [what: string, newer: Team, step: number])[] = [
  ['a suspension, before its second step', teamOf(['results-reader'], { suspended: true }), 2],
  ['a freeze, before its last step', { ...older, freeze: ['hits:publish'] }, 3],
  ['a suspension, before its last step', teamOf(['results-reader'], { suspended: true }), 3],
  ['that a role was taken, before its last step', teamOf(['results-reader'], { roles: ['results-reader'] }), 3],
];

for (const one of NEWER)
  test.each([one])('an apply that slept while another ended does not undo %s', async (_what, newer, step) => {
    await withLab(await appliedTo(before), async (test) => {
      const may = (who: string) => [...(accessAt(accessIn(test.memory.account)).get(user(who).UserName) ?? [])];
      const lab = test.lab(older);
      const plan = await planned(lab);
      expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
      let [configurations, seen] = [0, 0];
      const workspace: typeof lab.workspace = async (...args) => {
        configurations += 1;
        if (configurations === step) {
          await applied(test.lab(newer));
          expect(may('bo')).not.toContain('CreateHIT');
          seen = test.emulator.calls.length;
        }
        return lab.workspace(...args);
      };
      const done = await applyPlanned({ ...lab, workspace }, plan, carriedOut(), SILENT);
      expect(done).toMatchObject({ ok: false, failure: { code: 'record-changed' } });
      expect(may('bo')).not.toContain('CreateHIT');
      const calls = test.emulator.calls.slice(seen).filter(({ action }) => isWrite({ action, identity: '' }));
      expect(calls).toEqual([]);
    });
  });
