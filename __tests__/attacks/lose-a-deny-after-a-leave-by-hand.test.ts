import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { withSenders } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

describe("a Deny at a role that the file takes stays its member's", () => {
  const active = withSenders(['results-reader'], ['results-reader', 'senders']);
  const suspended = {
    ...active,
    members: active.members.map((one) => (one.key === 'fay' ? { ...one, suspended: true } : one)),
  };
  const moved = withSenders(['results-reader'], ['senders']);
  test.each([
    ['no one else acts', active, false, false, false],
    ['someone takes the member out of the group first', active, true, false, false],
    ['someone gives its policy to a group outside', active, false, true, false],
    ['someone does both', active, true, true, false],
    ['someone does both, after an apply', active, true, true, true],
    ['the member is suspended, which the file ends, and someone takes them out first', suspended, true, false, true],
    ['the member is suspended, which the file ends, and someone does both', suspended, true, true, true],
  ])('while %s', async (_what, before, leaves, helps, between) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(before);
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('results-reader'), PolicyName: 'stop', PolicyDocument }));
      if (between) await applied(test.lab(before));
      expect(may('fay')).not.toContain('SendBonus');
      if (helps) {
        await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
        const PolicyArn = rolePolicyArn(before, 'results-reader');
        await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn }));
      }
      if (leaves) await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('results-reader') }));
      // What someone did in AWS has given nothing yet to who is suspended.
      if (before === suspended) expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(moved));
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});
