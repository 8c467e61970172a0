import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, FULL, group, keyOf, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(7);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const fay = user('fay');
const MANY_DAYS = [TODAY, TOMORROW, '2026-12-20'];

/** Someone who may attach AWS's policies to the IAM user of one member, and nothing else, by a key of their own. */
async function asHelper(iam: aws.IAMClient, endpoint: string, act: (own: aws.IAMClient) => Promise<unknown>) {
  const UserName = 'helper';
  await iam.send(new aws.CreateUserCommand({ UserName }));
  const { User } = await iam.send(new aws.GetUserCommand(fay));
  const Statement = [{ Effect: 'Allow', Action: 'iam:AttachUserPolicy', Resource: User?.Arn }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new aws.PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
  const own = new aws.IAMClient({ region: 'us-east-1', endpoint, credentials: await keyOf(iam, UserName) });
  // They may not put Fay back into the group.
  await expect(own.send(new aws.AddUserToGroupCommand({ ...fay, ...group('paymaster') }))).rejects.toThrow();
  await act(own);
  own.destroy();
}

test.each([
  ['an apply', ['apply', '--yes']],
  ['reconcile in mode additions', ['drift', '--reconcile', '--yes']],
])('who attaches a policy to a member does not get back by %s what an administrator took', async (_what, args) => {
  await labs.attack(async (lab) => {
    lab.edit('reconcile: all', 'reconcile: additions');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand((iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...fay, ...group('paymaster') })));
    expect(await lab.may(fay.UserName)).toEqual([]);
    await lab.byHand((iam, { endpoint }) =>
      asHelper(iam, endpoint, (own) => own.send(new aws.AttachUserPolicyCommand({ ...fay, PolicyArn: FULL }))),
    );
    expect(await lab.may(fay.UserName)).toContain('SendBonus');
    for (const day of MANY_DAYS) {
      await lab.mturk(day, ...args);
      expect(await lab.may(fay.UserName)).not.toContain('SendBonus');
    }
    await lab.byHand(async (iam) => {
      const { AttachedPolicies } = await iam.send(new aws.ListAttachedUserPoliciesCommand(fay));
      expect(AttachedPolicies).toEqual([]);
    });
  });
});
