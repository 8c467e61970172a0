import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { type ApplyRecord, changeRecord, withBegun } from '../../src/app/session/records.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  carriedOut,
  type LabInTest,
  orThrow,
  planned,
  TODAY,
  withLab,
} from '../support/lab-in-test.ts';
import { member, role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const withMember = (key: string): Team => ({
  ...smallTeam,
  members: [...smallTeam.members, member({ key, roles: ['results-reader'] })],
});

const recordOf = ({ memory }: LabInTest) => JSON.parse(memory.record ?? 'null') as ApplyRecord;
const usersOf = ({ memory }: LabInTest) => Object.values(memory.account.users).map(({ name }) => name);
const RECORD_CHANGED = { ok: false, failure: { code: 'record-changed' } };

test('a plan changes nothing once another apply has ended, even one that changed nothing in AWS', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(withMember('zoe'));
    const plan = await planned(lab);
    await applied(test.lab({ ...smallTeam, owners: ['ada', 'bo'] }));
    const record = recordOf(test);
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject(RECORD_CHANGED);
    expect(recordOf(test)).toEqual(record);
    expect(usersOf(test)).not.toContain(user('zoe').UserName);
  });
});

test.each<[string, (record: ApplyRecord, own: Team) => ApplyRecord, boolean]>([
  ['another apply began', (record) => withBegun(record, appliedTeam(withMember('yan'), TODAY), new Date()), false],
  [
    'an apply of another file ended',
    (record) => ({ ...record, team: appliedTeam(withMember('yan'), TODAY), begun: [] }),
    false,
  ],
  ['an apply of the same file ended', (record, own) => ({ ...record, team: appliedTeam(own, TODAY), begun: [] }), true],
])('an apply leaves the record as it is if %s meanwhile', async (_what, change, isFine) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(withMember('zoe'));
    const plan = await planned(lab);
    let changed: ApplyRecord | null = null;
    test.listen(async ({ phase, action }) => {
      if (changed !== null || phase !== 'after' || action !== 'CreateUser') return true;
      changed = orThrow(await changeRecord(lab.records, (record) => change(record, lab.team)));
      return true;
    });
    const done = await applyPlanned(lab, plan, carriedOut(), SILENT);
    if (isFine) expect(done).toMatchObject({ ok: true });
    else
      expect(done).toMatchObject({ ok: false, failure: { code: 'record-changed', args: { progress: { total: 4 } } } });
    expect(recordOf(test)).toEqual(changed);
  });
});

test('an apply that waited for one that created a user records its id', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(withMember('zoe'));
    await changeRecord(lab.records, (record) => withBegun(record, appliedTeam(lab.team, TODAY), new Date()));
    const begun = recordOf(test);
    let hasRead = false;
    test.listen(async ({ phase, action }) => {
      if (hasRead || phase !== 'after' || action !== 'GetAccountAuthorizationDetails') return true;
      hasRead = true;
      // The other has created the user, and has not ended.
      await applied(test.lab(withMember('zoe')));
      orThrow(await changeRecord(lab.records, () => begun));
      return true;
    });
    const plan = await planned(lab);
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: true });
    expect(recordOf(test)).toMatchObject({ begun: [] });
    expect(recordOf(test).ids.user).toHaveProperty([user('zoe').UserName]);
  });
});

test('what someone takes while members are suspended is withheld by the rest of the apply', async () => {
  const roles = [...smallTeam.roles, role({ key: 'no-bonus', allow: operationsOf('pay:bonus'), deny: ['SendBonus'] })];
  const team = (ofFay: readonly string[]): Team => ({
    ...smallTeam,
    roles,
    members: smallTeam.members.map((one) => {
      if (one.key === 'ada') return one;
      return { ...one, roles: one.key === 'bo' ? ['results-reader', 'task-publisher'] : ofFay };
    }),
  });
  await withLab(await appliedTo(team(['no-bonus', 'paymaster'])), async (test) => {
    const lab = test.lab(team(['results-reader']));
    const { iam } = lab;
    const plan = await planned(lab);
    expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
    let taken = false;
    test.listen(async ({ phase, action }) => {
      if (taken || phase !== 'after' || action !== 'PutUserPolicy') return true;
      taken = true;
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
      return true;
    });
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: true });
    const access = accessAt(accessIn(test.memory.account));
    expect(access.get(user('bo').UserName)).not.toContain('CreateHIT');
    expect(access.get(user('bo').UserName)).toContain('ListHITs');
    expect(access.get(user('fay').UserName)).toContain('ListHITs');
  });
});
