import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { operationsOfManaged } from '../../team/parse/resolve-roles.ts';
import type { Member, Role, Team } from '../../team/team.ts';
import { DEFAULT_KEYS, DEFAULT_SETTINGS } from '../../team/team.ts';
import type { RoleChange, SettingsChange } from '../manifest/schema.ts';

/** Changed settings, in a fixed order. Most of a first file has nothing to compare with. */
export function settingsChanges(before: Team | null, after: Team): readonly SettingsChange[] {
  if (before === null) return firstSettings(after);
  const found: SettingsChange[] = [];
  if (before.lab !== after.lab) found.push({ kind: 'lab', from: before.lab, to: after.lab });
  if (before.account !== after.account) found.push({ kind: 'account', from: before.account, to: after.account });
  const owners = { gained: without(after.owners, before.owners), lost: without(before.owners, after.owners) };
  if (owners.gained.length + owners.lost.length > 0) found.push({ kind: 'owners', ...owners });
  for (const owner of after.owners.filter((key) => before.owners.includes(key))) {
    const [from, to] = [loginOf(before, owner), loginOf(after, owner)];
    if (from !== to) found.push({ kind: 'owner-login', owner, from, to });
  }
  const freeze = { gained: without(after.freeze, before.freeze), lost: without(before.freeze, after.freeze) };
  if (freeze.gained.length + freeze.lost.length > 0) found.push({ kind: 'freeze', ...freeze });
  const [limitWas, limitIs] = [before.settings.maxRemovals, after.settings.maxRemovals];
  if (limitWas !== limitIs) found.push({ kind: 'max-removals', from: limitWas, to: limitIs });
  const [stateWas, stateIs] = [before.settings.state, after.settings.state];
  if (JSON.stringify(stateWas) !== JSON.stringify(stateIs)) {
    found.push({ kind: 'state', from: stateWas?.bucket ?? null, to: stateIs?.bucket ?? null });
  }
  return [...found, ...driftSettings(before, after), ...keySettings(before, after), ...snoozeSettings(before, after)];
}

/** Settings of a first file that differ from the defaults. */
function firstSettings(after: Team): readonly SettingsChange[] {
  const { reconcile, deleteAfterDays } = DEFAULT_SETTINGS;
  const empty: Team = {
    ...after,
    members: [],
    snoozed: [],
    settings: { ...after.settings, reconcile, deleteAfterDays },
  };
  return [...driftSettings(empty, after), ...keySettings(empty, after), ...snoozeSettings(empty, after)];
}

function driftSettings({ settings: was }: Team, { settings: is }: Team): readonly SettingsChange[] {
  const changes: readonly SettingsChange[] = [
    { kind: 'reconcile', from: was.reconcile, to: is.reconcile },
    { kind: 'delete-after', from: was.deleteAfterDays, to: is.deleteAfterDays },
    { kind: 'key-age', from: was.keyMaxAgeDays, to: is.keyMaxAgeDays },
    { kind: 'drift-period', from: was.driftEveryHours, to: is.driftEveryHours },
    { kind: 'renewal', from: was.renewBeforeDays, to: is.renewBeforeDays },
  ];
  return changes.filter((change) => 'from' in change && JSON.stringify(change.from) !== JSON.stringify(change.to));
}

/** `from` is null for a new member, who is listed only with more keys than the default. */
function keySettings(before: Team, after: Team): readonly SettingsChange[] {
  const was = new Map(before.members.map(({ key, keys }) => [key, keys]));
  return after.members.flatMap(({ key, keys }): SettingsChange[] => {
    const had = was.get(key) ?? null;
    return keys === (had ?? DEFAULT_KEYS) || (had === null && keys < DEFAULT_KEYS)
      ? []
      : [{ kind: 'keys', member: key, from: had, to: keys }];
  });
}

/** Longest reason in a manifest; the file has all of it. */
const LONGEST_REASON = 300;

function snoozeSettings(before: Team, after: Team): readonly SettingsChange[] {
  const was = new Map(before.snoozed.map((snooze) => [snooze.finding, snooze]));
  const will = new Map(after.snoozed.map((snooze) => [snooze.finding, snooze]));
  return [...new Set([...was.keys(), ...will.keys()])].sort().flatMap((finding): SettingsChange[] => {
    const [old, next] = [was.get(finding), will.get(finding)];
    if (old?.until === next?.until && old?.reason === next?.reason) return [];
    const reason = next === undefined ? null : cut(next.reason.replace(/\s+/g, ' ').trim());
    return [{ kind: 'snooze', finding, from: old?.until ?? null, to: next?.until ?? null, reason }];
  });
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_REASON ? text : `${characters.slice(0, LONGEST_REASON - 1).join('')}…`;
}

function loginOf(team: Team, key: string): string | null {
  return team.members.find((member) => member.key === key)?.github ?? null;
}

function without<Item>(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  return items.filter((item) => !others.includes(item));
}

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
