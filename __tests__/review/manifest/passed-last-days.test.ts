import { compareDigests, planDigest } from '../../../src/review/manifest/digest.ts';
import { dueSince, withMembersKept } from '../../../src/review/manifest/passed-last-days.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { type Plan, readPlan } from '../../../src/terraform/plan.ts';
import { changesOf, type JsonObject, named, TOOLS } from '../../support/plan-json.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const REVIEWED_ON = '2026-12-20';
const TODAY = '2026-12-21';
/** Due on 21 December: access ended on 30 November. */
const jose = member({ key: 'jose', name: 'José Ñúñez', roles: ['results-reader'], until: '2026-11-30' });
const team: Team = {
  ...sampleTeam,
  members: [...sampleTeam.members, jose],
  settings: { ...sampleTeam.settings, deleteAfterDays: 20 },
};
const USER = 'perception-lab-jose';
const GROUP = 'perception-lab-results-reader';

type Users = readonly string[];
const membership = (before: Users, after: Users): JsonObject => {
  const values = (users: Users) => ({ group: GROUP, name: GROUP, users: [...users] });
  return {
    ...{ address: 'aws_iam_group_membership.role_results-reader', mode: 'managed' },
    ...{ type: 'aws_iam_group_membership', name: 'role_results-reader' },
    change: { actions: ['update'], before: values(before), after: values(after), after_unknown: {} },
  };
};
const deletion = (type: string, name: string): JsonObject => ({
  ...{ address: `${type}.${name}`, mode: 'managed', type, name },
  change: { actions: ['delete'], before: { name: USER }, after: null, after_unknown: {} },
});
const DELETED = [
  deletion('aws_iam_user', 'member_jose'),
  deletion('aws_iam_user_policy', 'member_jose_limits'),
  deletion('aws_iam_user_policies_exclusive', 'member_jose'),
];

/** The recorded plan that adds Eve, with more changes. */
function planWith(...more: readonly JsonObject[]): Plan {
  const json = structuredClone(named('03-add-member'));
  const others = changesOf(json).filter(({ address }) => address !== 'aws_iam_group_membership.role_results-reader');
  const read = readPlan({ ...json, resource_changes: [...others, ...more] });
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
}

const digested = (plan: Plan) => ({ ...planDigest(plan, TOOLS), tools: TOOLS });
const reviewed = digested(planWith(membership(['ada', USER], ['ada', USER, 'eve'])));
const verdictOf = (plan: Plan, kept: readonly Member[]) =>
  compareDigests(reviewed, digested(withMembersKept(plan, team.lab, kept)));

test('due since the review are those alone for whom the day has come', () => {
  expect(dueSince(team, REVIEWED_ON, TODAY)).toEqual([jose]);
  expect(dueSince(team, TODAY, TODAY)).toEqual([]);
  expect(dueSince(team, '2026-12-01', REVIEWED_ON)).toEqual([]);
  const never = { ...team, settings: { ...team.settings, deleteAfterDays: null } };
  expect(dueSince(never, REVIEWED_ON, TODAY)).toEqual([]);
});

test.each<[string, string, Plan]>([
  ['the plan deletes the user as well', 'changed', planWith(membership(['ada', USER], ['ada', 'eve']), ...DELETED)],
  ['reconcile has deleted the user meanwhile', 'subset', planWith(membership(['ada'], ['ada', 'eve']))],
])('what a passed last day alone explains does not make it another plan: %s', (_what, without, fresh) => {
  expect(verdictOf(fresh, []).verdict).toBe(without);
  expect(verdictOf(fresh, [jose])).toMatchObject({ verdict: 'equal', unreviewed: [], missing: [] });
});

test('the part of an interrupted apply that is left, with the deletion, is a part', () => {
  const json = membership(['ada', 'eve', USER], ['ada', 'eve']);
  expect(verdictOf(planWith(json, ...DELETED), [jose])).toMatchObject({ verdict: 'subset', unreviewed: [] });
});

test.each<[string, Plan, string]>([
  [
    'another user is deleted',
    planWith(membership(['ada', USER], ['ada', 'eve']), ...DELETED, deletion('aws_iam_user', 'member_cy')),
    'aws_iam_user.member_cy',
  ],
  [
    'another user leaves the group',
    planWith(membership(['ada', 'cy', USER], ['ada', 'eve']), ...DELETED),
    'aws_iam_group_membership.role_results-reader',
  ],
  [
    'another user joins the group',
    planWith(membership(['ada', USER], ['ada', 'eve', 'mallory']), ...DELETED),
    'aws_iam_group_membership.role_results-reader',
  ],
])('anything else still does: %s', (_what, fresh, address) => {
  expect(verdictOf(fresh, [jose])).toMatchObject({ verdict: 'changed', unreviewed: [address] });
});
