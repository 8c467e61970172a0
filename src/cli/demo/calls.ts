import { CreateAccessKeyCommand, type IAMClient } from '@aws-sdk/client-iam';
import * as mturk from '@aws-sdk/client-mturk';
import type { Operation } from '../../catalog/mturk.ts';
import type { KeyPair } from '../../keys/profile.ts';

export async function createdKey(iam: IAMClient, UserName: string): Promise<KeyPair> {
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { id: key?.AccessKeyId ?? '', secret: key?.SecretAccessKey ?? '' };
}

/** Those of the operations that a key may call. Only the emulator may be the endpoint: on AWS the calls would have effects. */
export async function allowedWith(
  { id, secret }: KeyPair,
  endpoint: string,
  operations: readonly Operation[],
): Promise<ReadonlySet<Operation>> {
  if (new URL(endpoint).hostname !== '127.0.0.1') throw new Error('operations are called on the emulator only');
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  const client = new mturk.MTurkClient({ region: 'us-east-1', endpoint, credentials });
  try {
    const allowed = new Set<Operation>();
    for (const operation of operations) if (await isAllowed(client, operation)) allowed.add(operation);
    return allowed;
  } finally {
    client.destroy();
  }
}

type AnyCommand = new (input: object) => mturk.GetAccountBalanceCommand;

async function isAllowed(client: mturk.MTurkClient, operation: Operation): Promise<boolean> {
  // The SDK's commands share a constructor's shape, which its types do not say.
  const commands: Readonly<Record<string, unknown>> = mturk;
  const Command = commands[`${operation}Command`] as AnyCommand;
  try {
    await client.send(new Command({}));
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'AccessDeniedException') return false;
    // Authorized, then without a required parameter.
    if (['RequestError', 'ServiceFault', 'ValidationException'].includes(error.name)) return true;
    throw error;
  }
}
