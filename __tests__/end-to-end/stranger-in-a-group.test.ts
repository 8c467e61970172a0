import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { appliedTo, carriedOut, orThrow, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const FAY = iamName(smallTeam.lab, 'fay');
const group = (key: string) => ({ GroupName: iamName(smallTeam.lab, key) });
const noBonus = role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] });
const withNoBonus = (roles: readonly string[]): Team => ({
  ...smallTeam,
  roles: [noBonus, ...smallTeam.roles].sort((one, other) => (one.key < other.key ? -1 : 1)),
  members: smallTeam.members.map((each) => (each.key === 'fay' ? { ...each, roles } : each)),
});
const WIDER: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((each) =>
    each.key === 'paymaster' ? { ...each, allow: [...each.allow, 'CreateHIT'] } : each,
  ),
};

type Iam = aws.IAMClient;
const move = (iam: Iam) => iam.send(new aws.UpdateUserCommand({ UserName: FAY, NewPath: '/x/' }));
const join = (iam: Iam, UserName: string, key: string) =>
  iam.send(new aws.AddUserToGroupCommand({ ...group(key), UserName }));
async function stranger(iam: Iam): Promise<void> {
  await iam.send(new aws.CreateUserCommand({ UserName: 'mallory' }));
  await join(iam, 'mallory', 'paymaster');
}
const detach = (iam: Iam) =>
  iam.send(
    new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: rolePolicyArn(smallTeam, 'paymaster') }),
  );

test.each<[what: string, applied: Team, team: Team, ...clicks: readonly ((iam: Iam) => Promise<unknown>)[]]>([
  ['a stranger in a group that gets its policy back', smallTeam, smallTeam, stranger, detach],
  ['a stranger in a group that the file widens', smallTeam, WIDER, stranger, move],
  ['a member’s user in such a group, which someone moved', smallTeam, smallTeam, move, detach],
  [
    'one whom someone moved, in a group that denies besides',
    withNoBonus(['no-bonus', 'paymaster']),
    withNoBonus(['no-bonus', 'paymaster']),
    move,
  ],
  [
    'a member whom someone put into a group that denies, of which the file makes a role',
    smallTeam,
    withNoBonus(['paymaster']),
    async (iam) => {
      await iam.send(new aws.CreateGroupCommand({ ...group('no-bonus'), Path: labPath(smallTeam.lab) }));
      const Statement = [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('no-bonus'), PolicyName: 'stop', PolicyDocument }));
      await join(iam, FAY, 'no-bonus');
    },
  ],
])('between the calls of an apply nothing is gained by %s', async (_what, applied, team, ...clicks) => {
  await withLab(await appliedTo(applied), async (test) => {
    const lab = test.lab(team);
    for (const click of clicks) await click(lab.iam);
    const may = () => {
      const access = accessAt(accessIn(test.memory.account));
      return ['mallory', FAY].flatMap((name) => [...(access.get(name) ?? [])].map((each) => `${name} ${each}`));
    };
    const before = may();
    const gained = new Set<string>();
    test.listen(async () => {
      for (const each of may()) if (!before.includes(each)) gained.add(each);
      return true;
    });
    orThrow(await applyPlanned(lab, orThrow(await planStack(lab)), carriedOut(), SILENT));
    expect([...gained, ...may().filter((each) => !before.includes(each))]).toEqual([]);
  });
});
