import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

/** A role of the file that denies bonuses. */
const labs = attackedLabs((file) =>
  file.replace('roles:\n', 'roles:\n  no-bonus:\n    allow: [ results:read, pay:bonus ]\n    deny: [ SendBonus ]\n'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyArn = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-no-bonus';

/** Gives two groups each other's names. */
async function swapGroups(iam: aws.IAMClient, one: string, other: string): Promise<void> {
  const [first, second] = [group(one).GroupName, group(other).GroupName];
  for (const [GroupName, NewGroupName] of [
    [first, 'elsewhere'],
    [second, first],
    ['elsewhere', second],
  ])
    await iam.send(new aws.UpdateGroupCommand({ GroupName, NewGroupName }));
}

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

test.each([
  ['the policy of another', 'no one helps', false, false],
  ['the policy of another', 'someone gives two groups each other’s names', true, false],
  ['the policy of another', 'someone does so for the time of one check', true, true],
  ['a statement', 'someone does so for the time of one check', true, true],
])('an administrator’s Deny at a role, by %s, stays, although %s', async (by, _what, swaps, back) => {
  await labs.attack(async (lab) => {
    const check = (day = TODAY) => lab.mturk(day, 'drift', '--reconcile', '--yes');
    expect(await lab.may(user('fay').UserName)).toContain('SendBonus');
    await lab.byHand(async (iam) => {
      if (by === 'a statement')
        await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
      else await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
    });
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    if (swaps) await lab.byHand((iam) => swapGroups(iam, 'paymaster', 'no-bonus'));
    await check();
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    if (back) await lab.byHand((iam) => swapGroups(iam, 'paymaster', 'no-bonus'));
    for (const day of ['2026-11-25', '2026-11-28', '2026-11-30']) {
      await check(day);
      expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    }
  });
});
