import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { FULL, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, type LabInTest, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const denying = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource: '*' }] });
const stop = (iam: aws.IAMClient, key: string, Action = 'mechanicalturk:*') =>
  iam.send(new aws.PutUserPolicyCommand({ ...user(key), PolicyName: 'stop', PolicyDocument: denying(Action) }));
const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];
const idOf = ({ memory }: LabInTest, key: string) =>
  Object.values(memory.account.users).find(({ name }) => name === user(key).UserName)?.id;

const without = (team: Team, key: string): Team => ({
  ...team,
  members: team.members.filter((one) => one.key !== key),
  departed: [...team.departed, { key, left: '2026-11-24', reason: 'left' }],
});
const changed = (team: Team, key: string, change: Partial<Team['members'][number]>): Team => ({
  ...team,
  members: team.members.map((one) => (one.key === key ? { ...one, ...change } : one)),
});

test('a Deny at a user who leaves while in a group outside, and comes again, stays when a suspension ends', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const may = mayIn(test);
    const id = idOf(test, 'bo');
    const { iam } = test.lab(smallTeam);
    await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'elsewhere' }));
    await stop(iam, 'bo');
    await applied(test.lab(smallTeam));
    // Three merges, each applied to its end.
    for (const file of [without(smallTeam, 'bo'), changed(smallTeam, 'bo', { suspended: true }), smallTeam]) {
      await applied(test.lab(file));
    }
    expect([idOf(test, 'bo'), may('bo')]).toEqual([id, []]);
  });
});

test('a replaced user in a group outside can do no more once its member leaves, although IAM keeps it', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const may = mayIn(test);
    const { iam } = test.lab(smallTeam);
    const { UserName } = user('fay');
    await iam.send(new aws.RemoveUserFromGroupCommand({ UserName, GroupName: 'perception-lab-paymaster' }));
    await iam.send(new aws.DeleteUserCommand({ UserName }));
    await iam.send(new aws.CreateUserCommand({ UserName, Path: '/mturk/perception-lab/' }));
    await iam.send(new aws.CreateAccessKeyCommand({ UserName }));
    await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn: FULL }));
    await iam.send(new aws.AddUserToGroupCommand({ UserName, GroupName: 'elsewhere' }));
    await applied(test.lab(smallTeam));
    expect(may('fay')).toEqual([]);
    const lab = test.lab(without(smallTeam, 'fay'));
    const plan = await planned(lab);
    // The apply role may not change a group outside the path: the call fails.
    test.listen(
      ({ action, params }) =>
        !(action === 'RemoveUserFromGroup' && (params as { GroupName?: string }).GroupName === 'elsewhere'),
    );
    await applyPlanned(lab, plan, carriedOut(), SILENT);
    expect(may('fay')).toEqual([]);
  });
});
