import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

const senders = role({ key: 'senders', allow: ['SendBonus'] });

/** An approved change: ada pays, too. */
const file: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ['paymaster', 'results-reader'] } : one,
  ),
};

test.each([
  ['no call is refused', false],
  ['IAM refuses `limits` once', true],
])('a Deny that a member has by a manual membership stays, although %s', async (_what, isRefused) => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('ada').UserName) ?? [])];
    const { iam } = test.lab(smallTeam);
    // An administrator denies bonuses at a role's group, and puts ada into it.
    await iam.send(new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'stop', PolicyDocument }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('ada'), ...group('task-publisher') }));
    const lab = test.lab(file);
    const plan = await planned(lab);
    expect(plan.suspendedDuringApply).toEqual([]);
    if (isRefused) {
      test.listen(({ action }) => action !== 'PutUserPolicy');
      expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
      test.listen(null);
    }
    await applied(test.lab(file));
    expect(may()).toContain('ApproveAssignment');
    expect(may()).not.toContain('SendBonus');
  });
});

const withFay = (role: string): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, senders].sort((one, other) => (one.key < other.key ? -1 : 1)),
  members: smallTeam.members.map((one) =>
    one.key === 'fay' ? { ...one, roles: [role] } : one.key === 'ada' ? { ...one, roles: ['senders'] } : one,
  ),
});
/** An approved change that moves fay, who sends bonuses, from one role to another that sends them. */
const [before, moved] = [withFay('paymaster'), withFay('senders')];

test.each([
  ['no call is refused', false],
  ['IAM refuses `limits` once', true],
])(
  'what an administrator took and denied is not given back by a move between roles, although %s',
  async (_what, isRefused) => {
    await withLab(copyOf(await appliedTo(before)), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const { iam } = test.lab(before);
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'stop', PolicyDocument }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('task-publisher') }));
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      expect(may()).not.toContain('SendBonus');
      const lab = test.lab(moved);
      const plan = await planned(lab);
      if (isRefused) {
        test.listen(({ action }) => action !== 'PutUserPolicy');
        expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
        test.listen(null);
      }
      await applied(test.lab(moved));
      expect(may()).not.toContain('SendBonus');
    });
  },
);
