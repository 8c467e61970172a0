import { randomBytes } from 'node:crypto';
import { type EventHistory, memoryHistory } from './event-history.ts';
import type { AccessKeyRecord, AccountState, GroupRecord, PolicyRecord, RoleRecord, UserRecord } from './state.ts';
import { idOf, secretOf } from './state.ts';

/** A session of an assumed role. Its token carries all of this, and nothing is stored. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly roleId: string;
  /** RoleSessionName */
  readonly name: string;
  /** ARN of the identity provider whose token it was opened with. */
  readonly provider: string;
  /** ISO 8601, whole seconds, UTC */
  readonly issued: string;
  readonly expires: string;
}

/** Who makes a call. */
export type Caller =
  | { readonly kind: 'root'; readonly accessKeyId: string }
  | { readonly kind: 'user'; readonly userId: string; readonly accessKeyId: string }
  | { readonly kind: 'role'; readonly session: RoleSession; readonly accessKeyId: string };

export interface CallContext {
  /** ISO 8601, whole seconds, UTC */
  readonly now: string;
  readonly caller: Caller;
}

export interface KeyOwner {
  readonly caller: Caller;
  readonly key: AccessKeyRecord;
}

/** The state and what is derived from it, so that no call has to search 5,000 users. */
export interface Account {
  readonly state: AccountState;
  /** Lower-cased name -> user. */
  readonly users: Map<string, UserRecord>;
  /** Lower-cased name -> group. */
  readonly groups: Map<string, GroupRecord>;
  /** Lower-cased name -> role. */
  readonly roles: Map<string, RoleRecord>;
  /** Lower-cased name -> customer-managed policy. */
  readonly policies: Map<string, PolicyRecord>;
  /** Group id -> ids of its users. */
  readonly members: Map<string, Set<string>>;
  /** Policy ARN -> ids of the users, groups and roles that it is attached to. */
  readonly attachments: Map<string, Set<string>>;
  /** Policy ARN -> ids of the users and roles that it bounds. */
  readonly bounded: Map<string, Set<string>>;
  /** Access key id -> its owner. */
  readonly keys: Map<string, KeyOwner>;
  readonly history: EventHistory;
  /** The credential report. It is not stored, because a command that only reads must leave the account as it is. */
  report: { readonly generated: string; readonly content: string } | null;
}

/** A new account: it has its root user only. */
export function emptyState(accountId: string, now: string, seed = randomBytes(16).toString('hex')): AccountState {
  const rootKey = idOf(`${accountId}:root`, 'AKIA');
  return {
    version: 1,
    accountId,
    created: now,
    seed,
    ids: 0,
    sequence: 0,
    root: { id: rootKey, secret: secretOf(seed, rootKey), created: now, status: 'Active', lastUsed: null },
    aliases: [],
    users: {},
    groups: {},
    roles: {},
    oidcProviders: {},
    buckets: {},
    policies: {},
    virtualMfa: {},
  };
}

/** The account of a state; the state is taken over, not copied. */
export function accountOf(state: AccountState, history: EventHistory = memoryHistory()): Account {
  const account: Account = {
    state,
    users: new Map(),
    groups: new Map(),
    roles: new Map(),
    policies: new Map(),
    members: new Map(),
    attachments: new Map(),
    bounded: new Map(),
    keys: new Map(),
    history,
    report: null,
  };
  for (const key of [state.root, ...(state.rootKeys ?? [])]) indexKey(account, null, key);
  for (const policy of Object.values(state.policies)) account.policies.set(policy.name.toLowerCase(), policy);
  for (const group of Object.values(state.groups)) {
    account.groups.set(group.name.toLowerCase(), group);
    for (const arn of group.attached) link(account.attachments, arn, group.id);
  }
  for (const role of Object.values(state.roles)) {
    account.roles.set(role.name.toLowerCase(), role);
    for (const arn of role.attached) link(account.attachments, arn, role.id);
    if (role.boundary !== null) link(account.bounded, role.boundary, role.id);
  }
  for (const user of Object.values(state.users)) {
    account.users.set(user.name.toLowerCase(), user);
    for (const group of user.groups) link(account.members, group, user.id);
    for (const arn of user.attached) link(account.attachments, arn, user.id);
    if (user.boundary !== null) link(account.bounded, user.boundary, user.id);
    for (const key of user.keys) indexKey(account, user, key);
  }
  return account;
}

/** Makes a key of a user, or of the root user, known. */
export function indexKey(account: Account, user: UserRecord | null, key: AccessKeyRecord): void {
  const caller: Caller =
    user === null ? { kind: 'root', accessKeyId: key.id } : { kind: 'user', userId: user.id, accessKeyId: key.id };
  account.keys.set(key.id, { caller, key });
}

export function link(index: Map<string, Set<string>>, from: string, to: string): void {
  const set = index.get(from);
  if (set === undefined) index.set(from, new Set([to]));
  else set.add(to);
}

export function unlink(index: Map<string, Set<string>>, from: string, to: string): void {
  const set = index.get(from);
  set?.delete(to);
  if (set?.size === 0) index.delete(from);
}
