import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { quickScan } from '../../src/app/drift/run-scan.ts';
import type { ApplyRecord } from '../../src/app/session/records.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const team: Team = { ...smallTeam, settings: { ...smallTeam.settings, reconcile: 'all' } };
/** In an emergency, an administrator suspends bo. */
const emergency: Team = {
  ...team,
  members: team.members.map((one) => (one.key === 'bo' ? { ...one, suspended: true } : one)),
};

test('a reconcile that gives something back does not undo an emergency that ended during its first plan', async () => {
  await withLab(await appliedTo(team), async (test) => {
    test.setClock(`${TODAY}T12:00:00Z`);
    const may = (key: string) => [...(accessAt(accessIn(test.memory.account)).get(user(key).UserName) ?? [])];
    const record = () => JSON.parse(test.memory.record ?? 'null') as ApplyRecord;
    const check = async (today: string) => {
      const lab = test.lab(team, { today });
      const now = () => lab.at;
      const completed = await quickScan(lab, { cloudTrail: false }, SILENT);
      const known = { ...completed, complete: true, isChangedSince: () => false, attributed: true };
      return reconcile({ ...lab, now }, known, SILENT, now().toISOString());
    };
    const { iam } = test.lab(team);
    // Someone takes a role from fay, which a check 20 hours later gives back.
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    orThrow(await check(TODAY));
    expect(may('bo')).toContain('ListHITs');
    let readings = 0;
    test.listen(async ({ phase, action }) => {
      if (phase !== 'after' || action !== 'GetAccountAuthorizationDetails') return true;
      readings += 1;
      // The first is of the check, the second of the first plan.
      if (readings !== 2) return true;
      await applied(test.lab(emergency));
      expect(may('bo')).toEqual([]);
      return true;
    });
    const done = await check('2026-11-26');
    expect(may('bo')).toEqual([]);
    expect(record().team?.members).toContainEqual(expect.objectContaining({ key: 'bo', suspended: true }));
    expect(done).toMatchObject({ ok: false, failure: { code: 'record-changed' } });
  });
});
