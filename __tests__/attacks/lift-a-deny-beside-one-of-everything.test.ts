import * as aws from '@aws-sdk/client-iam';
import { planAndApply } from '../../src/app/apply/apply.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, orThrow, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const says = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource: '*' }] });

type Deny = (iam: aws.IAMClient, PolicyName: string, action: string) => Promise<unknown>;

test.each<[string, Deny]>([
  [
    'a member',
    (iam, PolicyName, action) =>
      iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName, PolicyDocument: says(action) })),
  ],
  [
    'a role',
    (iam, PolicyName, action) =>
      iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName, PolicyDocument: says(action) })),
  ],
])(
  'who gives back what a Deny of everything at %s took lifts no Deny that came after the question',
  async (_whose, deny) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const { iam } = test.lab(smallTeam);
      await deny(iam, 'old', '*');
      await applied(test.lab(smallTeam));
      let [hasAnswered, readings] = [false, 0];
      const confirm = async () => {
        hasAnswered = true;
        return true;
      };
      test.listen(async ({ phase, action }) => {
        if (!hasAnswered || phase !== 'before' || action !== 'GetAccountAuthorizationDetails') return true;
        readings += 1;
        if (readings === 3) await deny(iam, 'emergency', 'mechanicalturk:ApproveAssignment');
        return true;
      });
      const options = {
        ...{ file: 'team.yaml', emulator: null, yes: false, restore: [], commit: null },
        ...{ ownerIds: new Map(), appliedAt: null, result: null },
      };
      const terminal = { ...SILENT, canAsk: true, confirm };
      orThrow(await planAndApply(test.lab(smallTeam), options as never, terminal, () => {}));
      expect(readings).toBeGreaterThan(3);
      const may = accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? new Set();
      expect([...may]).toContain('SendBonus');
      expect([...may]).not.toContain('ApproveAssignment');
    });
  },
);

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
