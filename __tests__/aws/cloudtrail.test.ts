import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { IAMClient } from '@aws-sdk/client-iam';
import { parseCloudTrailEvent, readIamEvents, WRITES } from '../../src/aws/cloudtrail.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, openAccount } from '../emulator/clients.ts';
import { testInTurn } from '../support/exhaustive.ts';

describe("reading an account's CloudTrail events", () => {
  let now = new Date('2026-11-25T08:00:00Z');
  let emulator: Emulator;
  let iam: IAMClient;
  let waits: number[] = [];
  const clients: CloudTrailClient[] = [];
  const client = (key: Key = emulator.rootCredentials): CloudTrailClient => {
    const made = new CloudTrailClient({ endpoint: emulator.endpoint, credentials: key, region: 'us-east-1' });
    clients.push(made);
    return made;
  };
  const wait = async (milliseconds: number) => {
    waits.push(milliseconds);
  };
  const lookups = () => emulator.calls.filter(({ action }) => action === 'LookupEvents').length;

  beforeEach(async () => {
    now = new Date('2026-11-25T08:00:00Z');
    waits = [];
    emulator = await openAccount({ clock: () => now });
    iam = iamOf(emulator);
  });

  afterEach(async () => {
    iam.destroy();
    for (const one of clients.splice(0)) one.destroy();
    await emulator.close();
  });

  test('every change since then is read, newest first', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'old' });
    now = new Date('2026-11-25T08:01:00Z');
    const since = now;
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    now = new Date('2026-11-25T08:02:00Z');
    await callIam(iam, 'CreateUser', { UserName: 'bo' }).catch(() => null);
    await callIam(iam, 'TagUser', { UserName: 'bo', Tags: [{ Key: 'n', Value: '1' }] });
    const { events, ...rest } = await readIamEvents(client(), WRITES, since, wait);
    expect(rest).toEqual({ reaches: since.toISOString(), failure: null });
    expect(events.map(({ name, at }) => [name, at])).toEqual([
      ['TagUser', '2026-11-25T08:02:00Z'],
      ['CreateUser', '2026-11-25T08:01:00Z'],
    ]);
    expect(events[1]).toEqual({
      name: 'CreateUser',
      at: '2026-11-25T08:01:00Z',
      actor: 'root',
      user: null,
      role: null,
      sourceIp: '127.0.0.1',
      userAgent: 'sdk',
      parameters: { userName: 'bo' },
    });
    expect(waits).toEqual([]);
  });

  testInTurn(2)(
    'of more than 1,000 events the newest are read, in 20 lookups, and how far they reach is said',
    async () => {
      const since = now;
      await callIam(iam, 'CreateUser', { UserName: 'busy' });
      for (let index = 0; index < 1_000; index += 1) {
        now = new Date(now.getTime() + 1_000);
        await callIam(iam, 'TagUser', { UserName: 'busy', Tags: [{ Key: 'n', Value: `${index}` }] });
      }
      const { events, reaches } = await readIamEvents(client(), WRITES, since, wait);
      expect(events).toHaveLength(1_000);
      expect(events.at(-1)?.parameters).toMatchObject({ tags: [{ key: 'n', value: '0' }] });
      expect(reaches).toBe('2026-11-25T08:00:01.000Z');
      expect(lookups()).toBe(20);
      // AWS allows two a second.
      expect(waits).toHaveLength(19);
      for (const each of waits) expect(each).toBeGreaterThanOrEqual(500);
    },
  );

  test('refused calls do not count, and after 100 lookups a check ends all the same', async () => {
    const one = client();
    // AWS may answer with fewer events than are asked for.
    one.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, MaxResults: 1 } }));
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    const since = now;
    for (const refused of [98, 2]) {
      now = new Date(now.getTime() + 60_000);
      for (let index = 0; index < refused; index += 1)
        await callIam(iam, 'CreateUser', { UserName: 'bo' }).catch(() => null);
      const { events, reaches, failure } = await readIamEvents(one, WRITES, since, wait);
      expect(failure).toBeNull();
      expect([events.length, reaches === since.toISOString()]).toEqual(refused === 98 ? [1, true] : [0, false]);
    }
    expect(lookups()).toBe(99 + 100);
  });

  test('one name of an event is a lookup of its own', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    await keyOf(iam, 'bo');
    const { events } = await readIamEvents(
      client(),
      { AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' },
      now,
      wait,
    );
    expect(events.map(({ name }) => name)).toEqual(['CreateAccessKey']);
  });

  test('a denied lookup is reported after one attempt', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    const key = await keyOf(iam, 'bo');
    const asked = await readIamEvents(client(key), WRITES, now, wait);
    expect(asked).toMatchObject({ events: [], reaches: null, failure: { code: 'credentials-denied' } });
    expect(lookups()).toBe(1);
  });

  test('throttled for good, it says so and keeps what it has', async () => {
    for (let index = 0; index < 60; index += 1) await callIam(iam, 'CreateUser', { UserName: `user-${index}` });
    const throttle = async () => {
      emulator.faults = { throttleShare: 1 };
    };
    const asked = await readIamEvents(client(), WRITES, now, throttle);
    expect(asked.events).toHaveLength(50);
    expect(asked.failure).toMatchObject({ code: 'throttled' });
  });
});

