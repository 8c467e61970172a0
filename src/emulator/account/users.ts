import { QUOTAS } from '../../iam/quotas.ts';
import type { Account } from './account.ts';
import { type AwsError, deleteConflict, entityAlreadyExists, limitExceeded } from './aws-error.ts';
import { boundaryReply, newBoundary, setBoundary } from './boundaries.ts';
import { namedUser, namedUserOrCaller } from './lookup.ts';
import { byName, operation, pageReply, type Reader, type Reply, type Run, underPath } from './operation.ts';
import { nameOf, type Params, pathOf, text } from './params.ts';
import { type AccountState, nextId, rootArn, type UserRecord, userArn } from './state.ts';
import { newTags, tagsReply } from './tags.ts';

const USERS_LIMIT = QUOTAS.usersPerAccount;

/** A user as lists show it; GetUser adds tags and boundary. */
export function userReply(state: AccountState, user: UserRecord): Reply {
  return { Path: user.path, UserName: user.name, UserId: user.id, Arn: userArn(state, user), CreateDate: user.created };
}

function fullReply(state: AccountState, user: UserRecord): Reply {
  return {
    ...userReply(state, user),
    PermissionsBoundary: boundaryReply(user.boundary),
    Tags: user.tags.length > 0 ? tagsReply(user.tags) : null,
  };
}

export const createUser = operation(
  {
    name: nameOf('UserName', QUOTAS.userNameLength),
    path: pathOf(),
    tags: newTags,
    boundary: newBoundary,
  },
  ({ account, call, name, path, tags, boundary }) => {
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
    setBoundary(account, user, boundary?.arn ?? null);
    return { User: fullReply(account.state, user) };
  },
);

/** The user that a call names, else the caller; null for the root user. */
const userOrRoot: Reader<UserRecord | null> = (account, params, call) =>
  text(params, 'UserName') === null && call.caller.kind === 'root' ? null : namedUserOrCaller(account, params, call);

export const getUser = operation({ user: userOrRoot }, ({ account: { state }, user }) => {
  if (user !== null) return { User: fullReply(state, user) };
  return { User: { Path: '/', UserId: state.accountId, Arn: rootArn(state), CreateDate: state.created } };
});

export const listUsers: Run = (account, params) =>
  pageReply(params, 'Users', underPath(params, account.users.values()), byName, (user) =>
    userReply(account.state, user),
  );

interface Renamed {
  name: string;
  path: string;
}

/** UpdateUser and UpdateGroup: a new name, a new path, or both. */
export function update<T extends Renamed>(
  kind: 'User' | 'Group',
  read: Reader<T>,
  longest: number,
  indexOf: (account: Account) => Map<string, T>,
): Run {
  const newName = nameOf(`New${kind}Name`, longest);
  const newPath = pathOf('NewPath');
  const given =
    (key: string, reader: (account: unknown, params: Params) => string | AwsError): Reader<string | null> =>
    (account, params) =>
      text(params, key) === null ? null : reader(account, params);
  return operation(
    { entity: read, name: given(`New${kind}Name`, newName), path: given('NewPath', newPath) },
    ({ account, entity, name, path }) => {
      const index = indexOf(account);
      const to = name ?? entity.name;
      const holder = index.get(to.toLowerCase());
      if (holder !== undefined && holder !== entity)
        return entityAlreadyExists(`${kind} with name ${to} already exists.`);
      index.delete(entity.name.toLowerCase());
      entity.name = to;
      entity.path = path ?? entity.path;
      index.set(to.toLowerCase(), entity);
      return {};
    },
  );
}

export const updateUser = update('User', namedUser, QUOTAS.userNameLength, ({ users }) => users);

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

export const deleteUser = operation({ user: namedUser }, ({ account, user }) => {
  for (const [holds, remedy] of CONFLICTS) if (holds(user)) return deleteConflict(`Cannot delete entity, ${remedy}.`);
  setBoundary(account, user, null);
  account.users.delete(user.name.toLowerCase());
  delete account.state.users[user.id];
  return {};
});
