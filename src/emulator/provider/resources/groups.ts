import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  type Group,
  paginateGetGroup,
  paginateListAttachedGroupPolicies,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam';
import { despiteConcurrency, doing, ifPresent, untilFound } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { arn, iamNameCharset } from '../validation.ts';
import { type Attributes, textOf, textsOf, uniqueId } from '../value.ts';

/** aws_iam_group: name and path change in place. */
export const GROUP: ResourceType = {
  schema: {
    attributes: {
      arn: { type: 'string', computed: true },
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', required: true },
      path: { type: 'string', optional: true },
      unique_id: { type: 'string', computed: true },
    },
  },
  legacy: true,
  defaults: { path: '/' },
  replacedBy: [],
  validate: iamNameCharset('name'),
  recomputed: { arn: ['name', 'path'] },

  async create(caller, planned, keep) {
    const name = textOf(planned, 'name');
    const command = new CreateGroupCommand({ GroupName: name, Path: textOf(planned, 'path') });
    const created = await doing(`creating IAM Group (${name})`, () => caller.send(command));
    keep(stateOf(created.Group, planned));
    // The real provider looks for the group before it reads it, which makes two calls.
    await doing(`waiting for IAM Group (${name}) create`, () => untilFound(() => getGroup(caller, name)));
    return stateOf(await readGroup(caller, name), planned);
  },

  async read(caller, state) {
    const name = textOf(state, 'id');
    const group = await ifPresent(() => readGroup(caller, name));
    return group === undefined ? null : stateOf(group, state);
  },

  async update(caller, prior, planned) {
    const name = textOf(prior, 'name');
    const newName = textOf(planned, 'name');
    const change = { GroupName: name, NewGroupName: newName, NewPath: textOf(planned, 'path') };
    await doing(`updating IAM Group (${name})`, () => caller.send(new UpdateGroupCommand(change)));
    return stateOf(await readGroup(caller, newName), planned);
  },

  async remove(caller, state) {
    const name = textOf(state, 'id');
    await doing(`deleting IAM Group (${name})`, () =>
      ifPresent(() => caller.send(new DeleteGroupCommand({ GroupName: name }))),
    );
  },

  importState: (id) => ({ id }),
};

async function getGroup(caller: Caller, name: string): Promise<Group | undefined> {
  return (await caller.send(new GetGroupCommand({ GroupName: name }))).Group;
}

function readGroup(caller: Caller, name: string): Promise<Group | undefined> {
  return doing(`reading IAM Group (${name})`, () => getGroup(caller, name));
}

function stateOf(group: Group | undefined, state: Attributes): Attributes {
  return {
    ...state,
    arn: group?.Arn ?? null,
    id: group?.GroupName ?? null,
    name: group?.GroupName ?? null,
    path: group?.Path ?? null,
    unique_id: group?.GroupId ?? null,
  };
}

/** aws_iam_group_membership: all members of a group, so that an unmanaged one is a change. It cannot be imported. */
export const GROUP_MEMBERSHIP: ResourceType = {
  schema: {
    attributes: {
      group: { type: 'string', required: true },
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', required: true },
      users: { type: ['set', 'string'], required: true },
    },
  },
  legacy: true,
  replacedBy: ['group', 'name'],

  async create(caller, planned, keep) {
    const [group, name] = [textOf(planned, 'group'), textOf(planned, 'name')];
    await doing(`creating IAM Group Membership (${name})`, () => addMembers(caller, group, textsOf(planned, 'users')));
    const created = { ...planned, id: name };
    keep(created);
    const users = await untilFound(() => membersOf(caller, group));
    return { ...created, users };
  },

  async read(caller, state) {
    const group = textOf(state, 'group');
    const users = await ifPresent(() => membersOf(caller, group));
    return users === undefined ? null : { ...state, users };
  },

  async update(caller, prior, planned) {
    const [group, name] = [textOf(planned, 'group'), textOf(planned, 'name')];
    const [before, after] = [textsOf(prior, 'users'), textsOf(planned, 'users')];
    const removed = before.filter((user) => !after.includes(user));
    const added = after.filter((user) => !before.includes(user));
    await doing(`updating IAM Group Membership (${name})`, async () => {
      await removeMembers(caller, group, removed);
      await addMembers(caller, group, added);
    });
    const users = await membersOf(caller, group);
    return { ...planned, users };
  },

  async remove(caller, state) {
    const [group, name] = [textOf(state, 'group'), textOf(state, 'name')];
    await doing(`deleting IAM Group Membership (${name})`, () => removeMembers(caller, group, textsOf(state, 'users')));
  },
};

