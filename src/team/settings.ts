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
