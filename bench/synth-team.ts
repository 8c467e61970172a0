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
  const members = Array.from(
    { length: size },
    (_, index): Member => ({
      key: `member-${index}`,
      name: `Member ${index}`,
      email: null,
      github: null,
      roles: [`role-${index % 6}`, `role-${(index + 1) % 6}`].sort(),
      until: index % 2 === 0 ? '2027-05-31' : null,
      sponsor: null,
      suspended: index % 10 === 0,
      keys: 1,
    }),
  );
  return {
    lab: 'bench-lab',
    account: '123456789012',
    owners: ['member-0'],
    roles,
    members,
    departed: [],
    freeze: [],
    snoozed: [],
    settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
  };
}
