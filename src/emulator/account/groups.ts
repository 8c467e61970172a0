import { QUOTAS } from '../../iam/quotas.ts';
import { link, unlink } from './account.ts';
import { deleteConflict, entityAlreadyExists, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { namedGroup, namedUser } from './lookup.ts';
import { byName, operation, page, pageReply, type Reply, type Run, underPath } from './operation.ts';
import { nameOf, pathOf } from './params.ts';
import { type AccountState, type GroupRecord, groupArn, nextId } from './state.ts';
import { update, userReply } from './users.ts';

const GROUPS_LIMIT = QUOTAS.groupsPerAccount;
const GROUPS_PER_USER = QUOTAS.groupsPerUser;

export function groupReply(state: AccountState, group: GroupRecord): Reply {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(state, group),
    CreateDate: group.created,
  };
}

export const createGroup = operation(
  { name: nameOf('GroupName', QUOTAS.groupNameLength), path: pathOf() },
  ({ account, call, name, path }) => {
    if (account.groups.has(name.toLowerCase())) return entityAlreadyExists(`Group with name ${name} already exists.`);
    if (account.groups.size >= GROUPS_LIMIT)
      return limitExceeded(`Cannot exceed quota for GroupsPerAccount: ${GROUPS_LIMIT}`);
    const id = nextId(account.state, 'AGPA');
    const group: GroupRecord = { id, name, path, created: call.now, attached: [], inline: [] };
    account.state.groups[id] = group;
    account.groups.set(name.toLowerCase(), group);
    return { Group: groupReply(account.state, group) };
  },
);

export const getGroup = operation({ group: namedGroup }, ({ account: { state, members }, params, group }) => {
  const found = Array.from(members.get(group.id) ?? [], (id) => state.users[id]).filter((user) => user !== undefined);
  const users = page(params, found, byName);
  if (isAwsError(users)) return users;
  return {
    Group: groupReply(state, group),
    Users: users.items.map((user) => userReply(state, user)),
    ...users.rest,
  };
});

export const listGroups: Run = (account, params) =>
  pageReply(params, 'Groups', underPath(params, account.groups.values()), byName, (group) =>
    groupReply(account.state, group),
  );

export const updateGroup = update('Group', namedGroup, QUOTAS.groupNameLength, ({ groups }) => groups);

export const deleteGroup = operation({ group: namedGroup }, ({ account, group }) => {
  if (account.members.has(group.id)) return deleteConflict('Cannot delete entity, must remove users from group first.');
  if (group.attached.length > 0) return deleteConflict('Cannot delete entity, must detach all policies first.');
  if (group.inline.length > 0) return deleteConflict('Cannot delete entity, must delete policies first.');
  account.groups.delete(group.name.toLowerCase());
  delete account.state.groups[group.id];
  return {};
});

export const addUserToGroup = operation({ group: namedGroup, user: namedUser }, ({ account, group, user }) => {
  if (user.groups.includes(group.id)) return {};
  if (user.groups.length >= GROUPS_PER_USER)
    return limitExceeded(`Cannot exceed quota for GroupsPerUser: ${GROUPS_PER_USER}`);
  user.groups.push(group.id);
  link(account.members, group.id, user.id);
  return {};
});

export const removeUserFromGroup = operation({ group: namedGroup, user: namedUser }, ({ account, group, user }) => {
  if (!user.groups.includes(group.id))
    return noSuchEntity(`The user with name ${user.name} is not in the group with name ${group.name}.`);
  user.groups = user.groups.filter((id) => id !== group.id);
  unlink(account.members, group.id, user.id);
  return {};
});

export const listGroupsForUser = operation({ user: namedUser }, ({ account: { state }, params, user }) => {
  const groups = user.groups.map((id) => state.groups[id]).filter((group) => group !== undefined);
  return pageReply(params, 'Groups', groups, byName, (group) => groupReply(state, group));
});
