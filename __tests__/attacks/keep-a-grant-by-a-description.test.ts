import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');

/** The same policy at the same ARN, with a description, for which Terraform replaces it. */
async function describePolicy(iam: aws.IAMClient) {
  const { Policy } = await iam.send(new aws.GetPolicyCommand({ PolicyArn }));
  const version = { PolicyArn, VersionId: Policy?.DefaultVersionId ?? '' };
  const { PolicyVersion } = await iam.send(new aws.GetPolicyVersionCommand(version));
  const PolicyDocument = decodeURIComponent(PolicyVersion?.Document ?? '');
  await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
  await iam.send(new aws.DeletePolicyCommand({ PolicyArn }));
  const name = { PolicyName: 'perception-lab-paymaster', Path: '/mturk/perception-lab/' };
  await iam.send(new aws.CreatePolicyCommand({ ...name, PolicyDocument, Description: 'x' }));
  await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
}

test('a policy that was made again with a description does not keep what was added for a day', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await describePolicy(iam);
      await iam.send(new aws.AddUserToGroupCommand({ ...group('paymaster'), ...user('bo') }));
    });
    expect(await lab.may(user('bo').UserName)).toContain('SendBonus');
    const said: unknown[] = [];
    for (const [day, ...command] of [
      [TODAY, 'drift', '--reconcile', '--yes'],
      [TODAY, 'apply', '--yes'],
      [TOMORROW, 'apply', '--yes'],
      [TOMORROW, 'drift', '--reconcile', '--yes'],
    ] as const) {
      const { stderr } = await lab.mturk(day, ...command);
      said.push(/error\[[\w-]+\]|DeleteConflict/.exec(stderr)?.[0] ?? '');
    }
    expect({ said, may: (await lab.may(user('bo').UserName)).includes('SendBonus') }).toEqual({
      said: ['', '', '', ''],
      may: false,
    });
  });
});
