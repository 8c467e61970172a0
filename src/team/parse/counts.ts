import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import { DEFAULT_KEYS, DEFAULT_SETTINGS } from '../settings.ts';

/** What a whole number of the file may be. */
export interface Count {
  readonly minimum: number;
  /** Null where any larger number means something. */
  readonly maximum: number | null;
  /** What holds where the file says nothing. */
  readonly usual: number;
}

/** Every whole number that a team file may hold, by its key: the schema, the shape and the rules read it here. */
export const COUNTS = {
  keys: { minimum: 0, maximum: 2, usual: DEFAULT_KEYS },
  'max-removals': { minimum: 0, maximum: null, usual: DEFAULT_SETTINGS.maxRemovals },
  'key-max-age-days': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.keyMaxAgeDays },
  'per-day': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.reconcile.perDay },
  'delete-after-days': { minimum: 1, maximum: null, usual: 30 },
  'drift-every-hours': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.driftEveryHours },
  'renew-before-days': { minimum: 0, maximum: null, usual: DEFAULT_SETTINGS.renewBeforeDays },
} as const satisfies Readonly<Record<string, Count>>;

type CountKey = keyof typeof COUNTS;

/** The count that belongs at a path of the file; null where something else does. */
export function countAt(path: DocumentPath): CountKey | null {
  const key = path.at(-1);
  if (typeof key !== 'string' || !Object.hasOwn(COUNTS, key)) return null;
  return belongs(key as CountKey, path) ? (key as CountKey) : null;
}

function belongs(key: CountKey, path: DocumentPath): boolean {
  if (key === 'keys') return path.length === 3 && path[0] === 'members';
  if (key === 'per-day') return path.length === 3 && path[0] === 'settings' && path[1] === 'reconcile';
  return path.length === 2 && path[0] === 'settings';
}

export function isCount(value: number, { minimum, maximum }: Count): boolean {
  return Number.isSafeInteger(value) && value >= minimum && (maximum === null || value <= maximum);
}
