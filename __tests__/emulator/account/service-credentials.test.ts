import {
  ListServiceSpecificCredentialsCommand,
  type ListServiceSpecificCredentialsCommandInput,
} from '@aws-sdk/client-iam';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, keyOf, openAccount, outcome, policy } from '../clients.ts';

let emulator: Emulator;
let iam: ReturnType<typeof iamOf>;
beforeEach(async () => {
  emulator = await openAccount();
  iam = iamOf(emulator);
  for (const UserName of ['ada', 'bo']) {
    await callIam(iam, 'CreateUser', { UserName, Path: '/lab/' });
    for (const service of ['codecommit', 'bedrock']) {
      await callIam(iam, 'CreateServiceSpecificCredential', { UserName, ServiceName: `${service}.amazonaws.com` });
    }
  }
});
afterEach(async () => {
  iam.destroy();
  await emulator.close();
});

const list = (input: ListServiceSpecificCredentialsCommandInput, client = iam) =>
  client.send(new ListServiceSpecificCredentialsCommand(input));
const owners = ({ ServiceSpecificCredentials }: Awaited<ReturnType<typeof list>>) =>
  ServiceSpecificCredentials?.map(({ UserName }) => UserName) ?? [];

test('the credentials of everybody, of one, and for one service', async () => {
  expect(owners(await list({ AllUsers: true })).sort()).toEqual(['ada', 'ada', 'bo', 'bo']);
  expect(owners(await list({ AllUsers: true, ServiceName: 'bedrock.amazonaws.com' })).sort()).toEqual(['ada', 'bo']);
  expect(owners(await list({ UserName: 'bo' }))).toEqual(['bo', 'bo']);
  expect(await outcome(list({ AllUsers: true, UserName: 'bo' }))).toBe('ValidationError');
  expect(await outcome(list({}))).toBe('ValidationError');
});

test('page by page', async () => {
  const first = await list({ AllUsers: true, MaxItems: 3 });
  expect([first.ServiceSpecificCredentials?.length, first.IsTruncated]).toEqual([3, true]);
  const last = await list({ AllUsers: true, MaxItems: 3, Marker: first.Marker });
  expect([last.ServiceSpecificCredentials?.length, last.IsTruncated]).toEqual([1, false]);
  expect([...owners(first), ...owners(last)].sort()).toEqual(['ada', 'ada', 'bo', 'bo']);
});

test('a caller that may ask about the lab alone may not ask about all users', async () => {
  const PolicyDocument = policy('Allow', 'iam:ListServiceSpecificCredentials', 'arn:aws:iam::*:user/lab/*');
  await callIam(iam, 'PutUserPolicy', { UserName: 'ada', PolicyName: 'lab', PolicyDocument });
  const ada = iamOf(emulator, await keyOf(iam, 'ada'));
  expect(owners(await list({ UserName: 'bo' }, ada))).toEqual(['bo', 'bo']);
  expect(await outcome(list({ AllUsers: true }, ada))).toBe('AccessDenied');
  ada.destroy();
});

test('a name with a comma does not shift the columns of the credential report', async () => {
  await callIam(iam, 'CreateUser', { UserName: 'd,e' });
  await callIam(iam, 'GenerateCredentialReport');
  const { Content } = await callIam(iam, 'GetCredentialReport');
  const lines = Buffer.from(Content as Uint8Array)
    .toString()
    .split('\n');
  expect(lines.find((line) => line.includes('d,e'))).toMatch(/^"d,e","arn:aws:iam::123456789012:user\/d,e",/);
});
