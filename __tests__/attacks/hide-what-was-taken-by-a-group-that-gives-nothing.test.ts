import * as aws from '@aws-sdk/client-iam';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

/** Since a day that is past. */
const EXPIRED = { Effect: 'Deny', Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } };
const says = (...statements: readonly object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Action: 'mechanicalturk:SendBonus', Resource: '*', ...each })),
  });
const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

/** No one can do anything by such groups. */
const groups: readonly (readonly [string, readonly (readonly object[])[]])[] = [
  ['no group elsewhere', []],
  ['one group elsewhere that allows and denies', [[{ Effect: 'Allow' }, { Effect: 'Deny' }]]],
  ['a group elsewhere whose access has expired', [[{ Effect: 'Allow' }, EXPIRED]]],
  ['two groups elsewhere, one allows and one denies', [[{ Effect: 'Allow' }], [{ Effect: 'Deny' }]]],
];

test.each(groups)(
  'what an administrator took stays taken although someone puts the member into %s',
  async (_what, policies) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(smallTeam);
      const names = policies.map((_, index) => `elsewhere-${index}`);
      for (const [index, effects] of policies.entries()) {
        const GroupName = `elsewhere-${index}`;
        await iam.send(new aws.CreateGroupCommand({ GroupName }));
        const PolicyDocument = says(...effects);
        await iam.send(new aws.PutGroupPolicyCommand({ GroupName, PolicyName: 'p', PolicyDocument }));
      }
      await applied(test.lab(smallTeam));
      // The administrator takes the role.
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      for (const GroupName of names.toReversed())
        await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), GroupName }));
      expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(smallTeam));
      expect(may('fay')).not.toContain('SendBonus');
      for (const GroupName of names) await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), GroupName }));
      expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(smallTeam));
      expect(may('fay')).not.toContain('SendBonus');
    });
  },
);
