import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserPolicyCommand,
  DeleteVirtualMFADeviceCommand,
  DetachUserPolicyCommand,
  ListServiceSpecificCredentialsCommand,
  paginateListAccessKeys,
  paginateListAttachedUserPolicies,
  paginateListGroupsForUser,
  paginateListMFADevices,
  paginateListSigningCertificates,
  paginateListSSHPublicKeys,
  paginateListUserPolicies,
  paginateListVirtualMFADevices,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import { collect, doing } from '../aws-calls.ts';
import type { Caller } from '../session.ts';
import { ifPresent } from '../waiting.ts';

/** Takes a user out of every group, whether Terraform knows of it or not: IAM deletes no member of a group. */
export async function leaveGroups(caller: Caller, user: string): Promise<void> {
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
export async function removeBelongings(caller: Caller, user: string): Promise<void> {
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
