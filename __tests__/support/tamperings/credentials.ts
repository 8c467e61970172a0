import * as aws from '@aws-sdk/client-iam';
import { GetAccountBalanceCommand, MTurkClient } from '@aws-sdk/client-mturk';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../../conformance/scenarios-credentials.ts';
import { type Hands, type Tampering, user } from './tampering.ts';

async function keyFor({ iam }: Hands, key: string): Promise<{ readonly accessKeyId: string; secretAccessKey: string }> {
  const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand(user(key)));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** Uses a key; the call may be denied. */
async function use({ endpoint }: Hands, credentials: { accessKeyId: string; secretAccessKey: string }): Promise<void> {
  const client = new MTurkClient({ region: 'us-east-1', endpoint, credentials });
  await client.send(new GetAccountBalanceCommand({})).catch(() => {});
  client.destroy();
}

/** Credentials to sign in or to sign requests, which no plan contains. */
export const CREDENTIALS: readonly Tampering[] = [
  {
    what: 'a member gets a second key',
    done: async (hands) => {
      await use(hands, await keyFor(hands, 'bo'));
      await use(hands, await keyFor(hands, 'bo'));
    },
    finds: ['too-many-access-keys/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a key is older than the lab wants',
    done: async (hands) => {
      const key = await keyFor(hands, 'bo');
      hands.wait(91);
      await use(hands, key);
    },
    finds: ['old-access-key/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a key was never used',
    done: async (hands) => {
      await keyFor(hands, 'bo');
      hands.wait(31);
    },
    finds: ['unused-access-key/bo'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'a suspended member uses an access key',
    done: async (hands) => use(hands, await keyFor(hands, 'cy')),
    finds: ['key-used-after-leaving/cy'],
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
