import { DEFAULT_KEYS, DEFAULT_SETTINGS, type Team } from '../../team/team.ts';
import type { SettingsChange } from '../manifest/schema.ts';

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
