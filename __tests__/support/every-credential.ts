import type { IAMClient } from '@aws-sdk/client-iam';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../conformance/scenarios-credentials.ts';
import { callIam, type Key, keyOf, policy } from '../emulator/clients.ts';

/** Gives a user two keys, one credential of each other kind, a group outside the lab and a policy of their own. The keys. */
export async function giveEveryCredential(iam: IAMClient, UserName: string): Promise<readonly Key[]> {
  const keys = [await keyOf(iam, UserName), await keyOf(iam, UserName)];
  await callIam(iam, 'CreateLoginProfile', { UserName, Password: 'Correct-Horse-1', PasswordResetRequired: false });
  const { VirtualMFADevice } = await callIam(iam, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'device' });
  const { SerialNumber } = VirtualMFADevice as { SerialNumber: string };
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' };
  await callIam(iam, 'EnableMFADevice', { UserName, SerialNumber, ...codes });
  await callIam(iam, 'UploadSSHPublicKey', { UserName, SSHPublicKeyBody: SSH_PUBLIC_KEY });
  await callIam(iam, 'UploadSigningCertificate', { UserName, CertificateBody: CERTIFICATE });
  await callIam(iam, 'CreateServiceSpecificCredential', { UserName, ServiceName: 'codecommit.amazonaws.com' });
  await callIam(iam, 'CreateGroup', { GroupName: 'readers' });
  await callIam(iam, 'AddUserToGroup', { UserName, GroupName: 'readers' });
  await callIam(iam, 'CreatePolicy', { PolicyName: 'extra', PolicyDocument: policy('Allow', 's3:GetObject') });
  await callIam(iam, 'AttachUserPolicy', { UserName, PolicyArn: 'arn:aws:iam::123456789012:policy/extra' });
  return keys;
}
