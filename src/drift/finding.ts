import type { UserAccess } from '../access/access-of.ts';
import type { AccessChange } from '../access/diff.ts';
import type { Difference } from '../access/model-difference.ts';
import type { AccessKey } from '../aws/inventory/inventory.ts';
import type { NotChecked } from '../aws/inventory/unmanaged.ts';
import type { Operation, Risk } from '../catalog/mturk.ts';
import type { BoundaryEffect } from './rules/boundary.ts';
import type { StrayEffect } from './rules/unmanaged-effect.ts';

/** A statement that names operations which no longer exist: IAM takes it, and it grants or denies nothing by them. */
export interface DeadName {
  /** `GrantBonus` */
  readonly name: string;
  readonly successors: readonly Operation[];
  readonly effect: 'Allow' | 'Deny';
}

/** One way in which an account is not as the team file has it. Names are IAM's. */
export type DriftWhat =
  /** Read from the file to the account: `membership-added` is somebody whom the file does not have in that group. */
  | { readonly kind: 'difference'; readonly difference: Difference }
  /** Attributes that nobody's access depends on; `address` is Terraform's. */
  | { readonly kind: 'attributes'; readonly address: string; readonly attributes: readonly string[] }
  /** Under the lab's path, or with a policy of the lab, and declared nowhere. */
  | { readonly kind: 'stray'; readonly effect: StrayEffect }
  | { readonly kind: 'boundary'; readonly effect: BoundaryEffect }
  /** A version of a policy of the lab that is not in force, and would give more than the one that is. */
  | {
      readonly kind: 'non-default-policy-version';
      readonly arn: string;
      /** `v7` */
      readonly version: string;
      /** ISO 8601, UTC. */
      readonly created: string;
      /** What it would give of MTurk, in catalogue order. */
      readonly operations: readonly Operation[];
      /** Whether it would let through more than MTurk. */
      readonly isBeyond: boolean;
      /** Names of the IAM users who would have it. */
      readonly users: readonly string[];
    }
  /** A member in a group that is not the lab's. */
  | { readonly kind: 'unmanaged-group-membership'; readonly user: string; readonly group: string }
  /** Somebody who is not of the lab and may use MTurk, or may give herself everything. */
  | {
      readonly kind: 'outside';
      readonly user: string;
      readonly access: UserAccess;
      readonly isAdministrator: boolean;
      readonly keys: readonly AccessKey[];
      /** False where the credential report does not tell of this user (yet). */
      readonly areKeysKnown: boolean;
    }
  /** `users` may be affected by it: they have the policy. Empty `users`: nobody has it. */
  | {
      readonly kind: 'retired-operations';
      readonly policy: string;
      /** Of an inline policy; null for a managed one, whose ARN `policy` is. */
      readonly holder: { readonly kind: 'user' | 'group'; readonly name: string } | null;
      readonly names: readonly DeadName[];
      readonly users: readonly string[];
    }
  | {
      readonly kind: 'too-many-access-keys';
      readonly user: string;
      readonly keys: readonly AccessKey[];
      readonly allowed: number;
    }
  | {
      readonly kind: 'old-access-key';
      readonly user: string;
      readonly key: AccessKey;
      readonly days: number;
      readonly limit: number;
      /** Her other key, on or off; AWS gives a user two at most. */
      readonly other: AccessKey | null;
      readonly isSuspended: boolean;
    }
  | { readonly kind: 'unused-access-key'; readonly user: string; readonly key: AccessKey; readonly days: number }
  /** Used by somebody whose access has ended, or is suspended. */
  | {
      readonly kind: 'key-used-after-leaving';
      readonly user: string;
      readonly key: AccessKey;
      readonly because: 'suspended' | 'expired' | 'departed';
    }
  | { readonly kind: 'console-password'; readonly user: string; readonly lastUsed: string | null }
  | { readonly kind: 'ssh-key'; readonly user: string; readonly ids: readonly string[] }
  | { readonly kind: 'signing-certificate'; readonly user: string; readonly ids: readonly string[] }
  | {
      readonly kind: 'service-specific-credential';
      readonly user: string;
      readonly credentials: readonly { readonly id: string; readonly service: string }[];
    }
  | { readonly kind: 'root-access-key'; readonly keys: readonly AccessKey[] };

/**
 * Whose doing a finding is: `by-hand` (the account was changed behind our back), `pending` (the file has changed since it
 * was applied, or somebody's last day has passed), `undecided` (without a plan nobody can tell which of the two),
 * `settled` (changed by hand, and as the file wants it by now), `unexplained` (the plan changes it, and neither tells why),
 * `unmanaged` (nobody declares it).
 */
export type DriftCause = 'manual' | 'pending' | 'undecided' | 'settled' | 'unexplained' | 'unmanaged';

/**
 * What reconciling makes of a finding: `undo` it; `keep` it, because undoing would give somebody access that somebody
 * took away; `leave` it to a person, because it is not Terraform's or would be too much to do unasked.
 */
export type ReconcileFate = 'undo' | 'keep' | 'leave';

/** Who did something, by CloudTrail. */
export interface Attribution {
  /** A user's name, `root`, or a role's name with its session. */
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** An address, or an AWS service's name; null where the event has none. */
  readonly from: string | null;
  readonly through: 'console' | 'cli' | 'sdk' | 'terraform' | 'other';
  /** The name that a user or group got, where it is not gone but has another one. */
  readonly renamedTo?: string;
}

export interface DriftFinding {
  /**
   * `membership-added/bo/paymaster/spends`: the same for the same thing at every look, another one where it has become worse.
   * Made of letters, digits, `/` and what IAM allows in names; a snooze names it.
   */
  readonly id: string;
  readonly what: DriftWhat;
  readonly cause: DriftCause;
  readonly fate: ReconcileFate;
  /**
   * What it does to whose access, worst risk first: by itself, or together with what else was done where that is worse.
   * Empty where nobody's access changes by it.
   */
  readonly people: readonly AccessChange[];
  /** The worst that somebody may do by it and should not; null where that is nothing. */
  readonly risk: Risk | null;
  /**
   * Names of the IAM users who may by it give anybody anything: see `administers`. Of an outsider and a stray, `what`
   * says it.
   */
  readonly administrators?: readonly string[];
  /** Where it stands in a report: the smaller, the worse. See `placeOf`. */
  readonly place: number;
  /** Null where nobody could be asked, or the trail does not have it. */
  readonly by: Attribution | null;
}

export type DriftClass = 'clean' | 'pending' | 'drift' | 'state-only' | 'unmanaged' | 'unexplained' | 'error';

/** Everything in which an account differs from its team file, at one look. */
export interface DriftLook {
  readonly class: DriftClass;
  /** Worst first; without those that are snoozed. */
  readonly findings: readonly DriftFinding[];
  readonly snoozed: readonly { readonly finding: DriftFinding; readonly until: string; readonly reason: string }[];
  /** Snoozes whose finding does not exist (any more), by id. */
  readonly idle: readonly string[];
  readonly unseen: readonly NotChecked[];
  /** Equal for two looks that found the same: 64 hexadecimal digits, without any time in them. */
  readonly fingerprint: string;
  /** Whether the engine was asked, too. */
  readonly planned: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** When AWS made the report that tells of keys and passwords, ISO 8601: up to four hours before. Null without one. */
  readonly reportedAt: string | null;
}
