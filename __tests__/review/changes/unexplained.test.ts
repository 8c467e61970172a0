import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { reviewOf } from '../../../src/review/changes/review.ts';
import { unexplainedBy } from '../../../src/review/changes/unexplained.ts';
import type { Team } from '../../../src/team/team.ts';
import { type Plan, readPlan } from '../../../src/terraform/plan.ts';
import { RECORDED_TEAMS, recordedAsOurs } from '../../support/recorded-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const ACCOUNT = '123456789012';

type Changes = { address: string; type: string; name: string; change: Record<string, unknown> }[];

/** A recorded plan with something else in it. */
function planWith(name: string, edit: (changes: Changes) => void): Plan {
  const plan = recordedAsOurs(name);
  const resource_changes = plan.changes.map(({ address, type, name: label, change }) => ({
    address,
    type,
    name: label,
    change: { ...structuredClone(change), after_unknown: change.afterUnknown } as Record<string, unknown>,
  }));
  edit(resource_changes);
  const read = readPlan({ format_version: '1.2', resource_changes });
  if (!read.ok) throw new Error('unreadable');
  return read.value;
}

function unexplainedIn(plan: Plan, before: Team | null, after: Team): string[] {
  return unexplainedBy({ plan, classification: classifyPlan(plan, ACCOUNT) }, before, after, null, TODAY).map(
    ({ kind, difference, address, attributes }) =>
      [kind, difference === null ? address : difference.kind, ...attributes].join(' '),
  );
}
const teamsOf = (name: string) => RECORDED_TEAMS[name]!;

describe('what the files do not say', () => {
  test('a plan of another change', () => {
    // Planned from a file that adds eve, while the pull request only says that nothing changes.
    const [before] = teamsOf('03-add-member');
    expect(unexplainedIn(recordedAsOurs('03-add-member'), before, before!)).toEqual([
      'not-in-files inline-policy-added',
      'not-in-files membership-added',
      'not-in-files membership-added',
      'not-in-files user-added',
    ]);
  });

  test('a plan that lacks what the file says', () => {
    const [before, after] = teamsOf('03-add-member');
    const lines = unexplainedIn(recordedAsOurs('02-nochange'), before, after);
    expect(lines).toEqual([
      'not-in-plan inline-policy-added',
      'not-in-plan membership-added',
      'not-in-plan membership-added',
      'not-in-plan user-added',
    ]);
  });

  test('a policy that says something else than the file', () => {
    const plan = planWith('06-role-loses-bonus', (changes) => {
      const { change } = changes.find(({ address }) => address === 'aws_iam_policy.role_paymaster')!;
      const after = change.after as Record<string, unknown>;
      after.policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      });
    });
    expect(unexplainedIn(plan, ...teamsOf('06-role-loses-bonus'))).toEqual([
      'not-in-files policy-changed',
      'not-in-plan policy-changed',
    ]);
  });

  test('a new policy that says something else than the file, though both create it', () => {
    const plan = planWith('01-create', (changes) => {
      const { change } = changes.find(({ address }) => address === 'aws_iam_policy.role_results-reader')!;
      const after = change.after as Record<string, unknown>;
      after.policy = String(after.policy).replace('mechanicalturk:GetHIT', 'mechanicalturk:SendBonus');
    });
    expect(unexplainedIn(plan, ...teamsOf('01-create'))).toEqual(['not-in-files policy-changed']);
  });

  test('an attribute that no access depends on, without a manual change', () => {
    const plan = planWith('02-nochange', (changes) => {
      const { change } = changes.find(({ address }) => address === 'aws_iam_user.member_bo')!;
      Object.assign(change, { actions: ['update'], after: { ...(change.after as object), force_destroy: false } });
    });
    expect(unexplainedIn(plan, ...teamsOf('02-nochange'))).toEqual([
      'not-in-files aws_iam_user.member_bo force_destroy',
    ]);
  });

  test('a resource that comes with nothing that changes', () => {
    const plan = planWith('03-add-member', (changes) => {
      changes.push({
        address: 'aws_iam_user_policies_exclusive.member_bo_more',
        type: 'aws_iam_user_policies_exclusive',
        name: 'member_bo_more',
        change: { actions: ['create'], before: null, after: { user_name: 'perception-lab-bo', policy_names: [] } },
      });
    });
    expect(unexplainedIn(plan, ...teamsOf('03-add-member'))).toEqual([
      'not-in-files aws_iam_user_policies_exclusive.member_bo_more',
    ]);
  });

  test('a member whose user is to be deleted leaves without a change of the file', () => {
    const [before, after] = teamsOf('09-member-leaves-with-keys');
    const until = (team: Team): Team => ({
      ...team,
      members: before!.members.map((each) => (each.key === 'eve' ? { ...each, until: '2026-11-20' } : each)),
      departed: [],
      settings: { ...team.settings, deleteAfterDays: 3 },
    });
    const ended = until(after);
    expect(unexplainedIn(recordedAsOurs('09-member-leaves-with-keys'), ended, ended)).toEqual([]);
  });
});

test('an existing user is imported, and not missing from the plan', () => {
  const plan = planWith('03-add-member', (changes) => {
    const { change } = changes.find(({ address }) => address === 'aws_iam_user.member_eve')!;
    Object.assign(change, {
      actions: ['update'],
      importing: { id: 'perception-lab-eve' },
      before: { ...(change.after as object), force_destroy: null },
      after_unknown: {},
    });
  });
  expect(unexplainedIn(plan, ...teamsOf('03-add-member'))).toEqual(['imported aws_iam_user.member_eve']);
});

test('a replaced user loses the access keys, whatever the files say', () => {
  const [before, after] = teamsOf('03-add-member');
  const plan = planWith('03-add-member', (changes) => {
    const { change } = changes.find(({ address }) => address === 'aws_iam_user.member_bo')!;
    Object.assign(change, { actions: ['delete', 'create'] });
  });
  const classification = classifyPlan(plan, ACCOUNT);
  const of = { plan, classification, blocks: [], suspendedDuringApply: [] };
  const review = reviewOf({ before, after, today: TODAY, at: AT, plan: of });
  expect(review.people.find(({ key }) => key === 'bo')?.classes).toContain('identity-replaced');
});
