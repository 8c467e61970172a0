import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const says = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const SUSPENDED = { Sid: 'Suspended', Effect: 'Deny', Action: '*', Resource: '*' };
const UNTIL = {
  ...{ Sid: 'Until', Effect: 'Deny', Action: '*', Resource: '*' },
  Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2027-06-01T00:00:00Z' } },
};

/** An administrator suspends someone in AWS, in the words that the tool itself writes. */
test.each([
  ['fay', says(SUSPENDED)],
  ['bo', says(UNTIL, SUSPENDED)],
])('no reconcile and no apply lifts a suspension that someone wrote into limits of %s', async (key, PolicyDocument) => {
  await labs.attack(async (lab) => {
    const { UserName } = user(key);
    expect(await lab.may(UserName)).not.toEqual([]);
    const limits = { UserName, PolicyName: 'limits', PolicyDocument };
    await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand(limits)));
    expect(await lab.may(UserName)).toEqual([]);
    expect((await lab.mturk(TODAY, 'plan')).stdout).toContain('a Deny is kept (all of Mechanical Turk)');
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    const afterFirst = await lab.may(UserName);
    await lab.mturk(TOMORROW, 'apply', '--yes');
    expect([afterFirst.length, (await lab.may(UserName)).length]).toEqual([0, 0]);
  });
});

test('no reconcile gives back what someone denied by a narrower Deny of that name', async () => {
  await labs.attack(async (lab) => {
    const PolicyDocument = says({ ...SUSPENDED, Action: 'mechanicalturk:SendBonus' });
    await lab.byHand((iam) =>
      iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'limits', PolicyDocument })),
    );
    for (const day of [TODAY, '2027-01-15', '2027-01-17']) {
      await lab.mturk(day, 'drift', '--reconcile', '--yes');
      expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    }
  });
});
