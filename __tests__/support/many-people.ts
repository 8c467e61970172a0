import { reviewOf } from '../../src/review/changes/review.ts';
import type { Review, ReviewedPerson } from '../../src/review/manifest/schema.ts';
import type { Team } from '../../src/team/team.ts';
import { AT, planOf, resource, TODAY, teamWith } from './sample-reviews.ts';
import { member, sampleTeam } from './sample-team.ts';

const NO_MEMBERS: Team = teamWith({ members: [], owners: [], departed: [] });

/** What can become of a person, one of each. */
const KINDS: readonly ReviewedPerson[] = [
  ...personsOf(NO_MEMBERS, teamWith({ members: [member({ key: 'x', roles: ['paymaster'] })], owners: [] })),
  ...personsOf(
    NO_MEMBERS,
    teamWith({ members: [member({ key: 'x', roles: ['results-reader'], until: '2027-05-31' })], owners: [] }),
  ),
  ...personsOf(teamWith({ members: [member({ key: 'x', roles: ['full-access'] })], owners: [] }), NO_MEMBERS),
  ...personsOf(
    teamWith({ members: [member({ key: 'x', roles: ['task-publisher'] })], owners: [] }),
    teamWith({ members: [member({ key: 'x', roles: ['results-reader'], suspended: true })], owners: [] }),
  ),
];

function personsOf(before: Team, after: Team): readonly ReviewedPerson[] {
  return reviewOf({ before, after, today: TODAY, at: AT }).people;
}

/** One person, of one of the kinds, counted round. With `day`, the end of access is another one for each. */
export function personOf(
  kind: number,
  who: { user: string; key: string | null; name: string | null },
  day = 0,
): ReviewedPerson {
  const person = KINDS[kind % KINDS.length]!;
  const ends =
    day === 0 ? person.change.ends : { before: null, after: new Date(AT.getTime() + day * 86_400_000).toISOString() };
  return { ...person, ...who, change: { ...person.change, user: who.user, ends } };
}

/** A review of that many people and resources, called `Person 1` and so on. */
export function reviewOfMany(
  count: number,
  options: { readonly alike: boolean; readonly kinds?: readonly number[] },
): Review {
  const kinds = options.kinds ?? KINDS.map((_, index) => index);
  const people = Array.from({ length: count }, (_, index) => {
    const key = `p${index + 1}`;
    const who = { user: `perception-lab-${key}`, key, name: `Person ${index + 1}` };
    return personOf(kinds[index % kinds.length] ?? 0, who, options.alike ? 0 : 1 + index);
  });
  const actions = ['create', 'update', 'delete', 'delete,create'];
  const resources = people.map(({ key }, index) =>
    resource(actions[index % actions.length] ?? 'create', `aws_iam_user.member_${key}`, ['tags']),
  );
  return {
    lab: sampleTeam.lab,
    account: sampleTeam.account,
    at: AT.toISOString(),
    risk: 'gains-spending',
    people,
    unchanged: 3,
    descriptive: [],
    roles: [],
    driftEveryHours: 24,
    settings: [],
    unapplied: [],
    questions: people.map(({ user }) => ({ kind: 'spending-without-end', user })),
    unexplained: people.map(({ user }) => ({
      kind: 'manual-change-reverted',
      difference: { kind: 'membership-added', group: 'perception-lab-paymaster', user, unmanaged: false },
      address: null,
      attributes: [],
    })),
    blocks: [],
    withheld: [],
    suspendedDuringApply: people.map(({ user }) => user),
    plan: planOf(resources),
    quickCheck: null,
  };
}
