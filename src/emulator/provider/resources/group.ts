import {
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  type Group,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam';
import { doing } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { iamNameCharset } from '../validation.ts';
import { type Attributes, textOf } from '../value.ts';
import { ifPresent, untilFound } from '../waiting.ts';

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
  json: {},
  validate: iamNameCharset('name'),
  recomputed: { arn: ['name', 'path'] },

  async create(caller, planned, keep) {
    const name = textOf(planned, 'name');
    const created = await doing(`creating IAM Group (${name})`, () =>
      caller.iam.send(new CreateGroupCommand({ GroupName: name, Path: textOf(planned, 'path') }), caller.options),
    );
    keep(stateOf(created.Group, planned));
    // The real provider looks for the group before it reads it, which makes two calls.
    await doing(`waiting for IAM Group (${name}) create`, () => untilFound(() => getGroup(caller, name)));
    return stateOf(await doing(`reading IAM Group (${name})`, () => getGroup(caller, name)), planned);
  },

  async read(caller, state) {
    const name = textOf(state, 'id');
    const group = await doing(`reading IAM Group (${name})`, () => ifPresent(() => getGroup(caller, name)));
    return group === undefined ? null : stateOf(group, state);
  },

  async update(caller, prior, planned) {
    const name = textOf(prior, 'name');
    const newName = textOf(planned, 'name');
    const change = { GroupName: name, NewGroupName: newName, NewPath: textOf(planned, 'path') };
    await doing(`updating IAM Group (${name})`, () => caller.iam.send(new UpdateGroupCommand(change), caller.options));
    return stateOf(await doing(`reading IAM Group (${newName})`, () => getGroup(caller, newName)), planned);
  },

  async remove(caller, state) {
    const name = textOf(state, 'id');
    await doing(`deleting IAM Group (${name})`, () =>
      ifPresent(() => caller.iam.send(new DeleteGroupCommand({ GroupName: name }), caller.options)),
    );
  },

  importState: (id) => ({ state: { id } }),
};

async function getGroup(caller: Caller, name: string): Promise<Group | undefined> {
  const { Group: group } = await caller.iam.send(new GetGroupCommand({ GroupName: name }), caller.options);
  return group;
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
