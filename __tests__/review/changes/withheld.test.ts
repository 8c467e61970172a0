import * as aws from '@aws-sdk/client-iam';
import type { LabSession } from '../../../src/app/session/lab-session.ts';
import { reviewOf } from '../../../src/review/changes/review.ts';
import { LIMITS_POLICY } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { group, user } from '../../support/attacked-lab.ts';
import { applied, appliedTo, copyOf, planned, withLab } from '../../support/lab-in-test.ts';
import { smallTeam } from '../../support/sample-team.ts';

/** A pull request changes a role with a Deny that is kept and a member from whom something is withheld. */
const file: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((role) => (role.key === 'paymaster' ? { ...role, deny: ['SendBonus'] } : role)),
  members: smallTeam.members.map((member) => (member.key === 'fay' ? { ...member, until: '2027-03-31' } : member)),
};
const Statement = [{ Effect: 'Deny', Action: 'mechanicalturk:RejectAssignment', Resource: '*' }];
const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });

const reviewIn = async (lab: LabSession) => {
  const { saved, classification, ruled } = await planned(lab);
  const plan = { plan: saved.plan, classification, blocks: [], suspendedDuringApply: [], ruled };
  return reviewOf({ before: smallTeam, after: file, applied: smallTeam, today: lab.today, at: lab.at, plan });
};

test('a Deny that is kept where someone wrote it is not unexplained', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const lab = test.lab(file);
    await lab.iam.send(new aws.PutUserPolicyCommand({ ...user('ada'), PolicyName: LIMITS_POLICY, PolicyDocument }));
    const { withheld, unexplained } = await reviewIn(lab);
    expect([withheld.map(({ kind, key }) => `${key} ${kind}`), unexplained]).toEqual([['ada deny-kept'], []]);
  });
});

test.each([
  ['since the last apply', false],
  ['before the last apply', true],
])('what is withheld or kept, changed by someone %s, is not unexplained', async (_what, isApplied) => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    if (isApplied) await applied(test.lab(smallTeam));
    const review = await reviewIn(test.lab(file));
    expect(review.withheld.map(({ kind, key }) => `${key} ${kind}`)).toEqual(['paymaster deny-kept', 'fay operations']);
    expect(review.unexplained.map(({ kind }) => kind)).toEqual(
      isApplied ? [] : ['manual-change-reverted', 'manual-change-reverted'],
    );
  });
});
