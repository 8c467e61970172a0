import { DEFAULT_KEYS, DEFAULT_SETTINGS, type Settings } from '../../team/settings.ts';
import type { Team } from '../../team/team.ts';
import type { SettingsChange } from './review.ts';

/** What changes of the guards, in a fixed order. Most of a first file has nothing to be compared with. */
export function settingsChanges(before: Team | null, after: Team): readonly SettingsChange[] {
  if (before === null) return firstGuards(after);
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
  return [...found, ...driftGuards(before, after), ...keyGuards(before, after), ...snoozeGuards(before, after)];
}

/** What a first file does that nobody expects of one, since nothing of it holds where a file says nothing. */
function firstGuards(after: Team): readonly SettingsChange[] {
  const empty: Team = {
    ...after,
    members: [],
    snoozed: [],
    settings: { ...after.settings, reconcile: DEFAULT_SETTINGS.reconcile },
  };
  return [...driftGuards(empty, after), ...keyGuards(empty, after), ...snoozeGuards(empty, after)];
}

/** How many findings are reverted in 24 hours; null if none are. */
function quotaOf({ reconcile }: Settings): number | null {
  return reconcile.mode === 'none' ? null : reconcile.perDay;
}

/** What the lab relies on to learn of what is done behind its back, and what is done about it unasked. */
function driftGuards({ settings: was }: Team, { settings: is }: Team): readonly SettingsChange[] {
  const quota = { from: quotaOf(was), to: quotaOf(is) };
  const changes: readonly SettingsChange[] = [
    { kind: 'reconcile', ...quota },
    { kind: 'key-age', from: was.keyMaxAgeDays, to: is.keyMaxAgeDays },
    { kind: 'drift-period', from: was.driftEveryHours, to: is.driftEveryHours },
    { kind: 'renewal', from: was.renewBeforeDays, to: is.renewBeforeDays },
  ];
  return changes.filter((change) => 'from' in change && change.from !== change.to);
}

/** Whoever joins and may have more keys than everybody else is told, too: `from` is then null. */
function keyGuards(before: Team, after: Team): readonly SettingsChange[] {
  const was = new Map(before.members.map(({ key, keys }) => [key, keys]));
  return after.members.flatMap(({ key, keys }): SettingsChange[] => {
    const had = was.get(key) ?? null;
    return keys === (had ?? DEFAULT_KEYS) || (had === null && keys < DEFAULT_KEYS)
      ? []
      : [{ kind: 'keys', member: key, from: had, to: keys }];
  });
}

/** The longest reason that travels in a manifest: the file has all of it. */
const LONGEST_REASON = 300;

function snoozeGuards(before: Team, after: Team): readonly SettingsChange[] {
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
