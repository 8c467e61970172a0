import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

/** A role denies bonuses; who pays does not have it. */
const labs = attackedLabs((file) =>
  file.replace('roles:\n', 'roles:\n  no-bonus:\n    allow: [ results:read, pay:bonus ]\n    deny: [ SendBonus ]\n'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

type Call = (iam: aws.IAMClient) => Promise<unknown>;
const nothing: Call = async () => {};
const says = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*', ...more }],
  });
const stop: Call = (iam) =>
  iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument: says() }));
const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

test('what an administrator took by the group of a role that denies it does not come back by the next check', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('no-bonus') })));
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
  });
});

const withFay = (key: string, deny: Team['roles'][number]['deny']): Team => ({
  ...smallTeam,
  roles: [
    ...smallTeam.roles.map((one) => (one.key === 'paymaster' ? { ...one, deny } : one)),
    role({ key: 'senders', allow: ['SendBonus'] }),
  ].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: [key] } : one)),
});

test.each<[string, Team['roles'][number]['deny']]>([
  ['does nothing else', []],
  ['denies the same to those who keep it', ['SendBonus']],
])('what a Deny at a role took does not come back with another role, while the file %s', async (_what, deny) => {
  const before = withFay('paymaster', []);
  await withLab(copyOf(await appliedTo(before)), async (test) => {
    await stop(test.lab(before).iam);
    await applied(test.lab(withFay('senders', deny)));
    expect(mayIn(test)('fay')).not.toContain('SendBonus');
  });
});

const frozen: Team = { ...smallTeam, freeze: ['pay:bonus'] };
const suspended: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, suspended: true } : one)),
};
const OUT = { GroupName: 'elsewhere' };

describe('a Deny that someone added under a brake of the file stays when the brake ends', () => {
  const own = { ...OUT, PolicyArn: rolePolicyArn(smallTeam, 'paymaster') };
  const outside: Call = async (iam) => {
    await iam.send(new aws.CreateGroupCommand(OUT));
    await iam.send(new aws.AttachGroupPolicyCommand(own));
  };
  const limits =
    (Sid: string): Call =>
    (iam) =>
      iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'limits', PolicyDocument: says({ Sid }) }));
  const both =
    (one: Call, other: Call): Call =>
    async (iam) => {
      await one(iam);
      await other(iam);
    };
  test.each<[string, Team, Call, Call]>([
    ['at a role, with a freeze', frozen, stop, nothing],
    [
      'at a role whose policy a group outside has for a time, with a freeze',
      frozen,
      both(stop, outside),
      (iam) => iam.send(new aws.DetachGroupPolicyCommand(own)),
    ],
    ['added to OutOfReach, with a freeze', frozen, limits('OutOfReach'), nothing],
    ['in place of a suspension, with another Sid', suspended, limits('Stop'), nothing],
    ['in place of a suspension, with its Sid', suspended, limits('Suspended'), nothing],
  ])('%s', async (_what, braked, click, unclick) => {
    await withLab(copyOf(await appliedTo(braked)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(smallTeam);
      await click(iam);
      await applied(test.lab(braked));
      await unclick(iam);
      await applied(test.lab(smallTeam));
      expect(may('fay')).toContain('RejectAssignment');
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});
