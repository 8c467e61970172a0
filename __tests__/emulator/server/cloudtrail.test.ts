import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudTrailClient,
  type LookupAttributeKey,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { IAMClient } from '@aws-sdk/client-iam';
import { type CloudTrailRecord, directoryHistory } from '../../../src/emulator/account/event-history.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, openAccount, outcome, policy } from '../clients.ts';

const clients: { destroy(): void }[] = [];
let emulator: Emulator;
let iam: IAMClient;
let now = new Date('2026-11-25T08:00:00Z');

const client = (key: Key = emulator.rootCredentials, endpoint = emulator.endpoint): CloudTrailClient => {
  const made = new CloudTrailClient({ endpoint, credentials: key, region: 'us-east-1', maxAttempts: 1 });
  clients.push(made);
  return made;
};

const lookUp = (input: LookupEventsCommandInput = {}, from = client()): Promise<LookupEventsCommandOutput> =>
  from.send(new LookupEventsCommand(input));

const by = (key: LookupAttributeKey, value: string, more: LookupEventsCommandInput = {}) =>
  lookUp({ LookupAttributes: [{ AttributeKey: key, AttributeValue: value }], ...more });

const names = ({ Events = [] }: LookupEventsCommandOutput): string[] => Events.map(({ EventName }) => EventName ?? '');

const eventsOf = ({ Events = [] }: LookupEventsCommandOutput): Record<string, unknown>[] =>
  Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as Record<string, unknown>);

beforeEach(async () => {
  now = new Date('2026-11-25T08:00:00Z');
  emulator = await openAccount({ clock: () => now });
  iam = iamOf(emulator);
});

afterEach(async () => {
  iam.destroy();
  for (const one of clients.splice(0)) one.destroy();
  await emulator.close();
});

/** Bo, who may do everything in IAM, puts cy into a group a minute after both came. */
async function boAddsCy(): Promise<Key> {
  await callIam(iam, 'CreateUser', { UserName: 'bo' });
  await callIam(iam, 'PutUserPolicy', { UserName: 'bo', PolicyName: 'own', PolicyDocument: policy('Allow', 'iam:*') });
  await callIam(iam, 'CreateUser', { UserName: 'cy', Path: '/lab/' });
  await callIam(iam, 'CreateGroup', { GroupName: 'payers' });
  const key = await keyOf(iam, 'bo');
  now = new Date('2026-11-25T08:01:00Z');
  const own = iamOf(emulator, key);
  clients.push(own);
  await callIam(own, 'AddUserToGroup', { UserName: 'cy', GroupName: 'payers' });
  return key;
}

test('an event says who did what, when, from where and to what', async () => {
  const key = await boAddsCy();
  const answer = await by('ResourceName', 'payers');
  expect(names(answer)).toEqual(['AddUserToGroup', 'CreateGroup']);
  const [event] = answer.Events ?? [];
  expect(event).toMatchObject({
    EventName: 'AddUserToGroup',
    EventSource: 'iam.amazonaws.com',
    EventTime: new Date('2026-11-25T08:01:00Z'),
    Username: 'bo',
    AccessKeyId: key.accessKeyId,
    ReadOnly: 'false',
    Resources: [
      { ResourceType: 'AWS::IAM::User', ResourceName: 'cy' },
      { ResourceType: 'AWS::IAM::Group', ResourceName: 'payers' },
    ],
  });
  expect(eventsOf(answer)[0]).toMatchObject({
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::123456789012:user/bo',
      accountId: '123456789012',
      accessKeyId: key.accessKeyId,
      userName: 'bo',
    },
    eventTime: '2026-11-25T08:01:00Z',
    eventName: 'AddUserToGroup',
    sourceIPAddress: '127.0.0.1',
    userAgent: expect.stringContaining('aws-sdk-js/'),
    requestParameters: { userName: 'cy', groupName: 'payers' },
    eventID: event?.EventId,
    readOnly: false,
  });
  expect(eventsOf(answer)[0]).not.toHaveProperty('errorCode');
  expect(eventsOf(answer)[1]).toMatchObject({ userIdentity: { type: 'Root', arn: 'arn:aws:iam::123456789012:root' } });
});

