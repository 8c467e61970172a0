import * as aws from '@aws-sdk/client-iam';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const SEND = 'mechanicalturk:SendBonus';
const statement = (Effect: 'Allow' | 'Deny', more: object = {}) => ({ Effect, Action: SEND, Resource: '*', ...more });
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const stop = { PolicyName: 'stop', PolicyDocument: document(statement('Deny')) };

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

const withRoles = (ada: readonly string[], fay: readonly string[]): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ada } : one.key === 'fay' ? { ...one, roles: fay } : one,
  ),
});

describe('what an administrator took from one member stays taken when a Deny of a role ends', () => {
  const before = withRoles(['results-reader', 'senders'], ['paymaster']);
  /** Approved and merged: fay sends bonuses by a second role, too. */
  const newest = withRoles(['results-reader', 'senders'], ['paymaster', 'senders']);

  test.each([
    ['no one else acts', false],
    ['someone puts the member into the group of the role that the waiting file adds', true],
  ])('%s', async (_what, helps) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(before);
      // No one who has this role is to send bonuses for now.
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('senders'), ...stop }));
      await applied(test.lab(before));
      // Besides, an administrator takes them from fay.
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      if (helps) await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('senders') }));
      await applied(test.lab(newest));
      expect(may('fay')).not.toContain('SendBonus');
      // What was about the role is over.
      await applied(test.lab(newest), { restore: new Set(['role/senders']) });
      expect(may('ada')).toContain('SendBonus');
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});

describe('an Allow under a condition that no one meets is not had', () => {
  const team = withRoles(['results-reader', 'senders'], ['paymaster', 'results-reader']);

  test.each([
    ['without such a group', false],
    ['someone puts the member into such a group outside the path', true],
  ])('%s', async (_what, helps) => {
    await withLab(copyOf(await appliedTo(team)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(team);
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('results-reader'), ...stop }));
      await applied(test.lab(team));
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
      // Access keys have no MFA, and Mechanical Turk takes no other credentials.
      const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
      const PolicyDocument = document(statement('Allow', { Condition }));
      await iam.send(new aws.PutGroupPolicyCommand({ GroupName: 'elsewhere', PolicyName: 'p', PolicyDocument }));
      if (helps) await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), GroupName: 'elsewhere' }));
      await applied(test.lab(team));
      expect(may('fay')).not.toContain('SendBonus');
      await applied(test.lab(team), { restore: new Set(['role/results-reader']) });
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});

describe('what was added to `limits` counts as taken', () => {
  test.each(['Withheld', 'OutOfReach'])('as %s', async (Sid) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const may = mayIn(test);
      const { iam } = test.lab(smallTeam);
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), ...stop }));
      await applied(test.lab(smallTeam));
      const PolicyDocument = document(statement('Deny', { Sid }));
      await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'limits', PolicyDocument }));
      await applied(test.lab(smallTeam));
      await applied(test.lab(smallTeam), { restore: new Set(['role/paymaster']) });
      expect(may('fay')).toContain('RejectAssignment');
      expect(may('fay')).not.toContain('SendBonus');
    });
  });
});