async function addMembers(caller: Caller, GroupName: string, users: readonly string[]): Promise<void> {
  for (const UserName of users) {
    const command = new AddUserToGroupCommand({ GroupName, UserName });
    await doing(`adding user (${UserName}) to group (${GroupName})`, () => caller.send(command));
  }
}

async function removeMembers(caller: Caller, GroupName: string, users: readonly string[]): Promise<void> {
  for (const UserName of users) {
    const command = new RemoveUserFromGroupCommand({ GroupName, UserName });
    await doing(`removing user (${UserName}) from group (${GroupName})`, () => ifPresent(() => caller.send(command)));
  }
}

async function membersOf(caller: Caller, GroupName: string): Promise<readonly string[]> {
  const users = await doing(`reading IAM Group Membership (${GroupName})`, () =>
    caller.list(paginateGetGroup, { GroupName }, (page) => page.Users),
  );
  return users.map((user) => user.UserName ?? '');
}

/** aws_iam_group_policy_attachment: one policy on one group; others on the same group are not its business. */
export const GROUP_POLICY_ATTACHMENT: ResourceType = {
  schema: {
    attributes: {
      group: { type: 'string', required: true },
      id: { type: 'string', optional: true, computed: true },
      policy_arn: { type: 'string', required: true },
    },
  },
  legacy: true,
  replacedBy: ['group', 'policy_arn'],
  validate: arn('policy_arn'),

  async create(caller, planned, keep) {
    const [group, policy] = [textOf(planned, 'group'), textOf(planned, 'policy_arn')];
    await attachToGroup(caller, group, policy);
    const created = { ...planned, id: uniqueId(`${group}-`) };
    keep(created);
    await doing(`reading IAM Group Policy Attachment (${group}:${policy})`, () => policiesOfGroup(caller, group));
    return created;
  },

  async read(caller, state) {
    const [group, policy] = [textOf(state, 'group'), textOf(state, 'policy_arn')];
    const attached = await doing(`reading IAM Group Policy Attachment (${group}:${policy})`, () =>
      ifPresent(() => policiesOfGroup(caller, group)),
    );
    return attached?.includes(policy) ? state : null;
  },

  remove: (caller, state) => detachFromGroup(caller, textOf(state, 'group'), textOf(state, 'policy_arn')),

  importState(id) {
    const slash = id.indexOf('/');
    const [group, policy] = [id.slice(0, slash), id.slice(slash + 1)];
    if (slash < 1 || policy === '') return `unexpected format of ID ("${id}"), expected <group-name>/<policy_arn>`;
    return { id: `${group}-${policy}`, group, policy_arn: policy };
  },
};

export async function attachToGroup(caller: Caller, group: string, policy: string): Promise<void> {
  const command = new AttachGroupPolicyCommand({ GroupName: group, PolicyArn: policy });
  await doing(`attaching IAM Policy (${policy}) to IAM Group (${group})`, () =>
    despiteConcurrency(() => caller.send(command)),
  );
}

export async function detachFromGroup(caller: Caller, group: string, policy: string): Promise<void> {
  const command = new DetachGroupPolicyCommand({ GroupName: group, PolicyArn: policy });
  await doing(`detaching IAM Policy (${policy}) from IAM Group (${group})`, () =>
    ifPresent(() => despiteConcurrency(() => caller.send(command))),
  );
}

export async function policiesOfGroup(caller: Caller, GroupName: string): Promise<readonly string[]> {
  const policies = await caller.list(paginateListAttachedGroupPolicies, { GroupName }, (page) => page.AttachedPolicies);
  return policies.map((policy) => policy.PolicyArn ?? '');
}
