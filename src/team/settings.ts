interface StateBucket {
  readonly bucket: string;
  readonly region: string;
}

/** What a lab sets for this tool, with nothing left out. */
export interface Settings {
  /** The most members one apply may delete. */
  readonly maxRemovals: number;
  /** Null keeps Terraform's state in a local file. */
  readonly state: StateBucket | null;
  /** Days after which an access key is too old. */
  readonly keyMaxAgeDays: number;
  /** Null: nothing is put right by itself. `perDay` is the most things that are put right in 24 hours. */
  readonly reconcile: { readonly perDay: number } | null;
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
  reconcile: null,
  driftEveryHours: 24,
  renewBeforeDays: 30,
};

/** The most things put right in 24 hours where `reconcile` names no number. */
export const DEFAULT_RECONCILED_PER_DAY = 3;

/** How many access keys a member may have where the file says nothing; a second one is for a rotation. */
export const DEFAULT_KEYS = 1;
