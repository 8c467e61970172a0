import { setTimeout as pause } from 'node:timers/promises';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { type IamReader, iamReader, type ReadResult } from '../client.ts';
import {
  beginReport,
  type CredentialReport,
  type ReportRow,
  ROOT_ROW,
  readReport,
} from '../credentials/credential-report.ts';
import {
  credentialsOf,
  type OwnCredentials,
  readMfaUsers,
  readOwnCredentials,
  readServiceCredentials,
  reportedKeys,
} from '../credentials/user-credentials.ts';
import { inParallel } from '../in-parallel.ts';
import { type AuthorizationDetails, readAuthorizationDetails } from './authorization-details.ts';
import { ACCESS, type NotChecked } from './unmanaged.ts';

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

interface InventoriedUser {
  readonly arn: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** False where the credential report does not know her (yet): unless she was looked at herself, nobody knows her keys. */
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

interface InventoriedPolicy {
  /** Users, groups and roles that it is attached to, as a policy or as a boundary. */
  readonly attachments: number;
  /** Of the account's own policies; empty for those of AWS. */
  readonly versions: readonly PolicyVersion[];
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
  readonly notChecked: readonly NotChecked[];
  /** Calls of AWS that it took, repeated ones not counted. */
  readonly calls: number;
}

export interface InventoryOptions {
  /** 12 digits: whose the client's credentials are. */
  readonly account: string;
  /** Whom `all` looks at one by one. */
  readonly managed: (user: Pick<AccessUser, 'name' | 'path'>) => boolean;
  /** `access` is the first part alone: who may do what, and of credentials what the account tells of everybody at once. */
  readonly scope: 'access' | 'all';
  /** How many users are looked at at a time, four calls each. */
  readonly concurrency?: number;
  /** Told of every managed user that was looked at. */
  readonly progress?: (done: number, total: number) => void;
  readonly now: () => Date;
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** Things on a page of an answer, 1 to 1,000. */
  readonly pageSize?: number;
}

/** Four calls each: IAM throttles a whole account together, and somebody may be working in its console. */
const USERS_AT_A_TIME = 8;
const PAGE_SIZE = 1000;
/** How long a report may take that was not ready at first, a page of users; and at most. */
const REPORT_PATIENCE_MS = 10_000;
const LONGEST_PATIENCE_MS = 60_000;

/**
 * Reads an account: a call for each page of what its users, groups and policies are, five more for credentials, and for
 * `all` four more for each managed user. What AWS refuses to tell is listed as unseen, and nothing that it answers is
 * thrown. Somebody who is gone by the time she is looked at has no credentials.
 */
export async function takeInventory(client: Pick<IAMClient, 'send'>, options: InventoryOptions): Promise<Inventory> {
  const { account, managed, scope, now, pageSize = PAGE_SIZE, wait = pause } = options;
  const at = now().toISOString();
  const asking = iamReader(client);
  const unseen: NotChecked[] = [];
  const told = <Value>(asked: ReadResult<Value>): Value | null => {
    if (asked.state === 'not-checked') unseen.push(asked.notChecked);
    return asked.state === 'read' ? asked.value : null;
  };
  const [begun, details, mfa, services] = await Promise.all([
    beginReport(asking),
    asking.read(ACCESS, () => readAuthorizationDetails(asking, account, pageSize)),
    asking.read('the virtual MFA devices', () => readMfaUsers(asking, pageSize)),
    asking.read('the service-specific credentials', () => readServiceCredentials(asking, pageSize)),
  ]);
  const known = told(details);
  const looked = scope === 'all' && known !== null ? known.access.users.filter(managed) : [];
  // An endpoint that does not know AllUsers, which is younger than the call, is asked for each user instead.
  const one =
    scope === 'all' && services.state === 'not-checked' && services.notChecked.failure.code === 'aws-unavailable';
  const shared: Shared = { mfa: told(mfa) ?? new Set(), services: (one ? null : told(services)) ?? new Map() };
  const own = await readEach(asking, looked, { services: one }, options);
  unseen.push(...unseenOf(own));
  const patience = REPORT_PATIENCE_MS * (1 + Math.floor((known?.access.users.length ?? 0) / PAGE_SIZE));
  const ready = () => readReport(asking, Math.min(patience, LONGEST_PATIENCE_MS), wait);
  const report = told(begun) === null ? null : told(await ready());
  const root = report?.rows.get(ROOT_ROW);
  return {
    account,
    at,
    isAccessKnown: known !== null,
    access: known?.access ?? { account, users: [], groups: [], policies: [] },
    users: known === null ? new Map() : usersOf(known, own, report, shared),
    policies: known?.policies ?? new Map(),
    root: root === undefined ? null : { keys: reportedKeys(root), mfa: root.mfa },
    reportedAt: report?.at ?? null,
    notChecked: unseen,
    calls: asking.calls,
  };
}

/** What the account tells of everybody's credentials at once. */
interface Shared {
  /** Names of those with a virtual MFA device. */
  readonly mfa: ReadonlySet<string>;
  readonly services: ReadonlyMap<string, UserCredentials['services']>;
}

/** By name. */
type Own = ReadonlyMap<string, OwnCredentials>;

async function readEach(
  asking: IamReader,
  users: readonly AccessUser[],
  wanted: { readonly services: boolean },
  { concurrency = USERS_AT_A_TIME, progress }: InventoryOptions,
): Promise<Own> {
  let done = 0;
  const own = await inParallel(users, concurrency, async ({ name }) => {
    const credentials = await readOwnCredentials(asking, name, wanted);
    done += 1;
    progress?.(done, users.length);
    return [name, credentials] as const;
  });
  return new Map(own);
}

/** One line for what was refused for the same reason again and again, as where a role may not list SSH keys. */
function unseenOf(own: Own): readonly NotChecked[] {
  const alike = new Map<string, { readonly first: NotChecked; more: number }>();
  for (const credentials of own.values()) {
    for (const [kind, asked] of Object.entries(credentials)) {
      if (asked.state !== 'not-checked') continue;
      const key = `${kind} ${asked.notChecked.failure.code}`;
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { first: asked.notChecked, more: 0 });
      else known.more += 1;
    }
  }
  return Array.from(alike.values(), ({ first, more }) =>
    more === 0 ? first : { ...first, what: `${first.what} and ${more} more` },
  );
}

function usersOf(
  known: AuthorizationDetails,
  own: Own,
  report: CredentialReport | null,
  { mfa, services }: Shared,
): ReadonlyMap<string, InventoriedUser> {
  return new Map(
    Array.from(known.users, ([name, { arn, created }]) => {
      const found = report?.rows.get(name);
      // Somebody of the same name who was deleted since is somebody else.
      const row = found === undefined || isOfAnother(found, created) ? null : found;
      const common = { mfa: mfa.has(name), services: services.get(name) ?? [] };
      const credentials = credentialsOf(own.get(name) ?? null, row, common);
      return [name, { arn, created, isReported: row !== null, credentials }];
    }),
  );
}

/** The two lists need not round alike; two users of one name are further apart than a minute, or nobody can tell. */
function isOfAnother({ created }: ReportRow, known: string): boolean {
  return created !== null && Math.abs(Date.parse(created) - Date.parse(known)) > 60_000;
}
