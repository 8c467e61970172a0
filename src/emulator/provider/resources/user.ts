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
import { collect, doing, ifPresent, untilFound } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { tagAttributes, tagChange, tagsFor } from '../tags.ts';
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
  json: {},
  validate: all(iamNameCharset('name'), longest('permissions_boundary', 2048)),
  recomputed: {},

  async create(caller, planned, keep) {
    const name = textOf(planned, 'name');
    const command = new CreateUserCommand({
      UserName: name,
      Path: textOf(planned, 'path'),
      PermissionsBoundary: optionalText(planned, 'permissions_boundary'),
      Tags: tagsFor(planned),
    });
    const created = await doing(`creating IAM User (${name})`, () => caller.iam.send(command, caller.options));
    keep(stateOf(caller, created.User, planned));
    return readUser(caller, name, planned, true);
  },

  async read(caller, state) {
    const name = textOf(state, 'id');
    return (await ifPresentRead(caller, name, state)) ?? null;
  },

  async update(caller, prior, planned) {
    const name = textOf(planned, 'name');
    await rename(caller, prior, planned);
    await changeBoundary(caller, name, prior, planned);
    await changeTags(caller, name, prior, planned);
    return readUser(caller, name, planned, false);
  },

  async remove(caller, state) {
    const name = textOf(state, 'id');
    await doing(`removing IAM User (${name}) group memberships`, () => leaveGroups(caller, name));
    if (state.force_destroy === true) await removeBelongings(caller, name);
    await doing(`deleting IAM User (${name})`, () =>
      ifPresent(() => caller.iam.send(new DeleteUserCommand({ UserName: name }), caller.options)),
    );
  },

  importState: (id) => ({ state: { id } }),
};

async function rename(caller: Caller, prior: Attributes, planned: Attributes): Promise<void> {
  const [from, to] = [textOf(prior, 'name'), textOf(planned, 'name')];
  const path = textOf(planned, 'path');
  if (from === to && textOf(prior, 'path') === path) return;
  const command = new UpdateUserCommand({ UserName: from, NewUserName: to, NewPath: path });
  await doing(`updating IAM User (${from})`, () => caller.iam.send(command, caller.options));
}

async function changeBoundary(caller: Caller, name: string, prior: Attributes, planned: Attributes): Promise<void> {
  const boundary = textOf(planned, 'permissions_boundary');
  if (boundary === textOf(prior, 'permissions_boundary')) return;
  await doing(`${boundary === '' ? 'deleting' : 'setting'} IAM User (${name}) permissions boundary`, async () => {
    if (boundary === '') {
      await caller.iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }), caller.options);
    } else {
      const command = new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary: boundary });
      await caller.iam.send(command, caller.options);
    }
  });
}

async function changeTags(caller: Caller, name: string, prior: Attributes, planned: Attributes): Promise<void> {
  const { removed, set } = tagChange(prior, planned);
  await doing(`updating tags for IAM (User) resource (${name})`, async () => {
    if (removed.length > 0) {
      await caller.iam.send(new UntagUserCommand({ UserName: name, TagKeys: [...removed] }), caller.options);
    }
    if (set.length > 0) await caller.iam.send(new TagUserCommand({ UserName: name, Tags: set }), caller.options);
  });
}

async function readUser(caller: Caller, name: string, state: Attributes, isNew: boolean): Promise<Attributes> {
  const user = await doing(`reading IAM User (${name})`, () =>
    isNew ? untilFound(() => getUser(caller, name)) : getUser(caller, name),
  );
  return stateOf(caller, user, state);
}

async function ifPresentRead(caller: Caller, name: string, state: Attributes): Promise<Attributes | undefined> {
  const user = await doing(`reading IAM User (${name})`, () => ifPresent(() => getUser(caller, name)));
  return user === undefined ? undefined : stateOf(caller, user, state);
}

