import { QUOTAS } from '../../iam/quotas.ts';
import { link, unlink } from './account.ts';
import { groupArn } from './arns.ts';
import { deleteConflict, entityAlreadyExists, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { nextId } from './ids.ts';
import { namedGroup, namedUser } from './lookup.ts';
import { checkedName, checkedPath } from './naming.ts';
import { page } from './paging.ts';
import { text } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { AccountState, GroupRecord } from './state.ts';
import { userReply } from './users.ts';

const GROUPS_LIMIT = QUOTAS.groupsPerAccount;
const GROUPS_PER_USER = QUOTAS.groupsPerUser;
const NAME_LENGTH = QUOTAS.groupNameLength;

function groupReply(state: AccountState, group: GroupRecord): Reply {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(state, group),
    CreateDate: group.created,
  };
}

export const createGroup: Run = (account, params, call) => {
  const name = checkedName(params, 'GroupName', NAME_LENGTH);
  if (isAwsError(name)) return name;
  const path = checkedPath(params);
  if (isAwsError(path)) return path;
  if (account.groups.has(name.toLowerCase())) return entityAlreadyExists(`Group with name ${name} already exists.`);
  if (account.groups.size >= GROUPS_LIMIT) {
    return limitExceeded(`Cannot exceed quota for GroupsPerAccount: ${GROUPS_LIMIT}`);
  }
  const id = nextId(account.state, 'AGPA');
  const group: GroupRecord = { id, name, path, created: call.now, attached: [], inline: [] };
  account.state.groups[id] = group;
  account.groups.set(name.toLowerCase(), group);
  return { Group: groupReply(account.state, group) };
};

export const getGroup: Run = (account, params) => {
  const group = namedGroup(account, params);
  if (isAwsError(group)) return group;
  const members = Array.from(account.members.get(group.id) ?? [], (id) => account.state.users[id]);
  const users = page(
    members.filter((user) => user !== undefined),
    (user) => user.name.toLowerCase(),
    params,
  );
  if (isAwsError(users)) return users;
  return {
    Group: groupReply(account.state, group),
    Users: users.items.map((user) => userReply(account.state, user)),
    ...users.rest,
  };
};

export const listGroups: Run = (account, params) => {
  const prefix = text(params, 'PathPrefix') ?? '/';
  const found = [...account.groups.values()].filter((group) => group.path.startsWith(prefix));
  const groups = page(found, (group) => group.name.toLowerCase(), params);
  if (isAwsError(groups)) return groups;
  return { Groups: groups.items.map((group) => groupReply(account.state, group)), ...groups.rest };
};

export const updateGroup: Run = (account, params) => {
  const group = namedGroup(account, params);
  if (isAwsError(group)) return group;
  const name = text(params, 'NewGroupName') === null ? group.name : checkedName(params, 'NewGroupName', NAME_LENGTH);
  if (isAwsError(name)) return name;
  const path = text(params, 'NewPath') === null ? group.path : checkedPath(params, 'NewPath');
  if (isAwsError(path)) return path;
  const holder = account.groups.get(name.toLowerCase());
  if (holder !== undefined && holder !== group) return entityAlreadyExists(`Group with name ${name} already exists.`);
  account.groups.delete(group.name.toLowerCase());
  group.name = name;
  group.path = path;
  account.groups.set(name.toLowerCase(), group);
  return {};
};

export const deleteGroup: Run = (account, params) => {
  const group = namedGroup(account, params);
  if (isAwsError(group)) return group;
  if (account.members.has(group.id)) return deleteConflict('Cannot delete entity, must remove users from group first.');
  if (group.attached.length > 0) return deleteConflict('Cannot delete entity, must detach all policies first.');
  if (group.inline.length > 0) return deleteConflict('Cannot delete entity, must delete policies first.');
  account.groups.delete(group.name.toLowerCase());
  delete account.state.groups[group.id];
  return {};
};

export const addUserToGroup: Run = (account, params) => {
  const group = namedGroup(account, params);
  if (isAwsError(group)) return group;
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  if (user.groups.includes(group.id)) return {};
  if (user.groups.length >= GROUPS_PER_USER) {
    return limitExceeded(`Cannot exceed quota for GroupsPerUser: ${GROUPS_PER_USER}`);
  }
  user.groups.push(group.id);
  link(account.members, group.id, user.id);
  return {};
};

export const removeUserFromGroup: Run = (account, params) => {
  const group = namedGroup(account, params);
  if (isAwsError(group)) return group;
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  if (!user.groups.includes(group.id)) {
    return noSuchEntity(`The user with name ${user.name} is not in the group with name ${group.name}.`);
  }
  user.groups = user.groups.filter((id) => id !== group.id);
  unlink(account.members, group.id, user.id);
  return {};
};

export const listGroupsForUser: Run = (account, params) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const found = user.groups.map((id) => account.state.groups[id]).filter((group) => group !== undefined);
  const groups = page(found, (group) => group.name.toLowerCase(), params);
  if (isAwsError(groups)) return groups;
  return { Groups: groups.items.map((group) => groupReply(account.state, group)), ...groups.rest };
};
