import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfilesForRole,
  paginateListRolePolicies,
  type Role,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import { doing, ifPresent, untilFound } from '../aws-calls.ts';
import { documentToSet, managedForm } from '../policy-json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { changeTags, tagAttributes, tagsFor } from '../tags.ts';
import { all, conflicting, policyDocument, policyName, unset } from '../validation.ts';
import { type Attributes, generatedPrefixOf, isEmpty, nameFor, optionalText, textOf } from '../value.ts';

/**
 * aws_iam_role: all but name and path changes in place. Its policies are read, as the real provider reads them, but set by
 * resources of their own alone.
 */
export const ROLE: ResourceType = {
  schema: {
    attributes: {
      arn: { type: 'string', computed: true },
      assume_role_policy: { type: 'string', required: true },
      create_date: { type: 'string', computed: true },
      description: { type: 'string', optional: true },
      force_detach_policies: { type: 'bool', optional: true },
      id: { type: 'string', optional: true, computed: true },
      managed_policy_arns: { type: ['set', 'string'], optional: true, computed: true },
      max_session_duration: { type: 'number', optional: true },
      name: { type: 'string', optional: true, computed: true },
      name_prefix: { type: 'string', optional: true, computed: true },
      path: { type: 'string', optional: true },
      permissions_boundary: { type: 'string', optional: true },
      tags: { type: ['map', 'string'], optional: true },
      tags_all: { type: ['map', 'string'], optional: true, computed: true },
      unique_id: { type: 'string', computed: true },
    },
    blocks: {
      inline_policy: {
        nesting: 'set',
        maxItems: 0,
        block: { attributes: { name: { type: 'string', optional: true }, policy: { type: 'string', optional: true } } },
      },
    },
  },
  legacy: true,
  defaults: { path: '/', force_detach_policies: false, max_session_duration: 3_600 },
  replacedBy: ['name', 'name_prefix', 'path'],
  documents: { assume_role_policy: managedForm },
  validate: all(
    policyDocument('assume_role_policy'),
    policyName('name', 64),
    policyName('name_prefix', 38),
    conflicting('name', 'name_prefix'),
    unset('inline_policy', 'aws_iam_role_policy'),
    unset('managed_policy_arns', 'aws_iam_role_policy_attachments_exclusive'),
  ),

  async create(caller, planned, keep) {
    const RoleName = nameFor(planned);
    const command = new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: managedForm(textOf(planned, 'assume_role_policy')),
      Path: textOf(planned, 'path'),
      Description: optionalText(planned, 'description'),
      MaxSessionDuration: Number(planned.max_session_duration),
      PermissionsBoundary: optionalText(planned, 'permissions_boundary'),
      Tags: tagsFor(planned),
    });
    const { Role: role } = await doing(`creating IAM Role (${RoleName})`, () => caller.send(command));
    keep(stateOf(caller, role, planned));
    return untilFound(() => readRole(caller, RoleName, planned));
  },

  read: async (caller, state) => (await ifPresent(() => readRole(caller, textOf(state, 'id'), state))) ?? null,

  async update(caller, prior, planned) {
    const RoleName = textOf(prior, 'id');
    const change = async (name: string, what: string, call: () => Promise<unknown>) => {
      if (prior[name] !== planned[name]) await doing(`updating IAM Role (${RoleName}) ${what}`, call);
    };
    const PolicyDocument = managedForm(textOf(planned, 'assume_role_policy'));
    await change('assume_role_policy', 'assume role policy', () =>
      caller.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument })),
    );
    await change('description', 'description', () =>
      caller.send(new UpdateRoleDescriptionCommand({ RoleName, Description: textOf(planned, 'description') })),
    );
    await change('max_session_duration', 'MaxSessionDuration', () =>
      caller.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: Number(planned.max_session_duration) })),
    );
    const boundary = optionalText(planned, 'permissions_boundary');
    await change('permissions_boundary', 'permissions boundary', async () => {
      if (boundary === undefined) await caller.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
      else await caller.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundary }));
    });
    await changeTags(
      `(Role) resource (${RoleName})`,
      prior,
      planned,
      (TagKeys) => caller.send(new UntagRoleCommand({ RoleName, TagKeys })),
      (Tags) => caller.send(new TagRoleCommand({ RoleName, Tags })),
    );
    return readRole(caller, RoleName, planned);
  },

  async remove(caller, state) {
    const RoleName = textOf(state, 'id');
    // The real provider lists what the state knows of, or all by `force_detach_policies`.
    const lists = (name: string) => state.force_detach_policies === true || !isEmpty(state[name] ?? null);
    await doing(`deleting IAM Role (${RoleName})`, () =>
      ifPresent(async () => {
        await caller.list(paginateListInstanceProfilesForRole, { RoleName }, (page) => page.InstanceProfiles);
        for (const PolicyArn of lists('managed_policy_arns') ? await policiesOfRole(caller, RoleName) : [])
          await caller.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
        for (const PolicyName of lists('inline_policy') ? await inlinePoliciesOfRole(caller, RoleName) : [])
          await caller.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        await caller.send(new DeleteRoleCommand({ RoleName }));
      }),
    );
  },

  importState: (id) => ({ id, force_detach_policies: false }),
};

function readRole(caller: Caller, RoleName: string, state: Attributes): Promise<Attributes> {
  return doing(`reading IAM Role (${RoleName})`, async () => {
    const { Role: role } = await caller.send(new GetRoleCommand({ RoleName }));
    const inline = [];
    for (const name of await inlinePoliciesOfRole(caller, RoleName)) {
      const command = new GetRolePolicyCommand({ RoleName, PolicyName: name });
      const { PolicyDocument: policy = '' } = await caller.send(command);
      inline.push({ name, policy: decodeURIComponent(policy) });
    }
    const arns = await policiesOfRole(caller, RoleName);
    return { ...stateOf(caller, role, state), inline_policy: inline, managed_policy_arns: arns };
  });
}

export function inlinePoliciesOfRole(caller: Caller, RoleName: string): Promise<string[]> {
  return caller.list(paginateListRolePolicies, { RoleName }, (page) => page.PolicyNames);
}

export async function policiesOfRole(caller: Caller, RoleName: string): Promise<readonly string[]> {
  const found = await caller.list(paginateListAttachedRolePolicies, { RoleName }, (page) => page.AttachedPolicies);
  return found.map(({ PolicyArn = '' }) => PolicyArn);
}

function stateOf(caller: Caller, role: Role | undefined, state: Attributes): Attributes {
  const name = role?.RoleName ?? '';
  const document = decodeURIComponent(role?.AssumeRolePolicyDocument ?? '');
  return {
    ...state,
    arn: role?.Arn ?? null,
    assume_role_policy: documentToSet(managedForm, textOf(state, 'assume_role_policy'), document),
    create_date: `${role?.CreateDate?.toISOString().slice(0, 19)}Z`,
    description: role?.Description ?? '',
    id: name,
    max_session_duration: role?.MaxSessionDuration ?? null,
    name,
    name_prefix: generatedPrefixOf(name),
    path: role?.Path ?? null,
    permissions_boundary: role?.PermissionsBoundary?.PermissionsBoundaryArn ?? '',
    unique_id: role?.RoleId ?? null,
    ...tagAttributes(state, role?.Tags, caller.defaultTags),
  };
}
