import { CreateAccessKeyCommand, type IAMClient } from '@aws-sdk/client-iam';
import * as mturk from '@aws-sdk/client-mturk';
import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';

/** What came of an operation: carried out (or refused for what was asked), or not allowed. */
export type Attempt = ReadonlyMap<Operation, 'allowed' | 'denied'>;

/**
 * Makes a user a key of her own and tries all 39 operations with it. Only ever for the local AWS emulator: on a real one
 * the attempts would be made in earnest, so another endpoint than the loopback is refused.
 */
export async function tryEverything(iam: IAMClient, endpoint: string, user: string): Promise<Attempt> {
  if (new URL(endpoint).hostname !== '127.0.0.1')
    throw new Error('operations are tried on the local AWS emulator only');
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
  const client = new mturk.MTurkClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' },
  });
  try {
    const outcomes: [Operation, 'allowed' | 'denied'][] = [];
    for (const operation of OPERATIONS) outcomes.push([operation, await attempt(client, operation)]);
    return new Map(outcomes);
  } finally {
    client.destroy();
  }
}

async function attempt(client: mturk.MTurkClient, operation: Operation): Promise<'allowed' | 'denied'> {
  // The commands share a constructor's shape, which the SDK's types do not say.
  const Command = (mturk as unknown as Record<string, new (input: object) => mturk.GetAccountBalanceCommand>)[
    `${operation}Command`
  ];
  if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
  try {
    await client.send(new Command({}));
    return 'allowed';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'AccessDeniedException') return 'denied';
    // It was let through, and then missed a parameter or the thing that was asked about.
    if (error.name === 'RequestError' || error.name === 'ServiceFault' || error.name === 'ValidationException')
      return 'allowed';
    throw error;
  }
}
