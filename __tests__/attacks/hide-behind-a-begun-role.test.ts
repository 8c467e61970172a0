import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set)(?:User|Group|Policy|Default)/;
const withFay = (fay: readonly string[]): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: fay } : one)),
});
const before = withFay(['paymaster']);
/** Merged by mistake, begun, cancelled, and reverted by the next merge. */
const mistaken = withFay(['paymaster', 'senders']);

test.each([
  ['no one else acts', false],
  ['someone adds the member to the group of the reverted role', true],
])(
  'what an administrator takes of a role that no file changes stays taken when a begun file is reverted, while %s',
  async (_what, helps) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const { iam } = test.lab(before);
      const lab = test.lab(mistaken);
      const plan = await planned(lab);
      test.listen(({ action }) => !WRITES.test(action));
      expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
      test.listen(null);
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      if (helps) await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('senders') }));
      await applied(test.lab(before));
      expect(may()).not.toContain('SendBonus');
    });
  },
);
