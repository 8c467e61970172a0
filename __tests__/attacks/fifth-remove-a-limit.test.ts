import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

test.each<[string, (iam: aws.IAMClient) => Promise<unknown>]>([
  ['withheld', (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }))],
  ['kept', (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument }))],
])('who removes the Deny of what is %s is found, and it is written again', async (_what, take) => {
  await labs.attack(async (lab) => {
    await lab.byHand(take);
    expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).toBe(2);
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    await lab.byHand((iam) => iam.send(new aws.DeleteUserPolicyCommand({ ...user('fay'), PolicyName: 'limits' })));
    const { code } = await lab.mturk(TODAY, 'drift');
    await lab.mturk(TODAY, 'apply', '--yes');
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    const may = (await lab.may(user('fay').UserName)).includes('SendBonus');
    expect({ code, may }).toEqual({ code: 2, may: false });
  });
});
