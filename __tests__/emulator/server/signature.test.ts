import { createHash, createHmac } from 'node:crypto';
import { GetAccountBalanceCommand } from '@aws-sdk/client-mturk';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, mturkOf, openAccount, outcome, stsOf } from '../clients.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A signature made from the words of AWS's page "Create a signed AWS API request", with the headers of the Go SDK of 2021. */
function signByHand(
  emulator: Emulator,
  key: Key,
  form: string,
  change: (headers: Record<string, string>) => void = () => {},
  sent = form,
) {
  const host = new URL(emulator.endpoint).host;
  const date = '20261125T120000Z';
  const scope = '20261125/us-east-1/iam/aws4_request';
  const type = 'application/x-www-form-urlencoded; charset=utf-8';
  const signed = 'content-length;content-type;host;x-amz-date';
  const canonical = [
    'POST',
    '/',
    '',
    `content-length:${Buffer.byteLength(form)}`,
    `content-type:${type}`,
    `host:${host}`,
    `x-amz-date:${date}`,
    '',
    signed,
    sha256(form),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const signingKey = ['us-east-1', 'iam', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${key.secretAccessKey}`, '20261125'),
  );
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex');
  const headers: Record<string, string> = {
    'content-type': type,
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
  change(headers);
  return fetch(`${emulator.endpoint}/`, { method: 'POST', headers, body: sent });
}

const FORM = 'Action=GetUser&Version=2010-05-08';

describe('signatures', () => {
  let emulator: Emulator;
  let key: Key;

  beforeAll(async () => {
    emulator = await openAccount();
    const iam = iamOf(emulator);
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    key = await keyOf(iam, 'ada');
    iam.destroy();
  });
  afterAll(() => emulator.close());

  const codeOf = async (response: Response): Promise<string> =>
    `${response.status} ${/<Code>(\w+)/.exec(await response.text())?.[1] ?? 'answered'}`;

  test('one made by hand, with the headers that older SDKs sign, is accepted', async () => {
    expect(await codeOf(await signByHand(emulator, emulator.rootCredentials, FORM))).toBe('200 answered');
  });

  test('a date changed on its way is noticed', async () => {
    const forged = signByHand(emulator, emulator.rootCredentials, FORM, (headers) => {
      headers['x-amz-date'] = '20261125T120001Z';
    });
    expect(await codeOf(await forged)).toBe('403 SignatureDoesNotMatch');
  });

  test('a body changed on its way is noticed', async () => {
    const forged = signByHand(emulator, emulator.rootCredentials, FORM, () => {}, FORM.replace('GetUser', 'GetGame'));
    expect(await codeOf(await forged)).toBe('403 SignatureDoesNotMatch');
  });

  test('a stated digest that is not the body’s is noticed', async () => {
    const forged = signByHand(emulator, emulator.rootCredentials, FORM, (headers) => {
      headers['x-amz-content-sha256'] = sha256('something else');
    });
    expect(await codeOf(await forged)).toBe('403 SignatureDoesNotMatch');
  });

  test('no signature at all', async () => {
    const response = await fetch(emulator.endpoint, { method: 'POST', body: FORM });
    expect(await codeOf(response)).toBe('403 MissingAuthenticationToken');
  });

  test('an unreadable signature', async () => {
    const response = await signByHand(emulator, emulator.rootCredentials, FORM, (headers) => {
      headers.authorization = 'AWS4-HMAC-SHA256 nonsense';
    });
    expect(await codeOf(response)).toBe('400 IncompleteSignature');
  });

  const failures = [
    {
      name: 'a wrong secret',
      make: (): Key => ({ ...key, secretAccessKey: 'x'.repeat(40) }),
      iam: 'SignatureDoesNotMatch',
      mturk: 'InvalidSignatureException',
    },
    {
      name: 'an unknown key',
      make: (): Key => ({ ...key, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      iam: 'InvalidClientTokenId',
      mturk: 'UnrecognizedClientException',
    },
  ];
  test.each(failures)('$name is refused by all three services', async ({ make, iam, mturk }) => {
    expect(await outcome(callIam(iamOf(emulator, make()), 'GetUser'))).toBe(iam);
    expect(await outcome(stsOf(emulator, make()).send(new GetCallerIdentityCommand({})))).toBe(iam);
    expect(await outcome(mturkOf(emulator, make()).send(new GetAccountBalanceCommand({})))).toBe(mturk);
  });

  test('a deactivated key is refused, and works again once it is active', async () => {
    const root = iamOf(emulator);
    const whoAmI = () => outcome(stsOf(emulator, key).send(new GetCallerIdentityCommand({})));
    const set = (Status: string) =>
      callIam(root, 'UpdateAccessKey', { UserName: 'ada', AccessKeyId: key.accessKeyId, Status });
    await set('Inactive');
    expect(await whoAmI()).toBe('InvalidClientTokenId');
    await set('Active');
    expect(await whoAmI()).toBe('answered');
  });

  test('a deleted key is refused', async () => {
    const root = iamOf(emulator);
    const second = await keyOf(root, 'ada');
    await callIam(root, 'DeleteAccessKey', { UserName: 'ada', AccessKeyId: second.accessKeyId });
    expect(await outcome(callIam(iamOf(emulator, second), 'GetUser'))).toBe('InvalidClientTokenId');
  });

  test('GetCallerIdentity names the caller', async () => {
    expect(await stsOf(emulator, key).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/ada',
    });
    expect(await stsOf(emulator).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:root',
    });
  });

  test('a service that the account does not have is said to be unknown', async () => {
    const response = await signByHand(emulator, emulator.rootCredentials, FORM, (headers) => {
      headers.authorization = headers.authorization!.replace('/iam/', '/ec2/');
    });
    expect(await codeOf(response)).toBe('404 UnknownService');
  });
});
