import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { operationsOfManaged } from '../../team/parse/resolve-roles.ts';
import type { Member, Role, Team } from '../../team/team.ts';
import type { RoleChange } from '../manifest/schema.ts';

/** Roles whose definition changes, by key. Before a first file there are none. */
export function roleChanges(before: Team | null, after: Team): readonly RoleChange[] {
  const was = new Map(before?.roles.map((role) => [role.key, role]));
  const will = new Map(after.roles.map((role) => [role.key, role]));
  const holders = new Map<string, number>();
  for (const { roles } of after.members) for (const key of roles) holders.set(key, (holders.get(key) ?? 0) + 1);
  return [...new Set([...was.keys(), ...will.keys()])].sort().flatMap((key): RoleChange[] => {
    const old = was.get(key);
    const next = will.get(key);
    const [had, has] = [allowed(old), allowed(next)];
    const gained = OPERATIONS.filter((operation) => has.has(operation) && !had.has(operation));
    const lost = OPERATIONS.filter((operation) => had.has(operation) && !has.has(operation));
    const kind = old === undefined ? 'added' : next === undefined ? 'removed' : 'changed';
    if (kind === 'changed' && gained.length === 0 && lost.length === 0 && sameEffect(old, next)) return [];
    return [{ key, kind, gained, lost, members: holders.get(key) ?? 0 }];
  });
}

function allowed(role: Role | undefined): ReadonlySet<Operation> {
  if (role === undefined) return new Set();
  const denied = new Set(role.deny);
  const given = [...role.allow, ...role.managed.flatMap(operationsOfManaged)];
  return new Set(given.filter((operation) => !denied.has(operation)));
}

/** A `deny` also limits other roles of a member, so the remaining operations alone do not decide. */
function sameEffect(one: Role | undefined, other: Role | undefined): boolean {
  return JSON.stringify([one?.deny, one?.managed]) === JSON.stringify([other?.deny, other?.managed]);
}

/** Keys of members, roles and departures whose descriptive fields alone change. Sorted. */
export function descriptiveChanges(
  before: Team | null,
  after: Team,
  shown: { readonly people: ReadonlySet<string>; readonly roles: ReadonlySet<string> },
): readonly string[] {
  if (before === null) return [];
  // A changed number of access keys is a settings change.
  const members = changedKeys(before.members.map(withoutKeys), after.members.map(withoutKeys), true);
  const roles = changedKeys<Role>(before.roles, after.roles, true);
  const departed = changedKeys(before.departed, after.departed, false);
  const keys = [
    ...members.filter((key) => !shown.people.has(key)),
    ...roles.filter((key) => !shown.roles.has(key)),
    ...departed.filter((key) => !shown.people.has(key)),
  ];
  return [...new Set(keys)].sort();
}

function withoutKeys({ keys: _keys, ...member }: Member): Omit<Member, 'keys'> {
  return member;
}

function changedKeys<Item extends { readonly key: string }>(
  before: readonly Item[],
  after: readonly Item[],
  inBoth: boolean,
): readonly string[] {
  const was = new Map(before.map((item) => [item.key, JSON.stringify(item)]));
  const will = new Map(after.map((item) => [item.key, JSON.stringify(item)]));
  return [...new Set([...was.keys(), ...will.keys()])].filter(
    (key) => was.get(key) !== will.get(key) && (!inBoth || (was.has(key) && will.has(key))),
  );
}
