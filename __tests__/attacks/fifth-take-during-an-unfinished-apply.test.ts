import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const newRole: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ['paymaster', 'results-reader'] } : one,
  ),
};
const newMember: Team = { ...smallTeam, members: [...smallTeam.members, member({ key: 'zoe', roles: ['paymaster'] })] };

test.each<[string, Team, string]>([
  ['adds to a member', newRole, 'ada'],
  ['gives a new member', newMember, 'zoe'],
])(
  'who is taken out of a role that an unfinished apply %s does not get it back by running it again',
  async (...row) => {
    const [, team, key] = row;
    await withLab(await appliedTo(smallTeam), async (test) => {
      const may = () => (accessAt(accessIn(test.memory.account)).get(user(key).UserName) ?? new Set()).has('SendBonus');
      const lab = test.lab(team);
      test.listen(({ action, phase }) => {
        if (action === 'AddUserToGroup' && phase === 'after') test.emulator.faults = { errorShare: 1 };
        return true;
      });
      expect(await applyPlanned(lab, await planned(lab), carriedOut(), SILENT)).toMatchObject({ ok: false });
      test.emulator.faults = {};
      test.listen(null);
      await test.emulator.releaseLocks();
      expect(may()).toBe(true);
      await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...user(key), ...group('paymaster') }));
      expect(may()).toBe(false);
      await applied(test.lab(team));
      expect(may()).toBe(false);
    });
  },
);
