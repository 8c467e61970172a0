import type { Team } from '../team/team.ts';
import type { Commit } from './commits.ts';
import type { PastTeam, Unreadable } from './past-team.ts';

export interface Version {
  readonly commit: Commit;
  readonly past: PastTeam;
  /** ISO 8601, UTC: the date of the commit, or of an earlier one if that is later. It cannot have been merged before. */
  readonly since: string;
}

/** What a reader must know of the history itself. Each code has a row in docs/reference/findings-drift.md. */
export type HistoryNote =
  | { readonly code: 'history-renamed'; readonly commit: Commit; readonly from: string }
  | { readonly code: 'history-rewritten'; readonly commits: readonly string[] }
  | { readonly code: 'history-dates-differ'; readonly commit: Commit; readonly since: string }
  | { readonly code: 'history-version-unreadable'; readonly commit: Commit; readonly because: Unreadable }
  | { readonly code: 'history-names-ignored'; readonly names: readonly string[]; readonly commit: Commit };

/** Where an answer is from: the version in force, and what a reader must know of the history. */
export interface Source {
  /** `origin/main`, or `main` of a clone without that. */
  readonly branch: string;
  readonly commit: Commit;
  readonly notes: readonly HistoryNote[];
}

/** Versions that were merged into a branch, oldest first. */
export interface MergedVersions extends Pick<Source, 'branch' | 'notes'> {
  readonly versions: readonly Version[];
}

/** The moments at which commits count, oldest first: none before the one that it follows, and one dated after `now` from that day on. */
export function sinceOf(commits: readonly Commit[], now: string): readonly string[] {
  let latest = '';
  return commits.map(({ date }) => {
    const counts = date > now ? `${now.slice(0, 10)}T00:00:00.000Z` : date;
    if (counts > latest) latest = counts;
    return latest;
  });
}

/** The place of the commit in force at a moment (ISO 8601, UTC), -1 before the first. */
export function placeAt(since: readonly string[], moment: string): number {
  return since.findLastIndex((each) => each <= moment);
}

/** The last moment of a day (`YYYY-MM-DD`, UTC). */
export function lastMomentOf(day: string): string {
  return `${day}T23:59:59.999Z`;
}

/** Commits whose date is on another day than the one on which they can have been merged. */
export function dateNotes(commits: readonly Commit[], since: readonly string[]): readonly HistoryNote[] {
  return commits.flatMap((commit, index) => {
    const at = since[index] ?? commit.date;
    const isSame = at.slice(0, 10) === commit.date.slice(0, 10);
    return isSame ? [] : [{ code: 'history-dates-differ' as const, commit, since: at }];
  });
}

/** Versions that say nothing, and names without a meaning today in the others, each once. */
export function versionNotes(versions: readonly Version[]): readonly HistoryNote[] {
  const known = new Set<string>();
  return versions.flatMap(({ commit, past }): readonly HistoryNote[] => {
    if (past.team === null) return [{ code: 'history-version-unreadable', commit, because: past.unreadable }];
    const names = past.ignored.filter((name) => !known.has(name));
    for (const name of names) known.add(name);
    return names.length === 0 ? [] : [{ code: 'history-names-ignored', commit, names }];
  });
}

/** The commit since which something is so, without a break. */
export interface Since {
  readonly version: Version;
  /** The commits between it and the last version that says otherwise: it may have been so since one of them. */
  readonly unreadable: readonly Commit[];
}

/** Since when something has been so in the last of some versions, oldest first; null if it is not so. */
export function sinceWhen(versions: readonly Version[], isSo: (team: Team) => boolean): Since | null {
  let found: Version | null = null;
  let skipped: Commit[] = [];
  for (const version of versions.toReversed()) {
    const { team } = version.past;
    if (team === null) skipped.unshift(version.commit);
    else if (isSo(team)) {
      found = version;
      skipped = [];
    } else break;
  }
  return found === null ? null : { version: found, unreadable: skipped };
}
