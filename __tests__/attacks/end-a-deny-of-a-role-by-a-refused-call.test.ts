import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

const renamed: Team = {
  ...smallTeam,
  roles: smallTeam.roles
    .map((one) => (one.key === 'paymaster' ? { ...one, key: 'pays' } : one))
    .sort((one, other) => (one.key < other.key ? -1 : 1)),
  members: smallTeam.members.map((one) => ({
    ...one,
    roles: one.roles.map((key) => (key === 'paymaster' ? 'pays' : key)),
  })),
};

test.each([
  ['runs again', renamed],
  ['is reverted', smallTeam],
])(
  'a Deny at a role that the file renames stays, although IAM refuses `limits` once and the apply %s',
  async (_what, next) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const { iam } = test.lab(smallTeam);
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
      await applied(test.lab(smallTeam));
      expect([may().includes('RejectAssignment'), may().includes('SendBonus')]).toEqual([true, false]);
      const lab = test.lab(renamed);
      const plan = await planned(lab);
      test.listen(({ action }) => action !== 'PutUserPolicy');
      expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
      test.listen(null);
      await applied(test.lab(next));
      expect(may()).toContain('RejectAssignment');
      expect(may()).not.toContain('SendBonus');
    });
  },
);
