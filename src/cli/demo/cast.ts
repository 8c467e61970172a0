import type { MANAGED_POLICIES } from '../../catalog/managed-policies.ts';
import { CAPABILITIES, capabilityOf, OPERATIONS, riskOf } from '../../catalog/mturk.ts';
import { activeMembers, type Member, type Role, type Team } from '../../team/team.ts';

/** Who plays what in a demo on some team. */
export interface Cast {
  /** The key of a student who is not in the team yet. */
  readonly student: { readonly key: string; readonly name: string };
  /** What the student starts with: the role that spends least. */
  readonly starter: Role;
  /** The role that spends most, which nobody should slip into; null where no role spends. */
  readonly paying: Role | null;
  /** A member who may not do everything, for a policy that is attached by hand. */
  readonly other: Member | null;
  /** A role with members and a policy of its own, which somebody takes off its group. */
  readonly disarmed: Role | null;
}

/** Finds the parts of the story in a team; null where it has no role that gives anything. */
export function castOf(team: Team, today: string): Cast | null {
  const byRisk = team.roles.filter(grants).sort((a, b) => spending(a) - spending(b) || a.allow.length - b.allow.length);
  const starter = byRisk.find((role) => role.allow.length > 0);
  if (starter === undefined) return null;
  const members = activeMembers(team, today).filter((member) => !member.suspended);
  const holders = (role: Role) => members.filter((member) => member.roles.includes(role.key));
  const pays = (role: Role) => role.key !== starter.key && role.allow.length > 0 && spending(role) > 0;
  const paying = byRisk.findLast((role) => pays(role) && !isWide(role)) ?? byRisk.findLast(pays);
  const other = members.find((member) =>
    team.roles.every((role) => !(member.roles.includes(role.key) && isWide(role))),
  );
  const disarmed = byRisk.find(
    (role) => role.allow.length > 0 && role.key !== starter.key && role.key !== paying?.key && holders(role).length > 0,
  );
  return {
    student: studentFor(team),
    starter,
    paying: paying ?? null,
    other: other ?? null,
    disarmed: disarmed ?? null,
  };
}

function grants(role: Role): boolean {
  return role.allow.length > 0 || role.managed.length > 0;
}

/** How many capabilities that spend a role gives; AWS's full access gives all of them. */
function spending(role: Role): number {
  const operations = isWide(role) ? OPERATIONS : role.allow;
  const spends = operations.filter((operation) => riskOf(operation) === 'spends' && !role.deny.includes(operation));
  return new Set(spends.map(capabilityOf)).size;
}

function isWide(role: Role): boolean {
  const full: keyof typeof MANAGED_POLICIES = 'AmazonMechanicalTurkFullAccess';
  return role.managed.includes(full) || role.allow.length > OPERATIONS.length - Object.keys(CAPABILITIES).length;
}

function studentFor(team: Team): Cast['student'] {
  const taken = new Set([...team.members, ...team.departed].map(({ key }) => key.toLowerCase()));
  const names = [
    { key: 'eve', name: 'Eve Lindqvist' },
    { key: 'noor', name: 'Noor Haddad' },
    { key: 'tomas', name: 'Tomás Pereira' },
  ];
  const free = names.find(({ key }) => !taken.has(key));
  if (free !== undefined) return free;
  let number = 1;
  while (taken.has(`student-${number}`)) number += 1;
  return { key: `student-${number}`, name: 'A new student' };
}
