import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { resourceOfArn } from '../../iam/arn.ts';
import { stableJson } from '../../iam/canonical.ts';
import { endOf } from '../../team/documents.ts';
import { allowedByRole } from '../../team/resolve-roles.ts';
import { activeOwners, DEFAULT_KEYS, DEFAULT_SETTINGS, type Role, statePlaceName, type Team } from '../../team/team.ts';
import { cut } from '../../text/markdown.ts';
import type { Question, RoleChange, SettingsChange } from '../manifest/schema.ts';

/** In a fixed order. Without a file before that can be read: who approves, and what differs from the defaults. */
export function settingsChanges(
  before: Team | null,
  after: Team,
  applied: Team | null = null,
  today: string | null = null,
): readonly SettingsChange[] {
  const { settings: is } = after;
  const defaults = { ...DEFAULT_SETTINGS, state: is.state };
  const earlier = before ?? { ...after, members: [], snoozed: [], freeze: [], settings: defaults };
  const { settings: was } = earlier;
  // Until a departure is applied, the member's user and keys are there.
  const known = { ...earlier, members: [...(applied?.members ?? []), ...earlier.members] };
  const lab: readonly SettingsChange[] = [
    { kind: 'lab', from: earlier.lab, to: after.lab },
    { kind: 'account', from: earlier.account, to: after.account },
    ...ownerSettings(earlier, after, before === null ? null : today),
    // Of new owners, too: an earlier change of a login, when it approved nothing, was words.
    ...after.owners.map((owner) => ({
      kind: 'owner-login' as const,
      owner,
      from: earlier.owners.includes(owner) ? loginOf(earlier, owner) : null,
      to: loginOf(after, owner),
    })),
    { kind: 'freeze', ...gainedLost(earlier.freeze, after.freeze) },
    { kind: 'max-removals', from: was.maxRemovals, to: is.maxRemovals },
  ];
  const nameOf = ({ state }: typeof is) => (state === null ? null : statePlaceName(state));
  // The bucket may stay while its region changes.
  const isMoved = stableJson(was.state) !== stableJson(is.state);
  const others: readonly SettingsChange[] = [
    { kind: 'neighbors', ...gainedLost(was.neighbors, is.neighbors) },
    { kind: 'self-approval', from: was.selfApproval, to: is.selfApproval },
    {
      kind: 'administrators',
      ...gainedLost(was.administrators.map(resourceOfArn), is.administrators.map(resourceOfArn)),
    },
    { kind: 'reconcile', from: was.reconcile, to: is.reconcile },
    { kind: 'delete-after', from: was.deleteAfterDays, to: is.deleteAfterDays },
    { kind: 'key-age', from: was.keyMaxAgeDays, to: is.keyMaxAgeDays },
    { kind: 'rotation', from: was.rotateAfterDays, to: is.rotateAfterDays },
    { kind: 'drift-period', from: was.driftEveryHours, to: is.driftEveryHours },
    { kind: 'renewal', from: was.renewBeforeDays, to: is.renewBeforeDays },
    { kind: 'review-period', from: was.reviewEveryDays, to: is.reviewEveryDays },
    reviewedMembers(earlier, after),
  ];
  return [
    ...lab.filter(isChanged),
    ...(isMoved ? [{ kind: 'state' as const, from: nameOf(was), to: nameOf(is) }] : []),
    ...others.filter(isChanged),
    ...recipientSettings(known, after),
    ...keySettings(known, after),
    ...snoozeSettings(earlier, after),
  ];
}

/** The days from today on from which other owners can approve, of either file. */
function approvalDays(teams: readonly Team[], today: string): readonly string[] {
  const days = teams.flatMap(({ owners, members }) =>
    members
      .filter(({ key }) => owners.includes(key))
      .flatMap(({ from, until }) => [from ?? today, until === null ? today : endOf(until).slice(0, 10)]),
  );
  return [today, ...days.filter((day) => day > today).sort()];
}

