import * as aws from '@aws-sdk/client-iam';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const withRoles = (ada: readonly string[], fay: readonly string[]): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ada } : one.key === 'fay' ? { ...one, roles: fay } : one,
  ),
});
const before = withRoles(['results-reader', 'senders'], ['paymaster']);
/** Approved and merged, and not applied yet. */
const newest = withRoles(['results-reader', 'senders'], ['paymaster', 'senders']);

test.each([
  ['no one else acts', false],
  ['someone puts the member into the group of the role', true],
])(
  'what an administrator took is not given back by a waiting file that adds a role, while %s',
  async (_what, helps) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const { iam } = test.lab(before);
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      expect(may()).toEqual([]);
      // Someone who may only add users to this one group.
      if (helps) await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('senders') }));
      await applied(test.lab(newest));
      expect(may()).not.toContain('SendBonus');
    });
  },
);

test('without that file, the next reconcile ends what they gave', async () => {
  await withLab(copyOf(await appliedTo(before)), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
    const { iam } = test.lab(before);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('senders') }));
    await applied(test.lab(before));
    expect(may()).not.toContain('SendBonus');
  });
});
