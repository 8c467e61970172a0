import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const fay = user('fay');
const says = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const networks = (count: number) =>
  says({
    ...{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' },
    Condition: { IpAddress: { 'aws:SourceIp': Array.from({ length: count }, (_, at) => `198.51.${at}.0/24`) } },
  });

async function attachNetworks(iam: aws.IAMClient, UserName: string, count: number) {
  const made = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'networks', PolicyDocument: networks(count) }));
  await iam.send(new aws.AttachUserPolicyCommand({ UserName, PolicyArn: made.Policy?.Arn ?? '' }));
}

/** Puts fay into a group of others, with a Deny that does not fit into `limits`. */
async function denyBesideStaff(iam: aws.IAMClient) {
  const staff = { GroupName: 'staff' };
  await iam.send(new aws.CreateGroupCommand(staff));
  const PolicyDocument = says({ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' });
  await iam.send(new aws.PutGroupPolicyCommand({ ...staff, PolicyName: 'all', PolicyDocument }));
  await iam.send(new aws.AddUserToGroupCommand({ ...staff, ...fay }));
  await attachNetworks(iam, fay.UserName, 120);
}

test.each<[string, (iam: aws.IAMClient) => Promise<unknown>]>([
  ['a member in a group of others, with a long Deny', denyBesideStaff],
  [
    'a renamed member with a long Deny',
    async (iam) => {
      await attachNetworks(iam, fay.UserName, 120);
      await iam.send(new aws.UpdateUserCommand({ ...fay, NewUserName: 'perception-lab-fay2' }));
    },
  ],
])('%s does not end the reverts', async (_what, attack) => {
  await labs.attack(async (lab) => {
    await lab.byHand(attack);
    const first = await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    // What someone adds later is not reverted any more.
    await lab.byHand((iam) =>
      iam.send(new aws.AddUserToGroupCommand({ GroupName: 'perception-lab-paymaster', ...user('bo') })),
    );
    const second = await lab.mturk(TOMORROW, 'drift', '--reconcile', '--yes');
    expect({
      first: first.stderr.match(/error\[[\w-]+\]/)?.[0],
      second: second.stderr.match(/error\[[\w-]+\]/)?.[0],
      bo: (await lab.may(user('bo').UserName)).includes('SendBonus'),
    }).toEqual({ first: undefined, second: undefined, bo: false });
  });
});

test('one apply converges, although a member in a group of others has a long Deny', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(denyBesideStaff);
    const applied = await lab.mturk(TODAY, 'apply', '--yes');
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    const plan = await lab.mturk(TODAY, 'plan');
    expect([applied.code, plan.code]).toEqual([0, 0]);
  });
});
