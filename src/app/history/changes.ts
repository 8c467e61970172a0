import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { changesAbout, changesOf, type History } from '../../history/changes.ts';
import { placeAt, versionNotes } from '../../history/timeline.ts';
import { suggester } from '../../team/suggest.ts';
import { momentOn } from './past.ts';
import { openHistory } from './read-history.ts';

export interface HistoryAnswer extends History {
  readonly lab: string | null;
}

/** Every change of access up to the end of a day (`YYYY-MM-DD`), of a member or role if a key is given. */
export async function readChanges(file: string, key: string | null, day: string): Promise<Result<HistoryAnswer>> {
  const opened = await openHistory(file);
  if (!opened.ok) return opened;
  const { branch, since, notes, versions } = opened.value;
  const upTo = momentOn(day).toISOString();
  const read = await versions(0, placeAt(since, upTo) + 1);
  if (!read.ok) return read;
  const teams = read.value.flatMap(({ past }) => past.team ?? []);
  const keys = new Set(
    teams.flatMap(({ members, roles, departed }) => [...members, ...roles, ...departed].map((each) => each.key)),
  );
  if (key !== null && !keys.has(key)) return fail('not-in-history', { key, similar: suggester()(key, [...keys]) });
  return succeed({
    branch,
    lab: teams.at(-1)?.lab ?? null,
    changes: changesAbout(changesOf(read.value, upTo), key),
    notes: [...notes, ...versionNotes(read.value)],
  });
}
