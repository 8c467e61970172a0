import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Team } from '../../src/team/team.ts';
import { applyPlan, planChanges } from '../../src/terraform/run/commands.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { bootstrapped, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

type Side = Partial<Pick<Team, 'roles' | 'members'>>;

const READ = operationsOf('results:read');
const reader = role({ key: 'reader', allow: READ });
const wide = role({ key: 'payer', allow: [...READ, ...operationsOf('pay:bonus')] });
const narrow = role({ key: 'payer', allow: READ });
const fullButBonus = role({ key: 'payer', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] });
const suspended = member({ key: 'bo', roles: ['payer'], suspended: true });
const free = member({ key: 'bo', roles: ['payer'] });

/** Each: before, after, and the IAM calls of the second apply that must come in this order. */
const CHANGES: [string, Side, Side, string[]][] = [
  ['a suspended member joins', {}, { members: [suspended] }, ['PutUserPolicy', 'AddUserToGroup']],
  [
    'a suspended member leaves',
    { members: [suspended] },
    {},
    ['RemoveUserFromGroup', 'DeleteUserPolicy', 'DeleteUser'],
  ],
  [
    'a suspended member leaves while their role is removed',
    { members: [suspended] },
    { roles: [reader] },
    ['RemoveUserFromGroup', 'DeleteUserPolicy', 'DeleteUser'],
  ],
  [
    'a role narrows while one joins',
    {},
    { roles: [reader, narrow], members: [free] },
    ['CreatePolicyVersion', 'AddUserToGroup'],
  ],
  [
    "AWS's policy goes together with the Deny that tempered it",
    { roles: [reader, fullButBonus], members: [free] },
    { roles: [reader, narrow], members: [free] },
    ['DetachGroupPolicy', 'CreatePolicyVersion'],
  ],
];

/** Applies the team with a side and gives the names of the IAM calls that it made. */
async function apply(test: LabInTest, side: Side): Promise<readonly string[]> {
  const team: Team = { ...sampleTeam, roles: [reader, wide], members: [], ...side };
  const workspace = orThrow(await test.lab(team).workspace('team', team));
  const plan = orThrow(await planChanges(workspace));
  const { length } = test.emulator.calls;
  orThrow(await applyPlan(workspace, plan));
  return test.emulator.calls.slice(length).map(({ action }) => action);
}

test.each(sampleOf(CHANGES, 1))('%s', async (_what, before, after, order) => {
  await withLab(await bootstrapped(), async (test) => {
    await apply(test, before);
    const calls = await apply(test, after);
    for (const [index, first] of order.entries()) {
      expect(calls).toContain(first);
      const next = order[index + 1];
      if (next !== undefined) expect(calls.lastIndexOf(first)).toBeLessThan(calls.indexOf(next));
    }
  });
});
