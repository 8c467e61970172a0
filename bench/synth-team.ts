import { CAPABILITY_NAMES, operationsOf } from '../src/catalog/mturk.ts';
import { DEFAULT_SETTINGS, type Member, type Role, type Team } from '../src/team/team.ts';

/** A team of that many members in six roles: half of them with a last day, one in ten suspended, two roles each. */
export function synthTeam(size: number): Team {
  const roles = CAPABILITY_NAMES.slice(0, 6).map(
    (capability, index): Role => ({
      key: `role-${index}`,
      description: null,
      extends: [],
      allow: operationsOf(capability),
      deny: [],
      managed: index === 0 ? ['AmazonMechanicalTurkReadOnly'] : [],
    }),
  );
  return benchTeam(size, roles, (index) => ({
    roles: [`role-${index % 6}`, `role-${(index + 1) % 6}`].sort(),
    until: index % 2 === 0 ? '2027-05-31' : null,
    suspended: index % 10 === 0,
  }));
}

/** A team of that many members, who differ in what `accessOf` says of the one with that index. */
export function benchTeam(
  size: number,
  roles: readonly Role[],
  accessOf: (index: number) => Pick<Member, 'roles' | 'until' | 'suspended'>,
): Team {
  const members = Array.from(
    { length: size },
    (_, index): Member => ({
      key: `member-${index}`,
      name: `Member ${index}`,
      email: null,
      github: null,
      from: null,
      sponsor: null,
      reviewed: null,
      keys: 1,
      recipient: null,
      ...accessOf(index),
    }),
  );
  return {
    lab: 'bench-lab',
    account: '123456789012',
    owners: ['member-1'],
    roles,
    members,
    departed: [],
    freeze: [],
    snoozed: [],
    settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
  };
}
