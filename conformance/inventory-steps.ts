import type { IAMClient } from '@aws-sdk/client-iam';
import * as iamModule from '@aws-sdk/client-iam';
import { takeInventory } from '../src/aws/inventory/inventory.ts';
import type { Inventory } from '../src/aws/inventory/types.ts';
import { labPath } from '../src/team/names.ts';
import { ACCOUNT, LAB, TODAY } from './lifecycle-team.ts';
import { CERTIFICATE, SSH_PUBLIC_KEY } from './scenarios-credentials.ts';

const PATH = labPath(LAB);
const CAP = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/${LAB}`;
const READS = `arn:aws:iam::${ACCOUNT}:policy${PATH}reads`;
const FULL_ACCESS = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const CODES = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' };

const allow = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

/** What an inventory recorded at one point of the lifecycle. */
export interface RecordedInventory {
  readonly step: string;
  readonly inventory: Inventory;
}

type Call = (name: string, input: object) => Promise<Readonly<Record<string, Readonly<Record<string, string>>>>>;

/**
 * Fills an account with all that an inventory reads, and takes it before and after manual changes.
 * `later` lets four hours go by, after which AWS makes a new credential report.
 */
export async function recordInventories(iam: IAMClient, later: () => void): Promise<readonly RecordedInventory[]> {
  const call: Call = async (name, input) => {
    const Command = Reflect.get(iamModule, `${name}Command`) as new (given: object) => Parameters<IAMClient['send']>[0];
    return (await iam.send(new Command(input))) as unknown as Awaited<ReturnType<Call>>;
  };
  const record = async (step: string, scope: 'access' | 'all'): Promise<RecordedInventory> => ({
    step,
    inventory: await take(iam, scope),
  });
  await makeLab(call);
  await giveCredentials(call);
  const lab = await record('a lab with credentials of every kind', 'all');
  const first = await record('the first part alone', 'access');
  await changeByHand(call);
  const changed = await record('after manual changes', 'all');
  later();
  return [lab, first, changed, await record('four hours later', 'all')];
}

function take(iam: IAMClient, scope: 'access' | 'all'): Promise<Inventory> {
  const managed = ({ path }: { readonly path: string }): boolean => path.startsWith(PATH);
  return takeInventory(iam, { account: ACCOUNT, managed, scope, now: () => new Date(`${TODAY}T12:00:00Z`) });
}

async function makeLab(call: Call): Promise<void> {
  await call('CreatePolicy', { PolicyName: LAB, Path: '/mturk-boundary/', PolicyDocument: allow('mechanicalturk:*') });
  await call('CreatePolicy', { PolicyName: 'reads', Path: PATH, PolicyDocument: allow('mechanicalturk:Get*') });
  await call('CreateGroup', { GroupName: 'readers', Path: PATH });
  await call('AttachGroupPolicy', { GroupName: 'readers', PolicyArn: READS });
  await call('CreateGroup', { GroupName: 'all', Path: PATH });
  await call('AttachGroupPolicy', { GroupName: 'all', PolicyArn: FULL_ACCESS });
  for (const name of ['bo', 'ada', 'cy']) {
    const Tags = [{ Key: 'mturk-team:member', Value: name }];
    await call('CreateUser', { UserName: name, Path: PATH, PermissionsBoundary: CAP, Tags });
    await call('AddUserToGroup', { UserName: name, GroupName: name === 'ada' ? 'all' : 'readers' });
  }
  await call('PutUserPolicy', { UserName: 'bo', PolicyName: 'limits', PolicyDocument: allow('mechanicalturk:GetHIT') });
  await call('CreateUser', { UserName: 'old' });
  await call('AttachUserPolicy', { UserName: 'old', PolicyArn: FULL_ACCESS });
}

async function giveCredentials(call: Call): Promise<void> {
  await call('CreateAccessKey', { UserName: 'bo' });
  const second = await call('CreateAccessKey', { UserName: 'bo' });
  const AccessKeyId = second.AccessKey?.AccessKeyId;
  await call('UpdateAccessKey', { UserName: 'bo', AccessKeyId, Status: 'Inactive' });
  await call('CreateAccessKey', { UserName: 'old' });
  await call('CreateLoginProfile', { UserName: 'cy', Password: 'Correct-Horse-7' });
  await call('CreateLoginProfile', { UserName: 'old', Password: 'Correct-Horse-7' });
  await call('UploadSSHPublicKey', { UserName: 'ada', SSHPublicKeyBody: SSH_PUBLIC_KEY });
  await call('UploadSigningCertificate', { UserName: 'ada', CertificateBody: CERTIFICATE });
  const device = await call('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' });
  await call('EnableMFADevice', { UserName: 'ada', SerialNumber: device.VirtualMFADevice?.SerialNumber, ...CODES });
}

async function changeByHand(call: Call): Promise<void> {
  await call('AddUserToGroup', { UserName: 'bo', GroupName: 'all' });
  await call('CreatePolicyVersion', { PolicyArn: READS, PolicyDocument: allow('*'), SetAsDefault: true });
  await call('CreateGroup', { GroupName: 'Admins' });
  await call('PutGroupPolicy', { GroupName: 'Admins', PolicyName: 'all', PolicyDocument: allow('*') });
  await call('CreateUser', { UserName: 'new' });
  await call('AddUserToGroup', { UserName: 'new', GroupName: 'Admins' });
  await call('CreateAccessKey', { UserName: 'new' });
  await call('DeleteLoginProfile', { UserName: 'cy' });
  await call('CreateAccessKey', { UserName: 'cy' });
  await call('RemoveUserFromGroup', { UserName: 'cy', GroupName: 'readers' });
}
