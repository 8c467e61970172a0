import { AddUserToGroupCommand, paginateGetGroup, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import { collect, doing } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { nothing } from '../validation.ts';
import { type Attributes, textOf, textsOf } from '../value.ts';
import { ifPresent, untilFound } from '../waiting.ts';

/** aws_iam_group_membership: all members of a group, so that a stranger in it is a change. It cannot be imported. */
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
  defaults: {},
  replacedBy: ['group', 'name'],
  json: {},
  validate: nothing,
  recomputed: {},

  async create(caller, planned, keep) {
    const { group, name } = namesOf(planned);
    await doing(`creating IAM Group Membership (${name})`, () => add(caller, group, textsOf(planned, 'users')));
    const created = { ...planned, id: name };
    keep(created);
    const users = await doing(`reading IAM Group Membership (${group})`, () =>
      untilFound(() => membersOf(caller, group)),
    );
    return { ...created, users };
  },

  async read(caller, state) {
    const { group } = namesOf(state);
    const users = await doing(`reading IAM Group Membership (${group})`, () =>
      ifPresent(() => membersOf(caller, group)),
    );
    return users === undefined ? null : { ...state, users };
  },

  async update(caller, prior, planned) {
    const { group, name } = namesOf(planned);
    const [before, after] = [textsOf(prior, 'users'), textsOf(planned, 'users')];
    await doing(`updating IAM Group Membership (${name})`, async () => {
      await remove(
        caller,
        group,
        before.filter((user) => !after.includes(user)),
      );
      await add(
        caller,
        group,
        after.filter((user) => !before.includes(user)),
      );
    });
    const users = await doing(`reading IAM Group Membership (${group})`, () => membersOf(caller, group));
    return { ...planned, users };
  },

  async remove(caller, state) {
    const { group, name } = namesOf(state);
    await doing(`deleting IAM Group Membership (${name})`, () => remove(caller, group, textsOf(state, 'users')));
  },

  importState: null,
};

function namesOf(attributes: Attributes): { readonly group: string; readonly name: string } {
  return { group: textOf(attributes, 'group'), name: textOf(attributes, 'name') };
}

async function add(caller: Caller, group: string, users: readonly string[]): Promise<void> {
  for (const user of users) {
    const membership = new AddUserToGroupCommand({ GroupName: group, UserName: user });
    await doing(`adding user (${user}) to group (${group})`, () => caller.iam.send(membership, caller.options));
  }
}

async function remove(caller: Caller, group: string, users: readonly string[]): Promise<void> {
  for (const user of users) {
    const membership = new RemoveUserFromGroupCommand({ GroupName: group, UserName: user });
    await doing(`removing user (${user}) from group (${group})`, () =>
      ifPresent(() => caller.iam.send(membership, caller.options)),
    );
  }
}

async function membersOf(caller: Caller, group: string): Promise<readonly string[]> {
  const pages = paginateGetGroup({ client: caller.iam }, { GroupName: group }, caller.options);
  const users = await collect(pages, (page) => page.Users);
  return users.map((user) => user.UserName ?? '');
}
