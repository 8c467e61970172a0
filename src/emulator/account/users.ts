import { QUOTAS } from '../../iam/quotas.ts';
import type { CallContext } from './account.ts';
import { rootArn, userArn } from './arns.ts';
import { deleteConflict, entityAlreadyExists, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { boundaryReply, setBoundary } from './boundary.ts';
import { nextId } from './ids.ts';
import { namedUser, policyOf } from './lookup.ts';
import { checkedName, checkedPath, checkedTags, mergedTags } from './naming.ts';
import { page } from './paging.ts';
import { text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { AccountState, UserRecord } from './state.ts';

const USERS_LIMIT = QUOTAS.usersPerAccount;
const USER_NAME_LENGTH = QUOTAS.userNameLength;

/** A user as lists show it; GetUser adds tags and boundary. */
export function userReply(state: AccountState, user: UserRecord): Reply {
  return { Path: user.path, UserName: user.name, UserId: user.id, Arn: userArn(state, user), CreateDate: user.created };
}

export function tagsReply(tags: readonly { key: string; value: string }[]): Reply[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

function fullReply(state: AccountState, user: UserRecord): Reply {
  return {
    ...userReply(state, user),
    PermissionsBoundary: boundaryReply(user.boundary),
    Tags: user.tags.length > 0 ? tagsReply(user.tags) : null,
  };
}

export const createUser: Run = (account, params, call) => {
  const name = checkedName(params, 'UserName', USER_NAME_LENGTH);
  if (isAwsError(name)) return name;
  const path = checkedPath(params);
  if (isAwsError(path)) return path;
  const given = checkedTags(params);
  if (isAwsError(given)) return given;
  const tags = mergedTags([], given);
  if (isAwsError(tags)) return tags;
  const boundary = text(params, 'PermissionsBoundary');
  if (boundary !== null && policyOf(account, boundary) === null)
    return noSuchEntity(`Scope ARN: ${boundary} does not exist or is not attachable.`);
  if (account.users.has(name.toLowerCase())) return entityAlreadyExists(`User with name ${name} already exists.`);
  if (account.users.size >= USERS_LIMIT)
    return limitExceeded(`Cannot exceed quota for UsersPerAccount: ${USERS_LIMIT}`);
  const user: UserRecord = {
    id: nextId(account.state, 'AIDA'),
    name,
    path,
    created: call.now,
    tags,
    groups: [],
    attached: [],
    inline: [],
    boundary: null,
    keys: [],
    login: null,
    mfa: [],
    ssh: [],
    certificates: [],
    serviceCredentials: [],
  };
  account.state.users[user.id] = user;
  account.users.set(name.toLowerCase(), user);
  setBoundary(account, user, boundary);
  return { User: fullReply(account.state, user) };
};

export const getUser: Run = (account, params, call) => {
  if (text(params, 'UserName') === null) {
    const own = callersUser(account.state, call);
    if (own === null) return { User: rootReply(account.state) };
    return { User: fullReply(account.state, own) };
  }
  const user = namedUser(account, params);
  return isAwsError(user) ? user : { User: fullReply(account.state, user) };
};

export const listUsers: Run = (account, params) => {
  const prefix = text(params, 'PathPrefix') ?? '/';
  const found = [...account.users.values()].filter((user) => user.path.startsWith(prefix));
  const users = page(found, (user) => user.name.toLowerCase(), params);
  if (isAwsError(users)) return users;
  return { Users: users.items.map((user) => userReply(account.state, user)), ...users.rest };
};

export const updateUser: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const name = text(params, 'NewUserName') === null ? user.name : checkedName(params, 'NewUserName', USER_NAME_LENGTH);
  if (isAwsError(name)) return name;
  const path = text(params, 'NewPath') === null ? user.path : checkedPath(params, 'NewPath');
  if (isAwsError(path)) return path;
  const holder = account.users.get(name.toLowerCase());
  if (holder !== undefined && holder !== user) return entityAlreadyExists(`User with name ${name} already exists.`);
  account.users.delete(user.name.toLowerCase());
  user.name = name;
  user.path = path;
  account.users.set(name.toLowerCase(), user);
  return {};
};

/** What AWS wants gone before a user may be deleted, in the order in which it asks. */
const CONFLICTS: readonly [holds: (user: UserRecord) => boolean, remedy: string][] = [
  [(user) => user.groups.length > 0, 'must remove user from groups first'],
  [(user) => user.attached.length > 0, 'must detach all policies first'],
  [(user) => user.inline.length > 0, 'must delete policies first'],
  [(user) => user.keys.length > 0, 'must delete access keys first'],
  [(user) => user.login !== null, 'must delete login profile first'],
  [(user) => user.mfa.length > 0, 'must delete MFA device first'],
  [(user) => user.certificates.length > 0, 'must delete signing certificates first'],
  [(user) => user.ssh.length > 0, 'must delete SSH public keys first'],
  [(user) => user.serviceCredentials.length > 0, 'must delete service specific credentials first'],
];

export const deleteUser: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  for (const [holds, remedy] of CONFLICTS) if (holds(user)) return deleteConflict(`Cannot delete entity, ${remedy}.`);
  setBoundary(account, user, null);
  account.users.delete(user.name.toLowerCase());
  delete account.state.users[user.id];
  return {};
};

function callersUser(state: AccountState, call: CallContext): UserRecord | null {
  return call.caller.kind === 'user' ? (state.users[call.caller.userId] ?? null) : null;
}

function rootReply(state: AccountState): Reply {
  return { Path: '/', UserId: state.accountId, Arn: rootArn(state), CreateDate: state.created };
}
