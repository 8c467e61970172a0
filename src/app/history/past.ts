import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { changesAbout, changesOf, type HistoryChange } from '../../history/changes.ts';
import { lastMomentOf, placeAt, type Source, type Version, versionNotes } from '../../history/timeline.ts';
import { suggester } from '../../team/suggest.ts';
import type { Team } from '../../team/team.ts';
import { DAY_MS } from '../../text/dates.ts';
import { type History, openHistory, readVersions } from './read-history.ts';

/** The team file as of the end of a day, UTC, as it was merged. */
export interface Past extends Source {
  readonly team: Team;
  /** The moment: the end of the day, or now if it is today. */
  readonly at: Date;
  /** What changed on the day. */
  readonly changes: readonly HistoryChange[];
}

/** Reads the version that was in force at the end of a day (`YYYY-MM-DD`). */
export async function pastOf(file: string, day: string): Promise<Result<Past>> {
  const read = await historyOn(file, day, (history) =>
    lastReadable(history, placeAt(history.since, new Date(Date.parse(day) - 1).toISOString())),
  );
  if (!read.ok) return read;
  const { history: _history, versions, ...past } = read.value;
  const changes = changesOf(versions, past.at.toISOString()).filter((change) => change.at.slice(0, 10) === day);
  return succeed({ ...past, changes });
}

/** Every change of access up to the end of a day (`YYYY-MM-DD`), of a member or role if a key is given. */
export async function readChanges(file: string, key: string | null, day: string) {
  const upTo = momentOn(day).toISOString();
  const read = await readVersions(file, upTo);
  if (!read.ok) return read;
  const { branch, versions, notes } = read.value;
  const teams = versions.flatMap(({ past }) => past.team ?? []);
  const keys = new Set(
    teams.flatMap(({ members, roles, departed }) => [...members, ...roles, ...departed].map((each) => each.key)),
  );
  if (key !== null && !keys.has(key)) return fail('not-in-history', { key, similar: suggester()(key, [...keys]) });
  const changes = changesAbout(changesOf(versions, upTo), key);
  return succeed({ branch, lab: teams.at(-1)?.lab ?? null, changes, notes });
}

/** The versions from a place (all, if none is given) up to the one in force at the end of a day, which can be read. */
export async function historyOn(
  file: string,
  day: string,
  begin: (history: History) => Promise<Result<number>> = async () => succeed(0),
) {
  const opened = await openHistory(file);
  if (!opened.ok) return opened;
  const history = opened.value;
  const { branch, commits, since } = history;
  const at = momentOn(day);
  const place = placeAt(since, at.toISOString());
  if (place === -1) return fail('history-begins-later', { day, first: commits[0]?.date ?? '' });
  const first = await begin(history);
  if (!first.ok) return first;
  const read = await history.versions(Math.max(first.value, 0), place + 1);
  if (!read.ok) return read;
  const versions = read.value;
  const last = versions.at(-1);
  if (last === undefined || last.past.team === null) return unreadable(file, history, last, place);
  const notes = [...history.notes, ...versionNotes(versions)];
  return succeed({ history, versions, team: last.past.team, at, branch, commit: last.commit, notes });
}

/** The end of a day (`YYYY-MM-DD`, UTC), or now if that is to come. */
function momentOn(day: string): Date {
  return new Date(Math.min(Date.parse(lastMomentOf(day)), Date.now()));
}

/** The place of the newest version up to one that can be read; -1 if none can. */
async function lastReadable(history: History, place: number): Promise<Result<number>> {
  for (let at = place; at >= 0; at--) {
    const versions = await history.versions(at, at + 1);
    if (!versions.ok) return versions;
    if (versions.value[0]?.past.team) return succeed(at);
  }
  return succeed(-1);
}

/** That the version in force says nothing, with the last day whose version does. */
async function unreadable(file: string, { since, versions }: History, version: Version | undefined, place: number) {
  let before: string | null = null;
  for (let at = place - 1; at >= 0 && before === null; at--) {
    const read = await versions(at, at + 1);
    if (!read.ok) return read;
    const end = new Date(Date.parse((since[at + 1] ?? '').slice(0, 10)) - DAY_MS).toISOString().slice(0, 10);
    // A version that was replaced on its own day was in force at the end of none.
    if (read.value[0]?.past.team && end >= (since[at] ?? '').slice(0, 10)) before = end;
  }
  const { past, commit, since: date = '' } = version ?? {};
  const why = past?.unreadable ?? { kind: 'not-yaml' };
  const path = why.kind === 'value' ? why.path : null;
  return fail('history-version-unreadable', { file, commit: commit?.id ?? '', date, because: why.kind, path, before });
}