/** An event as AWS writes it, with what a row says of it. */
function written(more: Readonly<Record<string, unknown>>, identity: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDA0000000000000000A',
      arn: 'arn:aws:iam::123456789012:user/staff/alex',
      accountId: '123456789012',
      accessKeyId: 'AKIA0000000000000000',
      userName: 'alex',
      ...identity,
    },
    eventTime: '2026-11-25T08:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName: 'AddUserToGroup',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'aws-cli/2.15.0 Python/3.11.6 Linux/5.10 exe/x86_64 prompt/off command/iam.add-user-to-group',
    requestParameters: { userName: 'bo', groupName: 'payers' },
    responseElements: null,
    ...more,
  });
}

describe('who did it', () => {
  const role = 'arn:aws:sts::123456789012:assumed-role/mturk-team-apply/GitHubActions';
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['an IAM user', {}, 'alex'],
    ['the root', { type: 'Root', userName: undefined, arn: 'arn:aws:iam::123456789012:root' }, 'root'],
    ['the root of an account with an alias', { type: 'Root', userName: 'perception-lab' }, 'root'],
    ['a role', { type: 'AssumedRole', userName: undefined, arn: role }, 'mturk-team-apply/GitHubActions'],
    [
      'a federated user',
      { type: 'FederatedUser', userName: undefined, arn: 'arn:aws:sts::123456789012:federated-user/alex' },
      'federated-user/alex',
    ],
    ['an IAM user called root', { userName: 'Root' }, 'user/Root'],
    [
      'a federated user called root',
      { type: 'FederatedUser', userName: 'root', arn: 'arn:aws:sts::123456789012:federated-user/root' },
      'federated-user/root',
    ],
    [
      'a caller of another kind with the name of an IAM user',
      { type: 'WebIdentityUser', userName: 'alex', arn: undefined, principalId: 'accounts.example.com:app:alex' },
      'accounts.example.com:app:alex',
    ],
    [
      'a service',
      {
        type: 'AWSService',
        userName: undefined,
        arn: undefined,
        principalId: undefined,
        invokedBy: 'sso.amazonaws.com',
      },
      'sso.amazonaws.com',
    ],
    [
      'another account',
      { type: 'AWSAccount', userName: undefined, arn: undefined, principalId: undefined, accountId: '210987654321' },
      '210987654321',
    ],
    ['a name that IAM does not take', { userName: 'alex\n[x](http://y)' }, 'arn:aws:iam::123456789012:user/staff/alex'],
  ])('%s', (_what, identity, who) => {
    expect(parseCloudTrailEvent(written({}, identity))?.actor).toBe(who);
  });
});

describe('through what', () => {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36';
  const provider =
    'APN/1.0 HashiCorp/1.0 Terraform/1.15.5 (+https://www.terraform.io) terraform-provider-aws/6.25.0 aws-sdk-go-v2/1.40.0 os/linux lang/go#1.25 api/iam#1.53.0';
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['the AWS CLI', {}, 'cli'],
    [
      "the console's shell",
      { userAgent: 'aws-cli/2.31 exec-env/CloudShell', sessionCredentialFromConsole: 'true' },
      'cli',
    ],
    ['the AWS provider', { userAgent: provider }, 'terraform'],
    ['the old console', { userAgent: 'console.amazonaws.com' }, 'console'],
    ['the sign-in page', { userAgent: 'signin.amazonaws.com' }, 'console'],
    ['the console of today', { userAgent: browser, sessionCredentialFromConsole: 'true' }, 'console'],
    ['a browser', { userAgent: browser }, 'console'],
    ['the SDK for JavaScript', { userAgent: 'aws-sdk-js/3.1169.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2' }, 'sdk'],
    ['the SDK for Python', { userAgent: 'Boto3/1.40 md/Botocore#1.40 ua/2.1 os/linux lang/python#3.12' }, 'sdk'],
    ['curl', { userAgent: 'curl/8.5.0' }, 'other'],
    ['nothing', { userAgent: undefined }, 'other'],
    ['more than anybody sends', { userAgent: 'aws-cli/'.repeat(1_000) }, 'other'],
  ])('%s', (_what, event, through) => {
    expect(parseCloudTrailEvent(written(event))?.userAgent).toBe(through);
  });
});

describe('what is not believed', () => {
  test.each<[string, string]>([
    ['no JSON', 'not json'],
    ['null', 'null'],
    ['a list', '[]'],
    ['refused', written({ errorCode: 'AccessDenied' })],
    ['another service', written({ eventSource: 'sso.amazonaws.com' })],
    ['no time', written({ eventTime: 'yesterday' })],
    ['a day that no month has', written({ eventTime: '2026-13-45T08:00:00Z' })],
    ['a name that is a text', written({ eventName: 'AddUserToGroup <b>' })],
    ['unknown', written({ userIdentity: { type: 'Unknown' } })],
    ['parameters that are a list', written({ requestParameters: ['bo'] })],
  ])('%s', (_what, text) => {
    expect(parseCloudTrailEvent(text)).toBeNull();
  });

  test('an address that is none is left out, a service stays', () => {
    expect(parseCloudTrailEvent(written({ sourceIPAddress: '1.2.3.4 |`x`' }))?.sourceIp).toBeNull();
    expect(parseCloudTrailEvent(written({ sourceIPAddress: 'cloudformation.amazonaws.com' }))?.sourceIp).toBe(
      'cloudformation.amazonaws.com',
    );
    expect(parseCloudTrailEvent(written({ sourceIPAddress: 'AWS Internal' }))?.sourceIp).toBe('AWS Internal');
    expect(parseCloudTrailEvent(written({ sourceIPAddress: '2001:db8::7' }))?.sourceIp).toBe('2001:db8::7');
  });

  test('no parameters are no parameters', () => {
    expect(parseCloudTrailEvent(written({ requestParameters: null }))?.parameters).toEqual({});
  });
});
