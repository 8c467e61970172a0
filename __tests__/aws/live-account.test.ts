import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { awsFailure, checkCaller } from '../../src/aws/client.ts';
import { iamLookup } from '../../src/aws/iam-names.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';

const ACCOUNT = '123456789012';
let emulator: Emulator;
beforeAll(async () => {
  emulator = await openEmulator({ dir: null, accountId: ACCOUNT, provider: false });
});
afterAll(() => emulator.close());

const config = (credentials = emulator.rootCredentials) => ({
  endpoint: emulator.endpoint,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

test('every page of a long list is read', async () => {
  const iam = new IAMClient(config());
  for (let index = 0; index < 1001; index += 1)
    await iam.send(new CreateUserCommand({ UserName: `u${index}`, Path: '/a/' }));
  const before = emulator.calls.length;
  const users = await iamLookup(iam).list('user');
  expect(users).toHaveLength(1001);
  const id = expect.stringMatching(/^AIDA/);
  expect(users).toContainEqual({ kind: 'user', name: 'u7', path: '/a/', arn: `arn:aws:iam::${ACCOUNT}:user/a/u7`, id });
  expect(emulator.calls.length - before).toBe(2);
  expect(await iamLookup(iam).list('group')).toEqual([]);
  // AWS's own policies are in no account's way.
  expect(await iamLookup(iam).list('policy')).toEqual([]);
  iam.destroy();
});

test.each([
  ['wrong-account', ACCOUNT, '999999999999', {}, {}],
  ['credentials-denied', ACCOUNT, ACCOUNT, { secretAccessKey: 'wrong' }, {}],
  ['credentials-denied', ACCOUNT, ACCOUNT, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, {}],
  ['throttled', ACCOUNT, ACCOUNT, {}, { throttleShare: 1 }],
  ['aws-unavailable', ACCOUNT, ACCOUNT, {}, { errorShare: 1 }],
])('%s', async (code, _account, expected, credentials, faults) => {
  emulator.faults = faults;
  const sts = new STSClient(config({ ...emulator.rootCredentials, ...credentials }));
  expect(await checkCaller(sts, expected)).toMatchObject({ ok: false, failure: { code } });
  emulator.faults = {};
  sts.destroy();
});

test('the right account is returned with the caller', async () => {
  const sts = new STSClient(config());
  expect(await checkCaller(sts, ACCOUNT)).toEqual({
    ok: true,
    value: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
  });
  sts.destroy();
});

test('no credentials, and no server', async () => {
  const none = new STSClient({
    ...config(),
    credentials: async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    },
  });
  expect(await checkCaller(none, ACCOUNT)).toMatchObject({ failure: { code: 'credentials-missing' } });
  const offline = new STSClient({ ...config(), endpoint: 'http://127.0.0.1:1' });
  expect(await checkCaller(offline, ACCOUNT)).toMatchObject({ failure: { code: 'network-failed' } });
});

test('a mistake of ours is no failure of AWS', () => {
  expect(awsFailure(new TypeError('x is not a function'))).toBeNull();
  expect(awsFailure('text')).toBeNull();
});
