import * as aws from '@aws-sdk/client-iam';
import { readHeldCredentials } from '../../../src/aws/credentials/user-credentials.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { iamOf, openAccount } from '../../emulator/clients.ts';

const UserName = 'perception-lab-uma';
let emulator: Emulator;
let iam: aws.IAMClient;
beforeAll(async () => {
  emulator = await openAccount();
  iam = iamOf(emulator);
});
afterAll(async () => {
  iam.destroy();
  await emulator.close();
});

test('of a user that someone made in advance, all that is active is known, and no id of it', async () => {
  await iam.send(new aws.CreateUserCommand({ UserName }));
  const nothing = { user: UserName, keys: [], others: [], notChecked: [] };
  expect(await readHeldCredentials(iam, UserName)).toEqual(nothing);
  const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand({ UserName }));
  const inactive = await iam.send(new aws.CreateAccessKeyCommand({ UserName }));
  const AccessKeyId = inactive.AccessKey?.AccessKeyId;
  await iam.send(new aws.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
  await iam.send(new aws.CreateLoginProfileCommand({ UserName, Password: 'Correct-Horse-7' }));
  await iam.send(new aws.CreateServiceSpecificCredentialCommand({ UserName, ServiceName: 'logs.amazonaws.com' }));
  const created = `${AccessKey?.CreateDate?.toISOString().slice(0, 19)}Z`;
  expect(await readHeldCredentials(iam, UserName)).toEqual({
    ...nothing,
    keys: [{ created, by: null }],
    others: ['password', 'services'],
  });
});

test('what AWS does not answer is named, and no error', async () => {
  const refused = iamOf(emulator, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' });
  expect(await readHeldCredentials(refused, UserName)).toEqual({
    ...{ user: UserName, keys: [], others: [] },
    notChecked: ['keys', 'password', 'ssh', 'certificates', 'services'],
  });
  refused.destroy();
});
