import type { Member, Team } from '../../src/team/team.ts';
import { member, role, sampleTeam } from './sample-team.ts';

const SETTINGS = { reconcile: 'all', deleteAfterDays: 30, maxRemovals: 9 } as const;

/** The last day of someone whose user is deleted, one that has passed, and one to come. */
export const LAST_DAYS = ['2026-09-01', '2026-11-20', '2027-12-31'] as const;

/** One that has passed, and one to come. */
const FIRST_DAYS = ['2026-11-01', '2027-01-15'] as const;

export const EVENING_TEAM: Team = {
  ...sampleTeam,
  members: [...sampleTeam.members, member({ key: 'hal', roles: ['paymaster'], until: LAST_DAYS[0] })],
  settings: { ...sampleTeam.settings, ...SETTINGS },
};

type Edit = (team: Team, key: string) => Team;

const inOrder = <Item extends { readonly key: string }>(items: readonly Item[]) =>
  items.toSorted((one, other) => (one.key < other.key ? -1 : 1));

const withMember = (team: Team, key: string, change: (member: Member) => Partial<Member>): Team => ({
  ...team,
  members: team.members.map((each) => (each.key === key ? { ...each, ...change(each) } : each)),
});

/** The role and its members under another key. */
const withRoleNamed = (team: Team, from: string, to: string): Team => ({
  ...team,
  roles: inOrder(team.roles.map((each) => (each.key === from ? { ...each, key: to } : each))),
  members: team.members.map((each) => ({
    ...each,
    roles: each.roles.map((key) => (key === from ? to : key)).sort(),
  })),
});

const hasRole = ({ roles }: Team, key: string) => roles.some((each) => each.key === key);

/** Changes of the file, of one member where they are of one. */
export const EDITS: readonly Edit[] = [
  // A new role, which the member gets, or gone again.
  (team, key) => {
    const { allow } = EVENING_TEAM.roles.find((each) => each.key === 'paymaster') ?? { allow: [] };
    if (!hasRole(team, 'reviewers')) {
      const roles = inOrder([...team.roles, role({ key: 'reviewers', allow })]);
      return withMember({ ...team, roles }, key, ({ roles: had }) => ({ roles: [...had, 'reviewers'].sort() }));
    }
    return {
      ...team,
      roles: team.roles.filter((each) => each.key !== 'reviewers'),
      members: team.members.map((each) => ({ ...each, roles: each.roles.filter((had) => had !== 'reviewers') })),
    };
  },
  (team) => (hasRole(team, 'reviewers') ? team : withRoleNamed(team, 'paymaster', 'reviewers')),
  (team) => (hasRole(team, 'paymaster') ? team : withRoleNamed(team, 'reviewers', 'paymaster')),
  ...LAST_DAYS.map(
    (until): Edit =>
      (team, key) =>
        withMember(team, key, () => ({ until })),
  ),
  (team, key) => withMember(team, key, ({ suspended }) => ({ suspended: !suspended })),
  ...[...FIRST_DAYS, null].map(
    (from): Edit =>
      (team, key) =>
        withMember(team, key, () => ({ from })),
  ),
  (team) => ({ ...team, freeze: team.freeze.length === 0 ? ['hits:publish', 'pay:bonus', 'results:read'] : [] }),
  // Departed, or back.
  (team, key) => {
    const departed = team.departed.filter((each) => each.key !== key);
    const back = EVENING_TEAM.members.filter((each) => each.key === key);
    return team.members.some((each) => each.key === key)
      ? {
          ...team,
          members: team.members.filter((each) => each.key !== key),
          departed: inOrder([...departed, { key, left: '2026-10-01', reason: 'graduated' }]),
        }
      : {
          ...team,
          departed,
          members: inOrder([
            ...team.members,
            ...back.map((each) => ({ ...each, roles: each.roles.filter((had) => hasRole(team, had)) })),
          ]),
        };
  },
];
