import { QUOTAS } from '../../iam/quotas.ts';
import { type Account, type CallContext, indexKey, indexRootKey } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { nextId, secretOf } from './ids.ts';
import { namedUserOrCaller } from './lookup.ts';
import { constraint } from './naming.ts';
import { page } from './paging.ts';
import { type Params, requiredText, text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { AccessKeyRecord } from './state.ts';

const KEYS_PER_USER = QUOTAS.accessKeysPerUser;

/** A user, or the root user for its own keys. */
interface KeyHolder {
  /** Null for the root user. */
  readonly name: string | null;
  readonly keys: AccessKeyRecord[];
  index(key: AccessKeyRecord): void;
}

function holderOf(account: Account, params: Params, call: CallContext): KeyHolder | AwsError {
  if (call.caller.kind === 'root' && text(params, 'UserName') === null) {
    account.state.rootKeys ??= [];
    return { name: null, keys: account.state.rootKeys, index: (key) => indexRootKey(account, key) };
  }
  const user = namedUserOrCaller(account, params, call);
  return isAwsError(user) ? user : { name: user.name, keys: user.keys, index: (key) => indexKey(account, user, key) };
}

function keyReply(holder: KeyHolder, key: AccessKeyRecord): Reply {
  return { UserName: holder.name, AccessKeyId: key.id, Status: key.status, CreateDate: key.created };
}

function namedKey(holder: KeyHolder, params: Params): AccessKeyRecord | AwsError {
  const id = requiredText(params, 'AccessKeyId');
  if (isAwsError(id)) return id;
  return holder.keys.find((key) => key.id === id) ?? noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

export const createAccessKey: Run = (account, params, call) => {
  const holder = holderOf(account, params, call);
  if (isAwsError(holder)) return holder;
  if (holder.keys.length >= KEYS_PER_USER) {
    return limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);
  }
  const id = nextId(account.state, 'AKIA');
  const secret = secretOf(account.state.seed, id);
  const key: AccessKeyRecord = { id, secret, created: call.now, status: 'Active', lastUsed: null };
  holder.keys.push(key);
  holder.index(key);
  return { AccessKey: { ...keyReply(holder, key), SecretAccessKey: secret } };
};

export const listAccessKeys: Run = (account, params, call) => {
  const holder = holderOf(account, params, call);
  if (isAwsError(holder)) return holder;
  const keys = page(holder.keys, (key) => key.id, params);
  if (isAwsError(keys)) return keys;
  return { AccessKeyMetadata: keys.items.map((key) => keyReply(holder, key)), ...keys.rest };
};

export const updateAccessKey: Run = (account, params, call) => {
  const holder = holderOf(account, params, call);
  if (isAwsError(holder)) return holder;
  const key = namedKey(holder, params);
  if (isAwsError(key)) return key;
  const status = requiredText(params, 'Status');
  if (isAwsError(status)) return status;
  if (status !== 'Active' && status !== 'Inactive') return badStatus();
  key.status = status;
  return {};
};

export const deleteAccessKey: Run = (account, params, call) => {
  const holder = holderOf(account, params, call);
  if (isAwsError(holder)) return holder;
  const key = namedKey(holder, params);
  if (isAwsError(key)) return key;
  holder.keys.splice(holder.keys.indexOf(key), 1);
  account.keys.delete(key.id);
  return {};
};

export const getAccessKeyLastUsed: Run = (account, params) => {
  const id = requiredText(params, 'AccessKeyId');
  if (isAwsError(id)) return id;
  const owner = account.keys.get(id);
  if (owner === undefined) return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  const { lastUsed } = owner.key;
  return {
    UserName: ownerName(account, id),
    AccessKeyLastUsed: {
      LastUsedDate: lastUsed?.date,
      ServiceName: lastUsed?.service ?? 'N/A',
      Region: lastUsed?.region ?? 'N/A',
    },
  };
};

export function badStatus(): AwsError {
  return constraint('status', 'Member must satisfy enum value set: [Active, Inactive]');
}

function ownerName(account: Account, keyId: string): string | null {
  const caller = account.keys.get(keyId)?.caller;
  return caller?.kind === 'user' ? (account.state.users[caller.userId]?.name ?? null) : null;
}
