import * as aws from '@aws-sdk/client-iam';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(5);

const says = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource: '*' }] });

test('who ends their own Deny of everything does not end the Deny of another administrator, which applies keep', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    const fay = user('fay');
    await iam.send(
      new aws.PutUserPolicyCommand({
        ...fay,
        PolicyName: 'no-bonus',
        PolicyDocument: says('mechanicalturk:SendBonus'),
      }),
    );
    await applied(test.lab(smallTeam));
    await iam.send(new aws.PutUserPolicyCommand({ ...fay, PolicyName: 'pause', PolicyDocument: says('*') }));
    await applied(test.lab(smallTeam));
    // The apply has moved the pause into limits, where its administrator removes that statement alone.
    const { PolicyDocument = '' } = await iam.send(new aws.GetUserPolicyCommand({ ...fay, PolicyName: 'limits' }));
    const { Statement, ...rest } = JSON.parse(decodeURIComponent(PolicyDocument));
    const left = [Statement].flat().filter(({ Action }: { Action: unknown }) => Action !== '*');
    if (left.length === 0) await iam.send(new aws.DeleteUserPolicyCommand({ ...fay, PolicyName: 'limits' }));
    else {
      const limits = JSON.stringify({ ...rest, Statement: left });
      await iam.send(new aws.PutUserPolicyCommand({ ...fay, PolicyName: 'limits', PolicyDocument: limits }));
    }
    await applied(test.lab(smallTeam));
    const may = accessAt(accessIn(test.memory.account)).get(fay.UserName) ?? new Set();
    expect([...may]).not.toContain('SendBonus');
  });
});
