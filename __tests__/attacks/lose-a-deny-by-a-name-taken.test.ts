import * as aws from '@aws-sdk/client-iam';
import { ofUser, operationsIn } from '../../src/access/access-of.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { withSenders } from '../support/sample-team.ts';
import { accessIn } from '../support/transient-access.ts';

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) =>
    listOperations(ofUser(operationsIn(accessIn(memory.account), new Date(`${TODAY}T12:00:00Z`)), user(who).UserName));

const test = testInTurn(9);

const team = withSenders(['results-reader'], ['results-reader', 'senders']);

describe.each([
  ['always', {}],
  ['from now on', { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } }],
])('a Deny %s at a role stays while its group is left out', (_when, condition) => {
  test.each([
    ['renamed, its name taken', 'rename', false],
    ['renamed, its name taken, after an apply', 'rename', true],
    ['moved', 'move', false],
    ['moved, after an apply', 'move', true],
    ['moved and left', 'leave', false],
    ['moved and left, after an apply', 'leave', true],
  ])('%s', async (_what, how, between) => {
    await withLab(copyOf(await appliedTo(team)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(team);
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*', ...condition }],
      });
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('results-reader'), PolicyName: 'stop', PolicyDocument }));
      if (between) await applied(test.lab(team));
      expect(may('fay')).not.toContain('SendBonus');
      if (how === 'rename') {
        await iam.send(new aws.UpdateGroupCommand({ ...group('results-reader'), NewGroupName: 'x' }));
        await iam.send(new aws.CreateGroupCommand({ ...group('results-reader'), Path: '/elsewhere/' }));
      } else {
        await iam.send(new aws.UpdateGroupCommand({ ...group('results-reader'), NewPath: '/elsewhere/' }));
        if (how === 'leave')
          await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('results-reader') }));
      }
      if (how !== 'leave') expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(team));
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});
