import type { LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { fullScan } from '../../src/app/drift/run-scan.ts';
import type { ApplyRecord } from '../../src/app/session/records.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

/** Fay and ada pay. */
const team: Team = {
  ...smallTeam,
  settings: { ...smallTeam.settings, reconcile: 'all' },
  members: smallTeam.members.map((one) => (one.key === 'ada' ? { ...one, roles: ['paymaster'] } : one)),
};
const RENAMED = 'pays';
const renamed: Team = {
  ...team,
  roles: team.roles
    .map((one) => (one.key === 'paymaster' ? { ...one, key: RENAMED } : one))
    .sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: team.members.map((one) => ({
    ...one,
    roles: one.roles.map((key) => (key === 'paymaster' ? RENAMED : key)),
  })),
};

test.each([
  ['no one renames', team],
  ['an approved change renames', renamed],
])('what an administrator takes from a role, which %s, is not given back two hours later', async (_what, later) => {
  await withLab(copyOf(await appliedTo(team)), async (test) => {
    const may = mayIn(test);
    const record = () => JSON.parse(test.memory.record ?? 'null') as ApplyRecord;
    const at = (moment: string, of: Team) => {
      test.setClock(moment);
      const lab = test.lab(of, { today: moment.slice(0, 10) });
      // A check leaves out the calls of the apply role, as of the one apply here.
      const client = lab.cloudTrail();
      const send = client.send.bind(client) as (command: unknown) => Promise<LookupEventsCommandOutput>;
      const isOfApply = (time: Date | undefined) => time?.toISOString().startsWith('2026-11-26T09:') === true;
      const sendWithoutApply = async (command: unknown) => {
        const found = await send(command);
        return { ...found, Events: found.Events?.filter(({ EventTime }) => !isOfApply(EventTime)) };
      };
      Object.assign(client, { send: sendWithoutApply });
      return { ...lab, at: new Date(moment), now: () => new Date(moment) };
    };
    const check = async (moment: string, of: Team) => {
      const lab = at(moment, of);
      const completed = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
      return orThrow(await reconcile(lab, completed, SILENT));
    };
    // Someone takes fay out of the role, which is announced.
    const { iam } = at('2026-11-25T13:00:00Z', team);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await check('2026-11-25T14:00:00Z', team);
    await check('2026-11-25T20:00:00Z', team);
    await check('2026-11-26T02:00:00Z', team);
    await check('2026-11-26T08:00:00Z', team);
    expect(record().announcements).toMatchObject([{ key: 'fay', at: '2026-11-25T14:00:00.000Z' }]);
    // In an emergency, an administrator takes all that the role gives from everyone.
    const PolicyArn = rolePolicyArn(team, 'paymaster');
    test.setClock('2026-11-26T08:30:00Z');
    await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
    expect([may('ada'), may('fay')]).toEqual([[], []]);
    await applied(at('2026-11-26T09:00:00Z', later));
    expect([may('ada'), may('fay')]).toEqual([[], []]);
    await check('2026-11-26T10:30:00Z', later);
    expect([may('ada'), may('fay')]).toEqual([[], []]);
  });
});
