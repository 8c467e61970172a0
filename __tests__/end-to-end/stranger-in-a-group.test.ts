import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { appliedTo, carriedOut, orThrow, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const GROUP = { GroupName: 'perception-lab-paymaster' };
const FAY = 'perception-lab-fay';
const WIDER: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((role) =>
    role.key === 'paymaster' ? { ...role, allow: [...role.allow, 'CreateHIT'] } : role,
  ),
};

test.each<[string, Team, (iam: aws.IAMClient) => Promise<unknown>]>([
  [
    'whose policy someone detached, and which gets it back',
    smallTeam,
    (iam) => iam.send(new aws.DetachGroupPolicyCommand({ ...GROUP, PolicyArn: rolePolicyArn(smallTeam, 'paymaster') })),
  ],
  ['that the file widens', WIDER, async () => {}],
])('a user whom someone put into a group %s gains nothing before they are out of it', async (_what, team, click) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(team);
    await lab.iam.send(new aws.CreateUserCommand({ UserName: 'mallory' }));
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...GROUP, UserName: 'mallory' }));
    // A member's user that no apply manages any more.
    await lab.iam.send(new aws.UpdateUserCommand({ UserName: FAY, NewPath: '/x/' }));
    await click(lab.iam);
    const all = () => accessAt(accessIn(test.memory.account));
    const may = () => ['mallory', FAY].flatMap((name) => [...(all().get(name) ?? [])].map((each) => `${name} ${each}`));
    const before = may();
    const gained: string[] = [];
    test.listen(async () => {
      gained.push(...may().filter((each) => !before.includes(each)));
      return true;
    });
    orThrow(await applyPlanned(lab, orThrow(await planStack(lab)), carriedOut(), SILENT));
    expect(gained).toEqual([]);
    expect(may().filter((each) => each.startsWith('mallory'))).toEqual([]);
  });
});