describe('one attribute asks for', () => {
  test.each<[LookupAttributeKey, string, string[]]>([
    ['ResourceName', 'cy', ['AddUserToGroup', 'CreateUser']],
    ['ResourceName', 'c', []],
    ['EventName', 'CreateUser', ['CreateUser', 'CreateUser']],
    ['Username', 'bo', ['AddUserToGroup']],
    ['Username', 'root', ['CreateAccessKey', 'CreateGroup', 'CreateUser', 'PutUserPolicy', 'CreateUser']],
    ['ResourceType', 'AWS::IAM::Group', ['AddUserToGroup', 'CreateGroup']],
    ['EventSource', 'sts.amazonaws.com', []],
    ['ReadOnly', 'true', []],
  ])('%s = %s', async (key, value, expected) => {
    await boAddsCy();
    expect(names(await by(key, value))).toEqual(expected);
  });

  test('a key, an event, and all of a source', async () => {
    const key = await boAddsCy();
    const mine = await by('AccessKeyId', key.accessKeyId);
    expect(names(mine)).toEqual(['AddUserToGroup']);
    expect(names(await by('EventId', mine.Events?.[0]?.EventId ?? ''))).toEqual(['AddUserToGroup']);
    expect(names(await by('EventSource', 'iam.amazonaws.com'))).toHaveLength(6);
    expect(names(await by('ReadOnly', 'false'))).toHaveLength(6);
  });
});

test('a key is found by its id and by its user, and its secret is nowhere', async () => {
  const key = await boAddsCy();
  for (const name of [key.accessKeyId, 'bo'])
    expect(names(await by('ResourceName', name))).toContain('CreateAccessKey');
  expect(eventsOf(await by('EventName', 'CreateAccessKey'))[0]).toMatchObject({
    requestParameters: { userName: 'bo' },
    responseElements: { accessKey: { userName: 'bo', accessKeyId: key.accessKeyId, status: 'Active' } },
  });
  const all = JSON.stringify(await lookUp());
  expect(all).not.toContain(key.secretAccessKey);
  expect(all).not.toContain(emulator.rootCredentials.secretAccessKey);
});

test('passwords, codes and secrets of other services are in no event', async () => {
  await callIam(iam, 'CreateUser', { UserName: 'bo' });
  const words = { first: 'Correct-Horse-1', second: 'Battery-Staple-2' };
  await callIam(iam, 'CreateLoginProfile', { UserName: 'bo', Password: words.first, PasswordResetRequired: true });
  await callIam(iam, 'UpdateLoginProfile', { UserName: 'bo', Password: words.second });
  const service = await callIam(iam, 'CreateServiceSpecificCredential', {
    UserName: 'bo',
    ServiceName: 'codecommit.amazonaws.com',
  });
  const device = await callIam(iam, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'bo' });
  const [update, create] = eventsOf(await by('ResourceName', 'bo')).filter(({ eventName }) =>
    /LoginProfile/.test(String(eventName)),
  );
  expect(create).toMatchObject({
    requestParameters: {
      userName: 'bo',
      password: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      passwordResetRequired: true,
    },
  });
  expect(update).toMatchObject({ requestParameters: { password: 'HIDDEN_DUE_TO_SECURITY_REASONS' } });
  const all = JSON.stringify(await lookUp());
  const { ServicePassword: password } = service.ServiceSpecificCredential as { ServicePassword: string };
  const { Base32StringSeed: seed } = device.VirtualMFADevice as { Base32StringSeed: Uint8Array };
  for (const secret of [words.first, words.second, password, Buffer.from(seed).toString()]) {
    expect(secret.length).toBeGreaterThan(8);
    expect(all).not.toContain(secret);
  }
});

