interface StateBucket {
  readonly bucket: string;
  readonly region: string;
}

/**
 * What the scheduled job reverts: nothing; manual changes that added access or removed a guard; or any drift, back to what
 * was last applied.
 */
export const RECONCILE_MODES = ['none', 'additions', 'all'] as const;

export type ReconcileMode = (typeof RECONCILE_MODES)[number];

/** Settings of a lab; what team.yaml leaves out has its default. */
export interface Settings {
  /** The most members one apply may delete. */
  readonly maxRemovals: number;
  /** Null keeps Terraform's state in a local file. */
  readonly state: StateBucket | null;
  /** Days after which an access key is too old. */
  readonly keyMaxAgeDays: number;
  /** `perDay` is the most findings that are reverted in 24 hours. */
  readonly reconcile: { readonly mode: ReconcileMode; readonly perDay: number };
  /** Days after the last day of a member on which the user is deleted; null for never. */
  readonly deleteAfterDays: number | null;
  /** How often the drift workflow looks, in hours. */
  readonly driftEveryHours: number;
  /** How many days before the last day of members their renewal is asked for. */
  readonly renewBeforeDays: number;
}

/** What holds where the file says nothing. */
export const DEFAULT_SETTINGS: Settings = {
  maxRemovals: 3,
  state: null,
  keyMaxAgeDays: 90,
  reconcile: { mode: 'none', perDay: 3 },
  deleteAfterDays: null,
  driftEveryHours: 24,
  renewBeforeDays: 30,
};

/** How many access keys a member may have where the file says nothing; a second one is for a rotation. */
export const DEFAULT_KEYS = 1;

/** What a whole number of the file can be. */
interface Count {
  readonly minimum: number;
  /** Null if there is none. */
  readonly maximum: number | null;
  /** The default, or an example if there is no default. */
  readonly usual: number;
}

export type CountKey =
  | 'keys'
  | 'max-removals'
  | 'key-max-age-days'
  | 'per-day'
  | 'delete-after-days'
  | 'drift-every-hours'
  | 'renew-before-days';

/** Every whole number of a team file, by its key. */
export const COUNTS: Readonly<Record<CountKey, Count>> = {
  keys: { minimum: 0, maximum: 2, usual: DEFAULT_KEYS },
  'max-removals': { minimum: 0, maximum: null, usual: DEFAULT_SETTINGS.maxRemovals },
  'key-max-age-days': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.keyMaxAgeDays },
  'per-day': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.reconcile.perDay },
  'delete-after-days': { minimum: 1, maximum: null, usual: 30 },
  'drift-every-hours': { minimum: 1, maximum: null, usual: DEFAULT_SETTINGS.driftEveryHours },
  'renew-before-days': { minimum: 0, maximum: null, usual: DEFAULT_SETTINGS.renewBeforeDays },
};

export function isCount(value: number, { minimum, maximum }: Count): boolean {
  return Number.isSafeInteger(value) && value >= minimum && (maximum === null || value <= maximum);
}
