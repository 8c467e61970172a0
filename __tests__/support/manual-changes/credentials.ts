import * as aws from '@aws-sdk/client-iam';
import { GetAccountBalanceCommand, MTurkClient } from '@aws-sdk/client-mturk';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../../conformance/scenarios-credentials.ts';
import { type Clients, type ManualChange, user } from './manual-change.ts';

async function keyFor(
  { iam }: Clients,
  key: string,
): Promise<{ readonly accessKeyId: string; secretAccessKey: string }> {
  const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand(user(key)));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** Uses a key; the call may be denied. */
async function use(
  { endpoint }: Clients,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<void> {
  const client = new MTurkClient({ region: 'us-east-1', endpoint, credentials });
  await client.send(new GetAccountBalanceCommand({})).catch(() => {});
  client.destroy();
}

/** Credentials to sign in or to sign requests, which no plan contains. */
export const CREDENTIALS: readonly ManualChange[] = [
  {
    what: 'a member gets a second key',
    done: async (clients) => {
      await use(clients, await keyFor(clients, 'bo'));
      await use(clients, await keyFor(clients, 'bo'));
    },
    finds: ['too-many-access-keys/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a key is older than the lab wants',
    done: async (clients) => {
      const key = await keyFor(clients, 'bo');
      clients.wait(91);
      await use(clients, key);
    },
    finds: ['old-access-key/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a key was never used',
    done: async (clients) => {
      await keyFor(clients, 'bo');
      clients.wait(31);
    },
    finds: ['unused-access-key/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a suspended member uses an access key',
    done: async (clients) => use(clients, await keyFor(clients, 'cy')),
    finds: ['key-used-after-leaving/cy/2026-11-25'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a member gets a console password',
    done: ({ iam }) => iam.send(new aws.CreateLoginProfileCommand({ ...user('bo'), Password: 'Correct-Horse-7' })),
    finds: ['console-password/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a member gets an SSH key',
    done: ({ iam }) => iam.send(new aws.UploadSSHPublicKeyCommand({ ...user('bo'), SSHPublicKeyBody: SSH_PUBLIC_KEY })),
    finds: ['ssh-key/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a member gets a signing certificate',
    done: ({ iam }) =>
      iam.send(new aws.UploadSigningCertificateCommand({ ...user('bo'), CertificateBody: CERTIFICATE })),
    finds: ['signing-certificate/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a member gets a credential of another service',
    done: ({ iam }) =>
      iam.send(new aws.CreateServiceSpecificCredentialCommand({ ...user('bo'), ServiceName: 'logs.amazonaws.com' })),
    finds: ['service-specific-credential/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'the root user gets a key',
    done: ({ iam }) => iam.send(new aws.CreateAccessKeyCommand({})),
    finds: ['root-access-key'],
    reconcile: 'left',
    access: false,
  },
];
