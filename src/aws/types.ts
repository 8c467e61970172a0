import type { AccountRole } from '../access/account-role.ts';
import type { AccessModel, AccessPolicy } from '../access/model.ts';
import type { Failure } from '../diagnostics/failure.ts';
import type { PolicyDocument } from '../iam/document.ts';

/** What could not be checked, and why: it does not mean that nothing is there. */
export interface NotChecked {
  /** A list (`users`), the boundary, or one thing (`the group old-payers`). */
  readonly what: string;
  readonly failure: Failure;
}

export interface AccessKey {
  /** Null if only the credential report lists the key. */
  readonly id: string | null;
  readonly active: boolean;
  /** ISO 8601, UTC; null if unknown. */
  readonly created: string | null;
  /** ISO 8601, UTC, as of the credential report, whose clock is 15 minutes wide; null where it was never used. */
  readonly lastUsed: string | null;
  /** False if the credential report does not list the key yet, so that its use is unknown. */
  readonly isUseKnown: boolean;
}

/** What a user can sign in or sign requests with. */
export interface UserCredentials {
  /** Oldest first. */
  readonly keys: readonly AccessKey[];
  /** A password of the console; `lastUsed` as of the credential report. Null where there is none. */
  readonly password: { readonly lastUsed: string | null } | null;
  /** Active signing certificates; with their ids for users that are read one by one, else by number. */
  readonly certificates: readonly string[];
  /** Ids of active SSH keys; empty for users that are not read one by one. */
  readonly ssh: readonly string[];
  /** Active ones. */
  readonly services: readonly { readonly id: string; readonly service: string }[];
}

export interface InventoriedUser {
  /** ISO 8601, UTC. */
  readonly created: string;
  /** False if the credential report does not list the user yet: unless read one by one, the keys are unknown. */
  readonly isReported: boolean;
  readonly credentials: UserCredentials;
}

/** One of the at most five versions of a policy. */
export interface PolicyVersion {
  /** `v7`: the seventh that was made of it. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly isInForce: boolean;
  /** Null where it cannot be read as a policy. */
  readonly document: PolicyDocument | null;
}

/** IAM's unique ids (`AIDA…`, `AGPA…`) by name. A rename keeps them. */
export interface EntityIds {
  readonly user: ReadonlyMap<string, string>;
  readonly group: ReadonlyMap<string, string>;
}

/** An AWS account at one moment: access and credentials. */
export interface Inventory {
  /** False if AWS did not return the access: then `access` is empty and nothing follows from it. */
  readonly isAccessKnown: boolean;
  /** All users and groups, the account's own policies, and the AWS managed policies in use by them. */
  readonly access: AccessModel;
  /** By IAM name: every user of `access`. */
  readonly users: ReadonlyMap<string, InventoriedUser>;
  readonly ids: EntityIds;
  /**
   * By ARN: every policy of `access`. How many users, groups and roles it is attached to, as a policy or as a boundary; versions
   * of the account's own alone.
   */
  readonly policies: ReadonlyMap<string, { readonly attachments: number; readonly versions: readonly PolicyVersion[] }>;
  /** All but service-linked ones. */
  readonly roles: readonly AccountRole[];
  /** Those that the roles have. */
  readonly rolePolicies: readonly AccessPolicy[];
  /** The root user's keys, those included that are newer than the credential report; null if nothing tells of them. */
  readonly rootKeys: readonly AccessKey[] | null;
  /** When AWS made the credential report, ISO 8601: up to four hours ago. Null where there was none to read. */
  readonly reportedAt: string | null;
  /** What could not be checked, and why: it does not mean that nothing is there. */
  readonly notChecked: readonly NotChecked[];
}
