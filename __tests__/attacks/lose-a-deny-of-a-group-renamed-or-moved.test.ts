import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

type Call = (iam: aws.IAMClient) => Promise<unknown>;

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});
/** An administrator's emergency: no one who has the role is to send bonuses. */
const stop: Call = (iam) =>
  iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
const leave =
  (GroupName: string): Call =>
  (iam) =>
    iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), GroupName }));
const update =
  (change: Partial<aws.UpdateGroupCommandInput>): Call =>
  (iam) =>
    iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), ...change }));
const nothing: Call = async () => {};

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

test.each<[string, Call]>([
  ['no one renames the group', nothing],
  ['someone renames the group', update({ NewGroupName: 'payers' })],
])('a Deny at a role stays for who was taken out of its group, by checks alone, while %s', (_what, click) =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await stop(iam);
      await leave(group('paymaster').GroupName)(iam);
      await click(iam);
    });
    for (const day of [TODAY, '2027-01-15', '2027-01-17']) await lab.mturk(day, 'drift', '--reconcile', '--yes');
    const may = await lab.may(user('fay').UserName);
    // What was taken out of the group is given back after its announcement.
    expect(may).toContain('ApproveAssignment');
    expect(may).not.toContain('SendBonus');
  }),
);

test('a Deny at a role stays for who leaves its former group later, while someone renames and moves it', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    await stop(iam);
    await update({ NewGroupName: 'payers', NewPath: '/' })(iam);
    await applied(test.lab(smallTeam));
    await leave('payers')(iam);
    await applied(test.lab(smallTeam));
    expect(mayIn(test)('fay')).not.toContain('SendBonus');
  });
});

const withFay = (key: string): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: [key] } : one)),
});

test.each<[string, Call]>([
  ['no one else acts', nothing],
  ['someone renames the group', update({ NewGroupName: 'payers' })],
  [
    'someone moves the group, and no one outside has its policy',
    async (iam) => {
      await update({ NewPath: '/' })(iam);
      const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
      await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
    },
  ],
])('a Deny at a role that the file takes stays for who was taken out of its group, while %s', async (_what, click) => {
  const [before, moved] = [withFay('paymaster'), withFay('senders')];
  await withLab(copyOf(await appliedTo(before)), async (test) => {
    const may = mayIn(test);
    const { iam } = test.lab(before);
    await stop(iam);
    await leave(group('paymaster').GroupName)(iam);
    await click(iam);
    await applied(test.lab(moved));
    expect(may('fay')).not.toContain('SendBonus');
    // As reconcile does in mode `all`, 20 hours after its announcement.
    await applied(test.lab(moved), { giveBack: new Map([['fay', ['SendBonus']]]) });
    expect(may('fay')).not.toContain('SendBonus');
  });
});
