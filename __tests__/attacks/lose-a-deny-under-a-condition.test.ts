import * as aws from '@aws-sdk/client-iam';
import { ofUser, operationsIn } from '../../src/access/access-of.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { accessIn } from '../support/transient-access.ts';

const test = testInTurn(5);

/** Someone with a key, in the middle of the day and without an address of the lab. */
const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) =>
    listOperations(ofUser(operationsIn(accessIn(memory.account), new Date(`${TODAY}T12:00:00Z`)), user(who).UserName));

const withFay = (key: string): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: [key] } : one)),
});

describe.each([
  ['always', {}],
  ['from now on', { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } }],
  ['of all but one', { Condition: { StringNotEquals: { 'aws:username': user('ada').UserName } } }],
])('a Deny %s at a role that the file takes stays', (_when, condition) => {
  test.each([
    ['no one else acts', false, false],
    ['someone gives its policy to a group outside', true, false],
    ['someone gives its policy to a group outside, after an apply', true, true],
  ])('while %s', async (_what, helps, between) => {
    const [before, moved] = [withFay('paymaster'), withFay('senders')];
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(before);
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*', ...condition }],
      });
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
      if (between) await applied(test.lab(before));
      expect(may('fay')).not.toContain('SendBonus');
      if (helps) {
        await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
        await iam.send(
          new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn: rolePolicyArn(before, 'paymaster') }),
        );
      }
      await applied(test.lab(moved));
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});
