import { beginsLater, hasExpired } from '../team.ts';
import { draftOf } from './draft.ts';
import { parseDocument } from './parse-document.ts';

/** Who approves changes, by a team file. */
export interface Owners {
  /** GitHub logins in lower case, of owners who have access on that day. */
  readonly logins: readonly string[];
  /** Whether `settings.self-approval` is true, and the file has exactly one owner. */
  readonly selfApproval: boolean;
  /** How many owners the file has, with access or not. */
  readonly count: number;
}

/**
 * The owners of a team file; null if it cannot be read at all. Other mistakes in it do not matter: else a file that a newer
 * version refuses could not be corrected by an approved change. `today` is `YYYY-MM-DD`, UTC.
 */
export function readOwners(text: string, today: string): Owners | null {
  const { value, readable } = parseDocument(text, () => {});
  if (!readable) return null;
  const { owners, sections, settings } = draftOf(value);
  if (owners === null) return null;
  const keys = new Set(owners.filter((owner) => owner !== null));
  const logins = sections.members.flatMap(([key, { github, suspended, from, until }]) => {
    const isAway = hasExpired({ until: dayIn(until) }, today) || beginsLater({ from: dayIn(from) }, today);
    return keys.has(key) && typeof github === 'string' && suspended !== true && !isAway ? [github.toLowerCase()] : [];
  });
  return { logins, selfApproval: settings['self-approval'] === true && keys.size === 1, count: keys.size };
}

function dayIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
