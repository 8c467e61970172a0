import { QUOTAS } from '../../iam/quotas.ts';
import { type Account, indexKey } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { nextId, secretOf } from './ids.ts';
import { namedUserOrCaller } from './lookup.ts';
import { constraint } from './naming.ts';
import { page } from './paging.ts';
import { type Params, requiredText } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { AccessKeyRecord, UserRecord } from './state.ts';

const KEYS_PER_USER = QUOTAS.accessKeysPerUser;

function keyReply(user: UserRecord, key: AccessKeyRecord): Reply {
  return { UserName: user.name, AccessKeyId: key.id, Status: key.status, CreateDate: key.created };
}

function namedKey(user: UserRecord, params: Params): AccessKeyRecord | AwsError {
  const id = requiredText(params, 'AccessKeyId');
  if (isAwsError(id)) return id;
  return user.keys.find((key) => key.id === id) ?? noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

export const createAccessKey: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  if (user.keys.length >= KEYS_PER_USER) {
    return limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);
  }
  const id = nextId(account.state, 'AKIA');
  const secret = secretOf(account.state.seed, id);
  const key: AccessKeyRecord = { id, secret, created: call.now, status: 'Active', lastUsed: null };
  user.keys.push(key);
  indexKey(account, user, key);
  return { AccessKey: { ...keyReply(user, key), SecretAccessKey: secret } };
};

export const listAccessKeys: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const keys = page(user.keys, (key) => key.id, params);
  if (isAwsError(keys)) return keys;
  return { AccessKeyMetadata: keys.items.map((key) => keyReply(user, key)), ...keys.rest };
};

export const updateAccessKey: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const key = namedKey(user, params);
  if (isAwsError(key)) return key;
  const status = requiredText(params, 'Status');
  if (isAwsError(status)) return status;
  if (status !== 'Active' && status !== 'Inactive') return badStatus();
  key.status = status;
  return {};
};

export const deleteAccessKey: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const key = namedKey(user, params);
  if (isAwsError(key)) return key;
  user.keys = user.keys.filter((other) => other !== key);
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
