import * as aws from '@aws-sdk/client-iam';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import { iamName, labPath } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { keyOf } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, withLab } from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { accessAt } from '../support/transient-access.ts';

const test = testInTurn(1);

const KIT = iamName(smallTeam.lab, 'kit');
const PATH = labPath(smallTeam.lab);
const withKit = (from: string | null, ...roles: string[]): Team => ({
  ...smallTeam,
  members: [...smallTeam.members, member({ key: 'kit', from, roles })],
});

// Someone who may rename users, and has a user and key of their own.
test('a user who has the name of a new member for the moment in which its id is noted is not that member', async () =>
  withLab(await appliedTo(smallTeam), async (lab) => {
    const { iam } = lab.lab(smallTeam);
    const { User: zed } = await iam.send(new aws.CreateUserCommand({ UserName: 'zed' }));
    await keyOf(iam, 'zed');
    const rename = (UserName: string, NewUserName: string, NewPath: string) =>
      iam.send(new aws.UpdateUserCommand({ UserName, NewUserName, NewPath }));
    let swaps = 0;
    lab.listen(async ({ action, phase }) => {
      const made = Object.values(lab.memory.account.users).some(
        ({ name, groups }) => name === KIT && groups.length > 0,
      );
      if (action !== 'GetAccountAuthorizationDetails') return true;
      if (phase === 'before' && made && swaps === 0) {
        swaps = 1;
        await rename(KIT, 'spare', PATH);
        await rename('zed', KIT, PATH);
      } else if (phase === 'after' && swaps === 1) {
        swaps = 2;
        await rename(KIT, 'zed', '/');
        await rename('spare', KIT, PATH);
      }
      return true;
    });
    await applied(lab.lab(withKit('2026-12-01', 'results-reader')));
    lab.listen(null);
    expect(swaps).toBe(2);
    const noted = JSON.parse(lab.memory.record ?? '{}').ids.user[KIT];
    // Later, and for good.
    await rename(KIT, 'spare', '/');
    await rename('zed', KIT, PATH);
    await applied(lab.lab(withKit(null, 'results-reader', 'task-publisher')));
    const { access } = await readAuthorizationDetails(iam, smallTeam.account, 1000);
    expect({ isNoted: noted === zed?.UserId, may: [...(accessAt(access).get(KIT) ?? [])] }).toEqual({
      isNoted: false,
      may: [],
    });
  }));