/** Who becomes an owner or is none any more, or can approve at all or no longer, and who can on more days or fewer. */
function ownerSettings(before: Team, after: Team, today: string | null): readonly SettingsChange[] {
  const owners = gainedLost(before.owners, after.owners);
  if (today === null) return [{ kind: 'owners', ...owners }];
  const days = approvalDays([before, after], today);
  const ever = (team: Team) => days.flatMap((day) => activeOwners(team, day));
  const all = [owners, gainedLost(ever(before), ever(after))];
  const daily = days.map((day) => gainedLost(activeOwners(before, day), activeOwners(after, day)));
  const known = new Set(all.flatMap(({ gained, lost }) => [...gained, ...lost]));
  const side = (of: typeof all, name: 'gained' | 'lost') => [...new Set(of.flatMap((each) => each[name]))];
  const rest = (name: 'gained' | 'lost') => side(daily, name).filter((key) => !known.has(key));
  return [
    { kind: 'owners', gained: side(all, 'gained'), lost: side(all, 'lost') },
    { kind: 'owner-days', gained: rest('gained'), lost: rest('lost') },
  ];
}

/** Asks who approves from the first day on which a change leaves no owner with access. */
export function approverQuestions(before: Team | null, after: Team, today: string): readonly Question[] {
  const isApproved = (team: Team, day: string) => activeOwners(team, day).length > 0;
  const from = approvalDays([before ?? after, after], today).find(
    (day) => !isApproved(after, day) && (before === null || isApproved(before, day)),
  );
  return from === undefined ? [] : [{ kind: 'no-approver', from }];
}

/** Settings that were merged and not applied, as far as the later file has not taken them back. */
export function unappliedSettings(
  applied: Team,
  before: Team,
  after: Team,
  today: string | null = null,
): readonly SettingsChange[] {
  const left = new Map(settingsChanges(applied, after, null, today).map((change) => [subjectOf(change), change]));
  return settingsChanges(applied, before, null, today)
    .flatMap((change) => {
      const still = left.get(subjectOf(change));
      if (still === undefined) return [];
      if (!('gained' in change) || !('gained' in still)) return [change];
      const both = (side: 'gained' | 'lost') => change[side].filter((each) => still[side].some((one) => one === each));
      return [{ ...change, gained: both('gained'), lost: both('lost') } as SettingsChange];
    })
    .filter(isChanged);
}

function subjectOf(change: SettingsChange): string {
  const { kind, owner = '', member = '', finding = '' }: Readonly<Record<string, unknown>> = change;
  return stableJson([kind, owner, member, finding]);
}

function isChanged(change: SettingsChange): boolean {
  if ('gained' in change) return change.gained.length + change.lost.length > 0;
  return JSON.stringify(change.from) !== JSON.stringify(change.to);
}

/** Of members of both files: for whom someone vouches on a later day, and for whom no one does or on an earlier one. */
function reviewedMembers(before: Team, after: Team): SettingsChange {
  const days = ({ members }: Team) => new Map(members.map(({ key, reviewed }) => [key, reviewed ?? '']));
  const later = (one: Team, other: Team) => {
    const others = days(other);
    return [...days(one)].flatMap(([key, day]) => (day > (others.get(key) ?? day) ? [key] : []));
  };
  return { kind: 'reviewed', gained: later(after, before), lost: later(before, after) };
}

/** `from` is null for a new member, who is listed only with more keys than the default. */
function keySettings(before: Team, after: Team): readonly SettingsChange[] {
  const was = new Map(before.members.map(({ key, keys }) => [key, keys]));
  return after.members.flatMap(({ key, keys }): SettingsChange[] => {
    const from = was.get(key) ?? null;
    const isListed = from === null ? keys > DEFAULT_KEYS : keys !== from;
    return isListed ? [{ kind: 'keys', member: key, from, to: keys }] : [];
  });
}

