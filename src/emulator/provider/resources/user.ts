import {
  CreateUserCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DeleteVirtualMFADeviceCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  ListServiceSpecificCredentialsCommand,
  PutUserPermissionsBoundaryCommand,
  paginateListAccessKeys,
  paginateListAttachedUserPolicies,
  paginateListGroupsForUser,
  paginateListMFADevices,
  paginateListSigningCertificates,
  paginateListSSHPublicKeys,
  paginateListUserPolicies,
  paginateListVirtualMFADevices,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
  type User,
} from '@aws-sdk/client-iam';
import { doing, ifPresent, untilFound } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { changeTags, tagAttributes, tagsFor } from '../tags.ts';
import { all, iamNameCharset, longest } from '../validation.ts';
import { type Attributes, optionalText, textOf } from '../value.ts';

/** aws_iam_user: name, path, boundary and tags change in place. */
export const USER: ResourceType = {
  schema: {
    attributes: {
      arn: { type: 'string', computed: true },
      force_destroy: {
        type: 'bool',
        optional: true,
        description: 'Delete the user with all that Terraform does not manage: keys, password, MFA devices',
      },
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', required: true },
      path: { type: 'string', optional: true },
      permissions_boundary: { type: 'string', optional: true },
      tags: { type: ['map', 'string'], optional: true },
      tags_all: { type: ['map', 'string'], optional: true, computed: true },
      unique_id: { type: 'string', computed: true },
    },
  },
  legacy: true,
  defaults: { path: '/', force_destroy: false },
  replacedBy: [],
  validate: all(iamNameCharset('name'), longest('permissions_boundary', 2048)),

  async create(caller, planned, keep) {
    const name = textOf(planned, 'name');
    const command = new CreateUserCommand({
      UserName: name,
      Path: textOf(planned, 'path'),
      PermissionsBoundary: optionalText(planned, 'permissions_boundary'),
      Tags: tagsFor(planned),
    });
    const created = await doing(`creating IAM User (${name})`, () => caller.send(command));
    keep(stateOf(caller, created.User, planned));
    return stateOf(caller, await untilFound(() => readUser(caller, name)), planned);
  },

  async read(caller, state) {
    const user = await ifPresent(() => readUser(caller, textOf(state, 'id')));
    return user === undefined ? null : stateOf(caller, user, state);
  },

  async update(caller, prior, planned) {
    const name = textOf(planned, 'name');
    await rename(caller, prior, planned);
    await changeBoundary(caller, name, prior, planned);
    await changeTags(
      `(User) resource (${name})`,
      prior,
      planned,
      (TagKeys) => caller.send(new UntagUserCommand({ UserName: name, TagKeys })),
      (Tags) => caller.send(new TagUserCommand({ UserName: name, Tags })),
    );
    return stateOf(caller, await readUser(caller, name), planned);
  },

  async remove(caller, state) {
    const name = textOf(state, 'id');
    await doing(`removing IAM User (${name}) group memberships`, () => ifPresent(() => leaveGroups(caller, name)));
    if (state.force_destroy === true) await removeBelongings(caller, name);
    await doing(`deleting IAM User (${name})`, () =>
      ifPresent(() => caller.send(new DeleteUserCommand({ UserName: name }))),
    );
  },

  importState: (id) => ({ id }),
};

async function rename(caller: Caller, prior: Attributes, planned: Attributes): Promise<void> {
  const [from, to] = [textOf(prior, 'name'), textOf(planned, 'name')];
  const path = textOf(planned, 'path');
  if (from === to && textOf(prior, 'path') === path) return;
  const command = new UpdateUserCommand({ UserName: from, NewUserName: to, NewPath: path });
  await doing(`updating IAM User (${from})`, () => caller.send(command));
}

