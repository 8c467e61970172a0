import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as aws from '@aws-sdk/client-iam';
import { ACCOUNT, iamOf, keyOf, policy } from '../emulator/clients.ts';
import { clientThat, openAccountToRead } from './account-to-read.ts';

let account: Awaited<ReturnType<typeof openAccountToRead>>;
beforeEach(async () => {
  account = await openAccountToRead();
});
afterEach(() => account.close());

test('throttled calls are repeated by the SDK', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await account.user(name);
  const patient = iamOf(account.emulator, account.emulator.rootCredentials, 4);
  account.emulator.faults = { throttleFirst: 1 };
  const before = account.emulator.calls.length;
  const { notChecked, users } = await account.take({ pageSize: 2 }, patient);
  patient.destroy();
  expect(notChecked).toEqual([]);
  expect(users.size).toBe(4);
  expect(account.emulator.calls.length - before).toBe(2 * (4 + 2 + 16));
});

test('endless throttling leaves everything unchecked, and nothing is thrown', async () => {
  await account.user('a');
  account.emulator.faults = { throttleShare: 1 };
  const { notChecked, isAccessKnown, access, users, rootKeys, reportedAt } = await account.take();
  expect({ isAccessKnown, access, users: users.size, rootKeys, reportedAt }).toEqual({
    isAccessKnown: false,
    access: { account: ACCOUNT, users: [], groups: [], policies: [] },
    users: 0,
    rootKeys: null,
    reportedAt: null,
  });
  expect(notChecked.map(({ what, failure }) => `${what}: ${failure.code}`)).toEqual([
    'users, groups and policies: throttled',
    'the service-specific credentials: throttled',
    'the credential report: throttled',
    "the root user's access keys: throttled",
  ]);
});

/** A client with the key of a user who may call only these. */
async function whoMay(...actions: string[]): Promise<aws.IAMClient> {
  await account.user('reader', '/');
  const PolicyDocument = policy('Allow', actions);
  await account.call('PutUserPolicy', { UserName: 'reader', PolicyName: 'may', PolicyDocument });
  return iamOf(account.emulator, await keyOf(account.iam, 'reader'));
}

test.each<[string, string[], string[]]>([
  [
    'nothing',
    ['sts:GetCallerIdentity'],
    [
      'users, groups and policies',
      'the service-specific credentials',
      'the credential report',
      "the root user's access keys",
    ],
  ],
  [
    'the account, no single user',
    ['iam:GetAccountAuthorizationDetails', 'iam:GetAccountSummary', 'iam:*CredentialReport'],
    [
      'the service-specific credentials',
      'the access keys of bo and 1 more',
      'the SSH keys of bo and 1 more',
      'the signing certificates of bo and 1 more',
      'the console password of bo and 1 more',
    ],
  ],
  [
    'all but SSH keys',
    ['iam:Get*', 'iam:GenerateCredentialReport', 'iam:ListA*', 'iam:ListSi*', 'iam:ListSe*'],
    ['the SSH keys of bo and 1 more'],
  ],
  ['all but the report', ['iam:GetA*', 'iam:GetL*', 'iam:List*'], ['the credential report']],
  ['a report that others have made', ['iam:Get*', 'iam:List*'], ['the credential report']],
])('a role that may read %s', async (_may, actions, expected) => {
  await account.user('bo');
  await account.user('cy');
  await account.call('CreateLoginProfile', { UserName: 'bo', Password: 'long Enough 1' });
  await account.call('CreateAccessKey', { UserName: 'bo' });
  const reader = await whoMay(...actions);
  const { notChecked, isAccessKnown, users } = await account.take({}, reader);
  reader.destroy();
  expect(notChecked.map(({ what }) => what)).toEqual(expected);
  expect(new Set(notChecked.map(({ failure }) => failure.code))).toEqual(new Set(['credentials-denied']));
  expect(isAccessKnown).toBe(!expected.includes('users, groups and policies'));
  expect(users.size).toBe(isAccessKnown ? 3 : 0);
  // The credential report replaces what may not be read.
  if (isAccessKnown) expect(users.get('bo')?.credentials).toMatchObject({ keys: [{ active: true }], password: {} });
});

const refusedAllUsers = () =>
  clientThat(account, (command, carryOut) =>
    command instanceof aws.ListServiceSpecificCredentialsCommand && command.input.AllUsers === true
      ? Promise.reject(Object.assign(new Error('unknown parameter'), { name: 'ValidationError', $fault: 'client' }))
      : carryOut(),
  );

test('an endpoint that does not know AllUsers is asked for each user instead', async () => {
  await account.user('bo');
  await account.user('old', '/');
  for (const UserName of ['bo', 'old']) {
    await account.call('CreateServiceSpecificCredential', { UserName, ServiceName: 'logs.amazonaws.com' });
  }
  const { notChecked, users } = await account.take({}, refusedAllUsers());
  expect(notChecked).toEqual([]);
  expect(users.get('bo')?.credentials.services).toMatchObject([{ service: 'logs.amazonaws.com' }]);
  expect(users.get('old')?.credentials.services).toEqual([]);
});

test('if users may not be read one by one, their service-specific credentials are not checked', async () => {
  await account.user('bo');
  const { notChecked } = await account.take({ scope: 'access' }, refusedAllUsers());
  expect(notChecked).toEqual([
    {
      what: 'the service-specific credentials',
      failure: { code: 'aws-unavailable', args: { reason: 'ValidationError: unknown parameter', progress: null } },
    },
  ]);
});

test('a mistake of ours is thrown', async () => {
  const client = clientThat(account, () => Promise.reject(new TypeError('x is not a function')));
  await expect(account.take({}, client)).rejects.toThrow('x is not');
});

test('no server', async () => {
  const { rootCredentials } = account.emulator;
  const offline = iamOf({ endpoint: 'http://127.0.0.1:1', rootCredentials });
  const { notChecked, isAccessKnown } = await account.take({}, offline);
  offline.destroy();
  expect(isAccessKnown).toBe(false);
  expect(notChecked.map(({ failure }) => failure.code)).toEqual(Array(4).fill('network-failed'));
});

test.each([['<html><body>Sign in to the network</body></html>'], ['<html><br>'], ['{}'], ['']])(
  'an answer that is not from AWS does not count as an empty account: %j',
  async (body) => {
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { rootCredentials } = account.emulator;
    const portal = iamOf({ endpoint: `http://127.0.0.1:${port}`, rootCredentials });
    const { notChecked, isAccessKnown, reportedAt } = await account.take({}, portal);
    portal.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect({ isAccessKnown, reportedAt }).toEqual({ isAccessKnown: false, reportedAt: null });
    expect(notChecked.map(({ what }) => what)).toContain('users, groups and policies');
  },
);

test('a page that leads to itself ends', async () => {
  await account.user('bo');
  await account.user('cy');
  let first: Promise<unknown> | undefined;
  const client = clientThat(account, (command, carryOut) => {
    if (!(command instanceof aws.GetAccountAuthorizationDetailsCommand)) return carryOut();
    first ??= carryOut();
    return first;
  });
  const { notChecked, isAccessKnown } = await account.take({ scope: 'access', pageSize: 1 }, client);
  expect(isAccessKnown).toBe(false);
  expect(notChecked.map(({ failure }) => failure.args)).toEqual([
    { reason: 'a page of the answer leads to itself', progress: null },
  ]);
});