async function getUser(caller: Caller, name: string): Promise<User | undefined> {
  const { User: user } = await caller.iam.send(new GetUserCommand({ UserName: name }), caller.options);
  return user;
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

/** Takes a user out of every group, whether Terraform knows of it or not: IAM deletes no member of a group. */
async function leaveGroups(caller: Caller, user: string): Promise<void> {
  await ifPresent(async () => {
    const groups = await collect(
      paginateListGroupsForUser({ client: caller.iam }, { UserName: user }, caller.options),
      (page) => page.Groups,
    );
    for (const group of groups) {
      const membership = { UserName: user, GroupName: group.GroupName };
      await ifPresent(() => caller.iam.send(new RemoveUserFromGroupCommand(membership), caller.options));
    }
  });
}

type Step = (caller: Caller, user: string) => Promise<void>;

// In the real provider's order, which the recordings show.
const BELONGINGS: readonly (readonly [what: string, remove: Step])[] = [
  ['inline policies', removeInlinePolicies],
  ['managed policies', detachPolicies],
  ['access keys', removeAccessKeys],
  ['SSH keys', removeSshKeys],
  ['Virtual MFA devices', removeVirtualMfaDevices],
  ['MFA devices', deactivateMfaDevices],
  ['login profile', removeLoginProfile],
  ['signing certificates', removeSigningCertificates],
  ['Service Specific Credentials', removeServiceSpecificCredentials],
];

/** Removes everything that IAM wants gone before it deletes a user (`force_destroy`). */
async function removeBelongings(caller: Caller, user: string): Promise<void> {
  for (const [what, remove] of BELONGINGS) {
    await doing(`removing IAM User (${user}) ${what}`, () => ifPresent(() => remove(caller, user)));
  }
}

async function removeInlinePolicies(caller: Caller, user: string): Promise<void> {
  const names = await collect(
    paginateListUserPolicies({ client: caller.iam }, { UserName: user }, caller.options),
    (page) => page.PolicyNames,
  );
  for (const PolicyName of names) {
    await caller.iam.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName }), caller.options);
  }
}

async function detachPolicies(caller: Caller, user: string): Promise<void> {
  const listing = paginateListAttachedUserPolicies({ client: caller.iam }, { UserName: user }, caller.options);
  for (const { PolicyArn } of await collect(listing, (page) => page.AttachedPolicies)) {
    await caller.iam.send(new DetachUserPolicyCommand({ UserName: user, PolicyArn }), caller.options);
  }
}

async function removeAccessKeys(caller: Caller, user: string): Promise<void> {
  const listing = paginateListAccessKeys({ client: caller.iam }, { UserName: user }, caller.options);
  for (const { AccessKeyId } of await collect(listing, (page) => page.AccessKeyMetadata)) {
    await caller.iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId }), caller.options);
  }
}

async function removeSshKeys(caller: Caller, user: string): Promise<void> {
  const listing = paginateListSSHPublicKeys({ client: caller.iam }, { UserName: user }, caller.options);
  for (const { SSHPublicKeyId } of await collect(listing, (page) => page.SSHPublicKeys)) {
    await caller.iam.send(new DeleteSSHPublicKeyCommand({ UserName: user, SSHPublicKeyId }), caller.options);
  }
}

async function removeVirtualMfaDevices(caller: Caller, user: string): Promise<void> {
  const listing = paginateListVirtualMFADevices(
    { client: caller.iam },
    { AssignmentStatus: 'Assigned' },
    caller.options,
  );
  const devices = await collect(listing, (page) => page.VirtualMFADevices);
  for (const { SerialNumber } of devices.filter((device) => device.User?.UserName === user)) {
    await caller.iam.send(new DeactivateMFADeviceCommand({ UserName: user, SerialNumber }), caller.options);
    await caller.iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }), caller.options);
  }
}

async function deactivateMfaDevices(caller: Caller, user: string): Promise<void> {
  const listing = paginateListMFADevices({ client: caller.iam }, { UserName: user }, caller.options);
  for (const { SerialNumber } of await collect(listing, (page) => page.MFADevices)) {
    await caller.iam.send(new DeactivateMFADeviceCommand({ UserName: user, SerialNumber }), caller.options);
  }
}

async function removeLoginProfile(caller: Caller, user: string): Promise<void> {
  await caller.iam.send(new DeleteLoginProfileCommand({ UserName: user }), caller.options);
}

async function removeSigningCertificates(caller: Caller, user: string): Promise<void> {
  const listing = paginateListSigningCertificates({ client: caller.iam }, { UserName: user }, caller.options);
  for (const { CertificateId } of await collect(listing, (page) => page.Certificates)) {
    await caller.iam.send(new DeleteSigningCertificateCommand({ UserName: user, CertificateId }), caller.options);
  }
}

async function removeServiceSpecificCredentials(caller: Caller, user: string): Promise<void> {
  const command = new ListServiceSpecificCredentialsCommand({ UserName: user });
  const { ServiceSpecificCredentials: credentials = [] } = await caller.iam.send(command, caller.options);
  for (const { ServiceSpecificCredentialId } of credentials) {
    const credential = { UserName: user, ServiceSpecificCredentialId };
    await caller.iam.send(new DeleteServiceSpecificCredentialCommand(credential), caller.options);
  }
}