test('a refused call is an event with its error, a denied one without what it asked for', async () => {
  await callIam(iam, 'CreateUser', { UserName: 'bo' });
  expect(await outcome(callIam(iam, 'CreateUser', { UserName: 'BO' }))).toBe('EntityAlreadyExistsException');
  const own = iamOf(emulator, await keyOf(iam, 'bo'));
  clients.push(own);
  expect(await outcome(callIam(own, 'DeleteUser', { UserName: 'bo' }))).toBe('AccessDenied');
  const [denied] = eventsOf(await by('EventName', 'DeleteUser'));
  expect(denied).toMatchObject({
    errorCode: 'AccessDenied',
    errorMessage: expect.stringContaining('is not authorized to perform: iam:DeleteUser'),
    userIdentity: { userName: 'bo' },
    requestParameters: null,
    responseElements: null,
  });
  const [taken] = eventsOf(await by('EventName', 'CreateUser'));
  expect(taken).toMatchObject({ errorCode: 'EntityAlreadyExistsException', requestParameters: { userName: 'BO' } });
});

test('calls that only read, and calls without a caller, leave no event', async () => {
  await callIam(iam, 'CreateUser', { UserName: 'bo' });
  await callIam(iam, 'GetUser', { UserName: 'bo' });
  await callIam(iam, 'GenerateCredentialReport');
  const stranger = iamOf(emulator, { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x' });
  clients.push(stranger);
  await outcome(callIam(stranger, 'DeleteUser', { UserName: 'bo' }));
  expect(names(await lookUp())).toEqual(['CreateUser']);
});

test('a caller that deletes itself is still named', async () => {
  await callIam(iam, 'CreateUser', { UserName: 'bo' });
  await callIam(iam, 'CreateGroup', { GroupName: 'all' });
  await callIam(iam, 'PutGroupPolicy', {
    GroupName: 'all',
    PolicyName: 'own',
    PolicyDocument: policy('Allow', 'iam:*'),
  });
  await callIam(iam, 'AddUserToGroup', { UserName: 'bo', GroupName: 'all' });
  const own = iamOf(emulator, await keyOf(iam, 'bo'));
  clients.push(own);
  await callIam(own, 'UpdateUser', { UserName: 'bo', NewUserName: 'bea' });
  expect(eventsOf(await by('ResourceName', 'bea'))[0]).toMatchObject({ userIdentity: { userName: 'bo' } });
  expect(names(await by('ResourceName', 'bo'))[0]).toBe('UpdateUser');
});

test('a time range is held, and pages follow one another newest first', async () => {
  for (let minute = 0; minute < 5; minute += 1) {
    now = new Date(`2026-11-25T08:0${minute}:00Z`);
    await callIam(iam, 'CreateUser', { UserName: `user-${minute}` });
  }
  const users = (answer: LookupEventsCommandOutput) =>
    eventsOf(answer).map(({ requestParameters }) => (requestParameters as { userName: string }).userName.slice(-1));
  const range = { StartTime: new Date('2026-11-25T08:01:00Z'), EndTime: new Date('2026-11-25T08:03:00Z') };
  expect(users(await lookUp(range))).toEqual(['3', '2', '1']);
  const first = await lookUp({ ...range, MaxResults: 2 });
  expect(users(first)).toEqual(['3', '2']);
  // What happens between two pages moves nothing.
  await callIam(iam, 'CreateUser', { UserName: 'later' });
  const second = await lookUp({ ...range, MaxResults: 2, NextToken: first.NextToken });
  expect(users(second)).toEqual(['1']);
  expect(second.NextToken).toBeUndefined();
  now = new Date('2027-02-23T08:02:00Z');
  expect(users(await by('EventName', 'CreateUser'))).toEqual(['r', '4', '3', '2']);
});

describe('wrong questions', () => {
  const attribute = { AttributeKey: 'EventName', AttributeValue: 'CreateUser' } as const;
  test.each<[string, LookupEventsCommandInput, string]>([
    ['two attributes', { LookupAttributes: [attribute, attribute] }, 'InvalidLookupAttributesException'],
    [
      'an attribute that is none',
      { LookupAttributes: [{ AttributeKey: 'constructor' as never, AttributeValue: 'x' }] },
      'InvalidLookupAttributesException',
    ],
    ['more than a page holds', { MaxResults: 51 }, 'InvalidMaxResultsException'],
    ['nothing', { MaxResults: 0 }, 'InvalidMaxResultsException'],
    [
      'an end before the start',
      { StartTime: new Date('2026-11-25T08:00:01Z'), EndTime: new Date('2026-11-25T08:00:00Z') },
      'InvalidTimeRangeException',
    ],
    ['an invalid token', { NextToken: 'abc' }, 'InvalidNextTokenException'],
  ])('%s', async (_what, input, error) => {
    expect(await outcome(lookUp(input))).toBe(error);
  });

  test('a token of another question', async () => {
    for (const name of ['bo', 'cy']) await callIam(iam, 'CreateUser', { UserName: name });
    const { NextToken: token } = await lookUp({ MaxResults: 1 });
    expect(token).toBeDefined();
    expect(await outcome(by('EventName', 'CreateUser', { NextToken: token }))).toBe('InvalidNextTokenException');
  });
});

test('looking is decided by cloudtrail:LookupEvents', async () => {
  const key = await boAddsCy();
  await expect(lookUp({}, client(key))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('is not authorized to perform: cloudtrail:LookupEvents'),
  });
  const document = policy('Allow', 'cloudtrail:LookupEvents');
  await callIam(iam, 'PutUserPolicy', { UserName: 'bo', PolicyName: 'look', PolicyDocument: document });
  expect(names(await lookUp({}, client(key)))[0]).toBe('PutUserPolicy');
});

describe('an account of a directory', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mturk-team-trail-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('its events outlive the process, also behind a line that was torn', async () => {
    for (const name of ['bo', 'cy']) {
      const kept = await openAccount({ dir });
      const own = iamOf(kept);
      await callIam(own, 'CreateUser', { UserName: name });
      own.destroy();
      await kept.close();
      appendFileSync(join(dir, 'cloudtrail-events'), '{"id":"torn');
    }
    const again = await openAccount({ dir });
    const answer = await lookUp({}, client(again.rootCredentials, again.endpoint));
    expect(eventsOf(answer).map(({ requestParameters }) => requestParameters)).toEqual([
      { userName: 'cy' },
      { userName: 'bo' },
    ]);
    await again.close();
    expect(readFileSync(join(dir, 'account.json'), 'utf8')).not.toContain('userIdentity');
  });

  test('its file does not grow for ever', () => {
    const file = join(dir, 'long.trail');
    const trail = directoryHistory(file, 10_000);
    const record = (index: number): CloudTrailRecord => ({
      ...{ EventId: randomUUID(), EventName: 'CreateUser', EventSource: 'iam.amazonaws.com', EventTime: 1_795_593_600 },
      ...{ ReadOnly: 'false', Username: 'root', AccessKeyId: 'AKIA', Resources: [] },
      CloudTrailEvent: `${index}`.padEnd(200, '.'),
    });
    let largest = 0;
    for (let index = 0; index < 150; index += 1) {
      trail.record(record(index));
      largest = Math.max(largest, statSync(file).size);
    }
    expect(largest).toBeLessThan(21_000);
    expect(trail.events().at(-1)?.CloudTrailEvent).toMatch(/^149\./);
    expect(trail.events().length).toBeGreaterThan(20);
    trail.close();
    expect(directoryHistory(file).events()).toEqual(trail.events());
  });
});
