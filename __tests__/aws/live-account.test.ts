import { STSClient } from '@aws-sdk/client-sts';
import { awsFailure, checkCaller } from '../../src/aws/client.ts';
import { iamLookup } from '../../src/aws/iam-names.ts';
import { emptyState } from '../../src/emulator/account/account.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { ACCOUNT, iamOf, openAccount, stsOf } from '../emulator/clients.ts';

const SIZE = 1_001;
const NOTHING = { tags: [], groups: [], attached: [], inline: [], boundary: null };
const NO_CREDENTIALS = { keys: [], login: null, mfa: [], ssh: [], certificates: [], serviceCredentials: [] };
let emulator: Emulator;
beforeAll(async () => {
  const created = '2026-11-25T00:00:00Z';
  const account = emptyState(ACCOUNT, created, 'seed');
  for (let index = 0; index < SIZE; index += 1) {
    const user = { id: `AIDA${index}`, name: `u${index}`, path: '/a/', created };
    account.users[user.id] = { ...user, ...structuredClone({ ...NOTHING, ...NO_CREDENTIALS }) };
  }
  emulator = await openAccount({ memory: { account, states: new Map() } });
});
afterAll(() => emulator.close());

test('every page of a long list is read', async () => {
  const iam = iamOf(emulator);
  const users = await iamLookup(iam).list('user');
  expect(users).toHaveLength(SIZE);
  const arn = `arn:aws:iam::${ACCOUNT}:user/a/u7`;
  expect(users).toContainEqual({ kind: 'user', name: 'u7', path: '/a/', arn, id: 'AIDA7' });
  expect(emulator.calls).toHaveLength(2);
  expect(await iamLookup(iam).list('group')).toEqual([]);
  // AWS's own policies are in no account's way.
  expect(await iamLookup(iam).list('policy')).toEqual([]);
  iam.destroy();
});

test.each([
  ['wrong-account', '999999999999', {}, {}],
  ['credentials-denied', ACCOUNT, { secretAccessKey: 'wrong' }, {}],
  ['credentials-denied', ACCOUNT, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, {}],
  ['throttled', ACCOUNT, {}, { throttleShare: 1 }],
  ['aws-unavailable', ACCOUNT, {}, { errorShare: 1 }],
])('%s', async (code, expected, credentials, faults) => {
  emulator.faults = faults;
  const sts = stsOf(emulator, { ...emulator.rootCredentials, ...credentials });
  expect(await checkCaller(sts, expected)).toMatchObject({ ok: false, failure: { code } });
  emulator.faults = {};
  sts.destroy();
});

test('the right account is no failure', async () => {
  const sts = stsOf(emulator);
  expect(await checkCaller(sts, ACCOUNT)).toEqual({ ok: true, value: null });
  sts.destroy();
});

test('no credentials, and no server', async () => {
  const { endpoint, rootCredentials } = emulator;
  const none = new STSClient({
    ...{ endpoint, region: 'us-east-1', maxAttempts: 1 },
    credentials: async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    },
  });
  expect(await checkCaller(none, ACCOUNT)).toMatchObject({ failure: { code: 'credentials-missing' } });
  const offline = stsOf({ endpoint: 'http://127.0.0.1:1', rootCredentials });
  expect(await checkCaller(offline, ACCOUNT)).toMatchObject({ failure: { code: 'network-failed' } });
});

test('a mistake of ours is no failure of AWS', () => {
  expect(awsFailure(new TypeError('x is not a function'))).toBeNull();
  expect(awsFailure('text')).toBeNull();
});