async function changeBoundary(caller: Caller, name: string, prior: Attributes, planned: Attributes): Promise<void> {
  const boundary = textOf(planned, 'permissions_boundary');
  if (boundary === textOf(prior, 'permissions_boundary')) return;
  await doing(`${boundary === '' ? 'deleting' : 'setting'} IAM User (${name}) permissions boundary`, async () => {
    if (boundary === '') await caller.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }));
    else await caller.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary: boundary }));
  });
}

function readUser(caller: Caller, name: string): Promise<User | undefined> {
  const command = new GetUserCommand({ UserName: name });
  return doing(`reading IAM User (${name})`, async () => (await caller.send(command)).User);
}

function stateOf(caller: Caller, user: User | undefined, state: Attributes): Attributes {
  return {
    ...state,
    arn: user?.Arn ?? null,
    id: user?.UserName ?? null,
    name: user?.UserName ?? null,
    path: user?.Path ?? null,
    // Empty, not null, where there is none: so a boundary taken away by hand shows as a change.
    permissions_boundary: user?.PermissionsBoundary?.PermissionsBoundaryArn ?? '',
    unique_id: user?.UserId ?? null,
    ...tagAttributes(state, user?.Tags, caller.defaultTags),
  };
}

/** Removes a user from every group, whether Terraform knows of it or not: IAM deletes no member of a group. */
async function leaveGroups(caller: Caller, UserName: string): Promise<void> {
  for (const { GroupName } of await caller.list(paginateListGroupsForUser, { UserName }, (page) => page.Groups))
    await ifPresent(() => caller.send(new RemoveUserFromGroupCommand({ UserName, GroupName })));
}

/** Removes what IAM wants gone before it deletes a user (`force_destroy`), in the real provider's order, which the recordings show. */
async function removeBelongings(caller: Caller, UserName: string): Promise<void> {
  const removing = (what: string, step: () => Promise<unknown>) =>
    doing(`removing IAM User (${UserName}) ${what}`, () => ifPresent(step));
  await removing('inline policies', async () => {
    for (const PolicyName of await caller.list(paginateListUserPolicies, { UserName }, (page) => page.PolicyNames))
      await caller.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
  });
  await removing('managed policies', async () => {
    const listed = await caller.list(paginateListAttachedUserPolicies, { UserName }, (page) => page.AttachedPolicies);
    for (const { PolicyArn } of listed) await caller.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
  });
  await removing('access keys', async () => {
    const listed = await caller.list(paginateListAccessKeys, { UserName }, (page) => page.AccessKeyMetadata);
    for (const { AccessKeyId } of listed) await caller.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  });
  await removing('SSH keys', async () => {
    const listed = await caller.list(paginateListSSHPublicKeys, { UserName }, (page) => page.SSHPublicKeys);
    for (const { SSHPublicKeyId } of listed)
      await caller.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId }));
  });
  await removing('Virtual MFA devices', async () => {
    const assigned = { AssignmentStatus: 'Assigned' } as const;
    const listed = await caller.list(paginateListVirtualMFADevices, assigned, (page) => page.VirtualMFADevices);
    for (const { SerialNumber } of listed.filter((device) => device.User?.UserName === UserName)) {
      await caller.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
      await caller.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    }
  });
  await removing('MFA devices', async () => {
    for (const { SerialNumber } of await caller.list(paginateListMFADevices, { UserName }, (page) => page.MFADevices))
      await caller.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
  });
  await removing('login profile', () => caller.send(new DeleteLoginProfileCommand({ UserName })));
  await removing('signing certificates', async () => {
    const listed = await caller.list(paginateListSigningCertificates, { UserName }, (page) => page.Certificates);
    for (const { CertificateId } of listed)
      await caller.send(new DeleteSigningCertificateCommand({ UserName, CertificateId }));
  });
  await removing('Service Specific Credentials', async () => {
    const listed = await caller.send(new ListServiceSpecificCredentialsCommand({ UserName }));
    for (const { ServiceSpecificCredentialId } of listed.ServiceSpecificCredentials ?? [])
      await caller.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }));
  });
}