/** `from` is null for a member who had no recipient, and for a new member, whose whole access is reviewed. Who left is not new. */
function recipientSettings(before: Team, after: Team): readonly SettingsChange[] {
  const was = new Map(before.members.map(({ key, recipient }) => [key, recipient]));
  return after.members.flatMap(({ key: member, name, recipient: to }): SettingsChange[] => {
    const from = was.get(member) ?? null;
    const isNewMember = !was.has(member) && !before.departed.some(({ key }) => key === member);
    return from === to ? [] : [{ kind: 'recipient', member, name, isNewMember, from, to }];
  });
}

/** Longest reason in a manifest; the file has all of it. */
const LONGEST_REASON = 300;

function snoozeSettings(before: Team, after: Team): readonly SettingsChange[] {
  const pairs = pairsOf(before.snoozed, after.snoozed, ({ finding }) => finding);
  return pairs.flatMap(([finding, old, next]): SettingsChange[] => {
    if (old?.until === next?.until && old?.reason === next?.reason) return [];
    const reason = next === undefined ? null : cut(next.reason.replace(/\s+/g, ' ').trim(), LONGEST_REASON);
    return [{ kind: 'snooze', finding, from: old?.until ?? null, to: next?.until ?? null, reason }];
  });
}

function loginOf(team: Team, key: string): string | null {
  return team.members.find((member) => member.key === key)?.github ?? null;
}

function gainedLost<Item>(before: readonly Item[], after: readonly Item[]) {
  return {
    gained: after.filter((item) => !before.includes(item)),
    lost: before.filter((item) => !after.includes(item)),
  };
}

/** What two lists hold under each key, sorted by key. */
function pairsOf<Item>(before: readonly Item[], after: readonly Item[], keyOf: (item: Item) => string) {
  const was = new Map(before.map((item) => [keyOf(item), item]));
  const will = new Map(after.map((item) => [keyOf(item), item]));
  return [...new Set([...was.keys(), ...will.keys()])].sort().map((key) => [key, was.get(key), will.get(key)] as const);
}

/** Roles whose definition changes, by key. Before a first file there are none. */
export function roleChanges(before: Team | null, after: Team): readonly RoleChange[] {
  return pairsOf<Role>(before?.roles ?? [], after.roles, ({ key }) => key).flatMap(([key, old, next]): RoleChange[] => {
    const { gained, lost } = gainedLost(allowed(old), allowed(next));
    const kind = old === undefined ? 'added' : next === undefined ? 'removed' : 'changed';
    if (kind === 'changed' && gained.length === 0 && lost.length === 0 && sameEffect(old, next)) return [];
    return [{ key, kind, gained, lost, members: after.members.filter(({ roles }) => roles.includes(key)).length }];
  });
}

function allowed(role: Role | undefined): readonly Operation[] {
  if (role === undefined) return [];
  const given = new Set(allowedByRole(role));
  return OPERATIONS.filter((operation) => given.has(operation) && !role.deny.includes(operation));
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
  // All else of members is access, or a settings change.
  const members = ({ members }: Team) =>
    members.map(({ key, name, email, github, sponsor }) => ({ key, name, email, github, sponsor }));
  const keys = [
    ...changedKeys(members(before), members(after), true).filter((key) => !shown.people.has(key)),
    ...changedKeys(before.roles, after.roles, true).filter((key) => !shown.roles.has(key)),
    ...changedKeys(before.departed, after.departed, false).filter((key) => !shown.people.has(key)),
  ];
  return [...new Set(keys)].sort();
}

function changedKeys<Item extends { readonly key: string }>(
  before: readonly Item[],
  after: readonly Item[],
  inBoth: boolean,
): readonly string[] {
  return pairsOf(before, after, ({ key }) => key).flatMap(([key, old, next]) =>
    stableJson(old ?? null) === stableJson(next ?? null) || (inBoth && (old === undefined || next === undefined))
      ? []
      : [key],
  );
}
