import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(5);

/** A role denies bonuses to who pays. */
const labs = attackedLabs((file) =>
  file
    .replace('roles:\n', 'roles:\n  no-bonus:\n    allow: [ results:read, pay:bonus ]\n    deny: [ SendBonus ]\n')
    .replace('[ paymaster ]', '[ paymaster, no-bonus ]'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

async function move(iam: aws.IAMClient): Promise<void> {
  await iam.send(new aws.UpdateGroupCommand({ ...group('no-bonus'), NewPath: '/elsewhere/' }));
}
async function takeName(iam: aws.IAMClient): Promise<void> {
  const PolicyArn = rolePolicyArn(smallTeam, 'no-bonus');
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('no-bonus'), PolicyArn }));
  await iam.send(new aws.DeletePolicyCommand({ PolicyArn }));
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
  });
  await iam.send(new aws.CreatePolicyCommand({ PolicyName: group('no-bonus').GroupName, PolicyDocument }));
}
const bonus = (operations: readonly string[]) => operations.filter((each) => each === 'SendBonus');

test.each([
  ['whose group was moved', move],
  ['whose policy has a taken name', takeName],
])('an apply gives a new member nothing that a role denies %s', async (_what, click) => {
  await labs.attack(async (lab) => {
    expect(bonus(await lab.may(user('fay').UserName))).toEqual([]);
    await lab.byHand(click);
    lab.edit('members:\n', 'members:\n  kit: { name: Kit Moe, roles: [ paymaster, no-bonus ] }\n');
    const { code } = await lab.mturk(TODAY, 'apply', '--yes');
    expect([code, ...bonus(await lab.may(user('kit').UserName))]).toEqual([0]);
  });
});

test('reconcile denies a member again what a role denied whose policy has a taken name', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(takeName);
    expect(bonus(await lab.may(user('fay').UserName))).toEqual(['SendBonus']);
    for (const day of [TODAY, TOMORROW]) await lab.mturk(day, 'drift', '--reconcile', '--yes');
    expect(bonus(await lab.may(user('fay').UserName))).toEqual([]);
  });
});
