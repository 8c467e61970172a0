import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { changesOf, type HistoryChange } from '../../history/changes.ts';
import { lastMomentOf, placeAt, type Source, type Version, versionNotes } from '../../history/timeline.ts';
import type { Team } from '../../team/team.ts';
import { DAY_MS } from '../../text/dates.ts';
import { type History, openHistory } from './read-history.ts';

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
  const opened = await openHistory(file);
  if (!opened.ok) return opened;
  const history = opened.value;
  const at = momentOn(day);
  const place = placeOn(history, day, at);
  if (!place.ok) return place;
  const begin = await lastReadable(history, placeAt(history.since, new Date(Date.parse(day) - 1).toISOString()));
  if (!begin.ok) return begin;
  const versions = await history.versions(Math.max(begin.value, 0), place.value + 1);
  if (!versions.ok) return versions;
  const last = versions.value.at(-1);
  if (last === undefined || last.past.team === null) return unreadable(file, history, last, place.value);
  return succeed({
    ...{ team: last.past.team, at, branch: history.branch, commit: last.commit },
    changes: changesOf(versions.value, at.toISOString()).filter((change) => change.at.slice(0, 10) === day),
    notes: [...history.notes, ...versionNotes(versions.value)],
  });
}

/** The end of a day (`YYYY-MM-DD`, UTC), or now if that is to come. */
export function momentOn(day: string): Date {
  return new Date(Math.min(Date.parse(lastMomentOf(day)), Date.now()));
}

/** The place of the commit in force at the end of a day; a failure before the first. */
export function placeOn({ commits, since }: History, day: string, at: Date): Result<number> {
  const place = placeAt(since, at.toISOString());
  return place === -1 ? fail('history-begins-later', { day, first: commits[0]?.date ?? '' }) : succeed(place);
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
export async function unreadable(file: string, history: History, version: Version | undefined, place: number) {
  const { since } = history;
  for (let at = place - 1; at >= 0; at--) {
    const readable = await lastReadable(history, at);
    if (!readable.ok) return readable;
    at = readable.value;
    const end = new Date(Date.parse((since[at + 1] ?? '').slice(0, 10)) - DAY_MS).toISOString().slice(0, 10);
    // A version that was replaced on its own day was in force at the end of none.
    if (at >= 0 && end >= (since[at] ?? '').slice(0, 10)) return failed(file, version, end);
  }
  return failed(file, version, null);
}

function failed(file: string, version: Version | undefined, before: string | null) {
  const { past, commit, since = '' } = version ?? {};
  const { unreadable } = past ?? {};
  const path = unreadable?.kind === 'value' ? unreadable.path : null;
  const because = path !== null ? 'value' : unreadable?.kind === 'deleted' ? 'deleted' : 'not-yaml';
  return fail('history-version-unreadable', { file, commit: commit?.id ?? '', date: since, because, path, before });
}
