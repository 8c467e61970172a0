import type { AccessModel } from '../access/model.ts';
import type { Unseen } from './strays.ts';

export interface AccessKey {
  /** Null where only the credential report told of it. */
  readonly id: string | null;
  readonly active: boolean;
  /** ISO 8601, UTC; null where nobody tells. */
  readonly created: string | null;
  /** ISO 8601, UTC, as of the credential report, whose clock is 15 minutes wide; null where it was never used. */
  readonly lastUsed: string | null;
  /** False where the credential report does not know this key (yet): then nobody knows whether it was used. */
  readonly isUseKnown: boolean;
}

/** What a user can sign in or sign requests with. */
export interface UserCredentials {
  /** Oldest first. */
  readonly keys: readonly AccessKey[];
  /** A password of the console; `lastUsed` as of the credential report. Null where there is none. */
  readonly password: { readonly lastUsed: string | null } | null;
  readonly mfa: boolean;
  /** Active signing certificates; for users that are looked at one by one with their ids, else by number. */
  readonly certificates: readonly string[];
  /** Ids of active SSH keys; empty where nobody was asked. */
  readonly ssh: readonly string[];
  /** Active ones. */
  readonly services: readonly { readonly id: string; readonly service: string }[];
}

export interface InventoriedUser {
  readonly arn: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** False where the credential report does not know her (yet): unless she was looked at herself, nobody knows her keys. */
  readonly isReported: boolean;
  readonly credentials: UserCredentials;
}

export interface InventoriedPolicy {
  /** Users, groups and roles that it is attached to, as a policy or as a boundary. */
  readonly attachments: number;
}

/** An AWS account as it was found: what decides who may do what, and what they can do it with. */
export interface Inventory {
  /** 12 digits. */
  readonly account: string;
  /** ISO 8601, UTC: when the look began. */
  readonly at: string;
  /** False where AWS did not tell who may do what: then `access` is empty, and nothing may be concluded from that. */
  readonly isAccessKnown: boolean;
  /** All users and groups, the account's own policies, and those of AWS that somebody has. Roles are not in it. */
  readonly access: AccessModel;
  /** By IAM name: every user of `access`. */
  readonly users: ReadonlyMap<string, InventoriedUser>;
  /** By ARN: every policy of `access`. */
  readonly policies: ReadonlyMap<string, InventoriedPolicy>;
  /** The root user's keys; null where the credential report does not tell of it. */
  readonly root: { readonly keys: readonly AccessKey[]; readonly mfa: boolean } | null;
  /** When AWS made the credential report, ISO 8601: up to four hours ago. Null where there was none to read. */
  readonly reportedAt: string | null;
  /** What could not be looked at, and why: never to be taken for "nothing there". */
  readonly unseen: readonly Unseen[];
  /** Calls of AWS that it took, repeated ones not counted. */
  readonly calls: number;
}
