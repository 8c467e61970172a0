import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { IAMClient } from '@aws-sdk/client-iam';
import { lookUpCloudTrail, parseCloudTrailEvent } from '../../src/aws/cloudtrail.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, openAccount, policy } from '../emulator/clients.ts';

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
  const options = {
    now: () => now,
    wait: async (milliseconds: number) => {
      waits.push(milliseconds);
    },
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

  test('an event that several lookups find is returned once, newest first', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    now = new Date('2026-11-25T08:01:00Z');
    await callIam(iam, 'CreateGroup', { GroupName: 'payers' });
    now = new Date('2026-11-25T08:02:00Z');
    await callIam(iam, 'AddUserToGroup', { UserName: 'bo', GroupName: 'payers' });
    await callIam(iam, 'CreateUser', { UserName: 'other-user' });
    const { events, notChecked } = await lookUpCloudTrail(client(), ['bo', 'payers', 'bo', 'unknown'], options);
    expect(notChecked).toEqual([]);
    expect(events.map(({ name, at }) => [name, at])).toEqual([
      ['AddUserToGroup', '2026-11-25T08:02:00Z'],
      ['CreateGroup', '2026-11-25T08:01:00Z'],
      ['CreateUser', '2026-11-25T08:00:00Z'],
    ]);
    expect(events[0]).toEqual({
      name: 'AddUserToGroup',
      at: '2026-11-25T08:02:00Z',
      actor: 'root',
      sourceIp: '127.0.0.1',
      userAgent: 'sdk',
      isError: false,
      parameters: { userName: 'bo', groupName: 'payers' },
    });
    // AWS allows two a second.
    expect(waits).toHaveLength(2);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(500);
  });

  test('failed calls are marked', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    now = new Date('2026-11-25T09:00:00Z');
    await callIam(iam, 'CreateUser', { UserName: 'bo' }).catch(() => null);
    const { events } = await lookUpCloudTrail(client(), ['bo'], options);
    expect(events.map(({ name, isError }) => [name, isError])).toEqual([
      ['CreateUser', true],
      ['CreateUser', false],
    ]);
  });

  test('at most 20 names are looked up, with 2 pages each', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'busy' });
    for (let index = 0; index < 130; index += 1)
      await callIam(iam, 'TagUser', { UserName: 'busy', Tags: [{ Key: 'n', Value: `${index}` }] });
    const { events } = await lookUpCloudTrail(client(), ['busy'], options);
    expect(events).toHaveLength(100);
    expect(events[0]?.parameters).toMatchObject({ tags: [{ key: 'n', value: '129' }] });
    expect(lookups()).toBe(2);
    const others = Array.from({ length: 30 }, (_, index) => `user-${index}`);
    await lookUpCloudTrail(client(), others, options);
    expect(lookups()).toBe(22);
  });

  test('a denied lookup is reported after one attempt', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    const key = await keyOf(iam, 'bo');
    const { events, notChecked } = await lookUpCloudTrail(client(key), ['bo', 'cy', 'dee'], options);
    expect(events).toEqual([]);
    expect(notChecked).toMatchObject([{ failure: { code: 'credentials-denied' } }]);
    expect(lookups()).toBe(1);
    await callIam(iam, 'PutUserPolicy', {
      UserName: 'bo',
      PolicyName: 'lookup',
      PolicyDocument: policy('Allow', 'cloudtrail:LookupEvents'),
    });
    expect((await lookUpCloudTrail(client(key), ['bo'], options)).notChecked).toEqual([]);
  });

  test('throttled for good, it says so and keeps what it has', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    const wait = async () => {
      emulator.faults = { throttleShare: 1 };
    };
    const { events, notChecked } = await lookUpCloudTrail(client(), ['bo', 'cy'], { ...options, wait });
    expect(events).toHaveLength(1);
    expect(notChecked).toMatchObject([{ failure: { code: 'throttled' } }]);
  });

  test('a lookup never reaches further back than AWS keeps events', async () => {
    await callIam(iam, 'CreateUser', { UserName: 'bo' });
    now = new Date('2027-01-25T08:00:00Z');
    await callIam(iam, 'TagUser', { UserName: 'bo', Tags: [{ Key: 'a', Value: 'b' }] });
    now = new Date('2027-03-10T08:00:00Z');
    const { events, notChecked } = await lookUpCloudTrail(client(), ['bo'], options);
    expect(notChecked).toEqual([]);
    expect(events.map(({ name }) => name)).toEqual(['TagUser']);
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
      'alex',
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

  test('no parameters are no parameters, and an error makes it one', () => {
    expect(parseCloudTrailEvent(written({ requestParameters: null, errorCode: 'AccessDenied' }))).toMatchObject({
      parameters: {},
      isError: true,
    });
  });
});
