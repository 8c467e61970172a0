import * as iamModule from '@aws-sdk/client-iam';
import { CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { MTurkClient } from '@aws-sdk/client-mturk';
import { STSClient } from '@aws-sdk/client-sts';
import type { WantedRole } from '../../src/aws/setup/account-roles.ts';
import { type Emulator, type EmulatorOptions, openEmulator } from '../../src/emulator/emulator.ts';
import { ROLE_POLICY } from '../../src/team/names.ts';

export const ACCOUNT = '123456789012';

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An account in memory without a provider, unless the options say otherwise. */
export function openAccount(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  return openEmulator({ dir: null, accountId: ACCOUNT, provider: false, ...options });
}

/** Where an account answers, and the credentials that clients have by default. */
type Account = Pick<Emulator, 'endpoint' | 'rootCredentials'>;

function config({ endpoint, rootCredentials }: Account, credentials: Key = rootCredentials, maxAttempts = 1) {
  return { endpoint, credentials, region: 'us-east-1', maxAttempts };
}

export const iamOf = (account: Account, key?: Key, maxAttempts?: number) =>
  new IAMClient(config(account, key, maxAttempts));
export const stsOf = (account: Account, key?: Key) => new STSClient(config(account, key));
export const mturkOf = (account: Account, key?: Key) => new MTurkClient(config(account, key));

type AnyCommand = new (input: object) => Parameters<IAMClient['send']>[0];
export type Output = Readonly<Record<string, unknown>>;

/** Calls IAM by the name of the call. */
export async function callIam(client: IAMClient, call: string, input: object = {}): Promise<Output> {
  const Command = Reflect.get(iamModule, `${call}Command`) as AnyCommand | undefined;
  if (Command === undefined) throw new Error(`the SDK has no ${call}`);
  return { ...(await client.send(new Command(input))) };
}

/** Creates the workflows' roles as Terraform would. */
export async function createRoles(client: IAMClient, wanted: readonly WantedRole[]): Promise<void> {
  for (const { name: RoleName, path: Path, trust, permissions } of wanted) {
    await callIam(client, 'CreateRole', { RoleName, Path, AssumeRolePolicyDocument: JSON.stringify(trust) });
    const PolicyDocument = JSON.stringify(permissions);
    await callIam(client, 'PutRolePolicy', { RoleName, PolicyName: ROLE_POLICY, PolicyDocument });
  }
}

/** `answered`, or the SDK's name of the error. */
export async function outcome(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'answered';
  } catch (error) {
    return (error as Error).name;
  }
}

/** A new access key of a user. */
export async function keyOf(client: IAMClient, userName: string): Promise<Key> {
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: userName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

/** A policy's text with one statement. */
export function policy(effect: 'Allow' | 'Deny', action: string | string[], resource: string | string[] = '*'): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: resource }] });
}
