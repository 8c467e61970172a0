import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateHITCommandInput, MTurkClient } from '@aws-sdk/client-mturk';
import * as mturkModule from '@aws-sdk/client-mturk';
import { MTurk } from '@aws-sdk/client-mturk';
import { actionOf, CATALOG, OPERATIONS, type Operation } from '../../../src/catalog/mturk.ts';
import { EVENTS_FILE } from '../../../src/emulator/account/event-history.ts';
import model from '../../../src/emulator/account/mturk-model.json' with { type: 'json' };
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, mturkOf, openAccount, outcome, policy } from '../clients.ts';

const QUESTION =
  '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/x.xsd"><ExternalURL>https://x</ExternalURL></ExternalQuestion>';

const INPUT = {
  HITId: '3HIT',
  HITTypeId: '3TYPE',
  AssignmentId: '3ASSIGNMENT',
  QualificationTypeId: '3QUALIFICATION',
  QualificationRequestId: '3REQUEST',
  QuestionIdentifier: 'q',
  WorkerId: 'A1',
  WorkerIds: ['A1', 'A2'],
  Title: 't',
  Description: 'd',
  Name: 'n',
  Question: QUESTION,
  Reward: '0.10',
  BonusAmount: '1.00',
  Reason: 'r',
  Subject: 's',
  MessageText: 'm',
  UniqueRequestToken: 'u',
  RequesterFeedback: 'f',
  NumberOfAdditionalAssignments: 1,
  AssignmentDurationInSeconds: 60,
  LifetimeInSeconds: 60,
  ExpireAt: new Date(0),
  MustBeRequestable: false,
  QualificationTypeStatus: 'Active',
  TestEventType: 'Ping',
  Notification: { Destination: 'arn', Transport: 'SNS', Version: '2014-08-15', EventTypes: ['Ping'] },
};

type Command = new (input: object) => Parameters<MTurkClient['send']>[0];

function ask(client: MTurkClient, operation: Operation): Promise<string> {
  const Operation = Reflect.get(mturkModule, `${operation}Command`) as Command;
  return outcome(client.send(new Operation(INPUT)) as Promise<unknown>);
}

// What an account without HITs answers to an allowed call; all else names a thing that does not exist.
const ANSWERED = [
  'CreateHIT',
  'CreateHITType',
  'CreateQualificationType',
  'GetAccountBalance',
  'ListHITs',
  'ListQualificationRequests',
  'ListQualificationTypes',
  'ListReviewableHITs',
  'ListWorkerBlocks',
  'NotifyWorkers',
  'SendTestEventNotification',
];

describe('MTurk', () => {
  let emulator: Emulator;
  const clients: Record<string, MTurkClient> = {};

  async function user(name: string, actions: string[] | null): Promise<Key> {
    const iam = iamOf(emulator);
    await callIam(iam, 'CreateUser', { UserName: name });
    if (actions !== null) {
      await callIam(iam, 'PutUserPolicy', {
        UserName: name,
        PolicyName: 'own',
        PolicyDocument: policy('Allow', actions),
      });
    }
    const key = await keyOf(iam, name);
    clients[name] = mturkOf(emulator, key);
    iam.destroy();
    return key;
  }

  beforeAll(async () => {
    emulator = await openAccount();
    clients.root = mturkOf(emulator);
    await user('reader', ['mechanicalturk:Get*', 'mechanicalturk:List*']);
    await user('powerless', null);
  });

  afterAll(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await emulator.close();
  });

  test.each(OPERATIONS)(
    '%s: the root may, a reader may read, a user without policies may do nothing',
    async (operation) => {
      const allowed = ANSWERED.includes(operation) ? 'answered' : 'RequestError';
      expect(await ask(clients.root!, operation)).toBe(allowed);
      const reads = CATALOG[operation].level !== 'Write';
      expect(await ask(clients.reader!, operation)).toBe(reads ? allowed : 'AccessDeniedException');
      expect(await ask(clients.powerless!, operation)).toBe('AccessDeniedException');
    },
  );

  test.each(OPERATIONS)('%s is decided by its own action', async (operation) => {
    const name = `only-${operation}`.slice(0, 60);
    await user(name, [actionOf(operation)]);
    const others = OPERATIONS.filter((other) => other !== operation).slice(0, 3);
    expect(await ask(clients[name]!, operation)).not.toBe('AccessDeniedException');
    for (const other of others) expect(await ask(clients[name]!, other)).toBe('AccessDeniedException');
  });

  test('a denial says who, what and why, as AWS does', async () => {
    const denied = clients.reader!.send(new mturkModule.SendBonusCommand(INPUT as never));
    await expect(denied).rejects.toThrow(
      'User: arn:aws:iam::123456789012:user/reader is not authorized to perform: mechanicalturk:SendBonus on resource: * because no identity-based policy allows the mechanicalturk:SendBonus action',
    );
  });

  test("what does not exist is MTurk's own error, with its code", async () => {
    const error = await clients.root!.send(new mturkModule.GetHITCommand({ HITId: '3X' })).catch((thrown) => thrown);
    expect(error).toMatchObject({
      name: 'RequestError',
      TurkErrorCode: 'AWS.MechanicalTurk.HITDoesNotExist',
      message: 'HIT 3X does not exist.',
    });
  });

  test('the balance and the lists are what an idle account has', async () => {
    expect(await clients.root!.send(new mturkModule.GetAccountBalanceCommand({}))).toMatchObject({
      AvailableBalance: '10000.00',
    });
    const listed = await clients.root!.send(new mturkModule.ListReviewableHITsCommand({}));
    expect(listed).toMatchObject({ NumResults: 0, HITs: [] });
  });
});

const HIT = {
  Title: 'Label a picture',
  Description: 'One picture',
  Reward: '0.10',
  AssignmentDurationInSeconds: 60,
  LifetimeInSeconds: 3_600,
  MaxAssignments: 3,
  Question: QUESTION,
};

describe('a HIT that was created', () => {
  let dir: string;
  let now: Date;
  const clock = () => now;
  let emulator: Emulator;
  let mturk: MTurk;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'emulator-mturk-'));
    now = new Date('2026-11-25T12:00:00Z');
    emulator = await openAccount({ dir, clock });
    mturk = new MTurk(configOf(emulator));
  });
  afterEach(async () => {
    mturk.destroy();
    await emulator.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const create = async (more: Partial<CreateHITCommandInput> = {}) => (await mturk.createHIT({ ...HIT, ...more })).HIT!;
  const codeOf = (call: Promise<unknown>) => call.then(String, (error) => [error.name, error.TurkErrorCode]);

  test('is known to GetHIT, ListHITs and what lists something of it', async () => {
    const first = await create();
    const second = await create();
    expect(second.HITId).not.toBe(first.HITId);
    expect(second.HITTypeId).toBe(first.HITTypeId);
    const { HITId } = first;
    const { HIT: got } = await mturk.getHIT({ HITId });
    expect(got).toEqual(first);
    expect(got).toMatchObject({
      Title: HIT.Title,
      Reward: '0.10',
      HITStatus: 'Assignable',
      NumberOfAssignmentsAvailable: 3,
    });
    expect(got?.Expiration).toEqual(new Date('2026-11-25T13:00:00Z'));
    const page = await mturk.listHITs({ MaxResults: 1 });
    expect(page).toMatchObject({ NumResults: 1, HITs: [{ HITId: second.HITId }] });
    const next = await mturk.listHITs({ MaxResults: 1, NextToken: page.NextToken });
    expect(next).toMatchObject({ NumResults: 1, HITs: [{ HITId }] });
    expect(next.NextToken).toBeUndefined();
    expect(await mturk.listAssignmentsForHIT({ HITId })).toMatchObject({ NumResults: 0, Assignments: [] });
    expect(await mturk.listBonusPayments({ HITId })).toMatchObject({ NumResults: 0, BonusPayments: [] });
    expect(await mturk.listReviewPolicyResultsForHIT({ HITId })).toMatchObject({ HITId });
  });

  test('is reviewable when it has expired, and only then deleted', async () => {
    const { HITId } = await create();
    expect(await codeOf(mturk.deleteHIT({ HITId }))).toEqual(['RequestError', 'AWS.MechanicalTurk.InvalidHITState']);
    await mturk.createAdditionalAssignmentsForHIT({ HITId, NumberOfAdditionalAssignments: 2 });
    await mturk.updateExpirationForHIT({ HITId, ExpireAt: new Date(0) });
    expect((await mturk.getHIT({ HITId })).HIT).toMatchObject({ HITStatus: 'Reviewable', MaxAssignments: 5 });
    expect((await mturk.listReviewableHITs({})).HITs).toMatchObject([{ HITId }]);
    await mturk.updateHITReviewStatus({ HITId });
    expect((await mturk.listReviewableHITs({})).HITs).toEqual([]);
    expect((await mturk.listReviewableHITs({ Status: 'Reviewing' })).HITs).toMatchObject([{ HITId }]);
    await mturk.updateHITReviewStatus({ HITId, Revert: true });
    await mturk.deleteHIT({ HITId });
    expect((await mturk.getHIT({ HITId })).HIT).toMatchObject({ HITStatus: 'Disposed' });
    expect(await mturk.listHITs({})).toMatchObject({ NumResults: 0, HITs: [] });
  });

  test('takes its type from another call, and its token only once', async () => {
    const { HITTypeId } = await mturk.createHITType(HIT);
    const { HIT: hit } = await mturk.createHITWithHITType({
      ...{ HITTypeId, LifetimeInSeconds: 60, Question: QUESTION, UniqueRequestToken: 'once' },
    });
    expect(hit).toMatchObject({ HITTypeId, Title: HIT.Title, Reward: HIT.Reward });
    expect(await codeOf(create({ UniqueRequestToken: 'once' }))).toEqual([
      'RequestError',
      'AWS.MechanicalTurk.HITAlreadyExists',
    ]);
  });

  test('is there after a restart, also of a process that was killed, and in no event of IAM', async () => {
    const { HITId } = await create();
    const journal = readFileSync(join(dir, 'account.journal'), 'utf8');
    const account = readFileSync(join(dir, 'account.json'), 'utf8');
    await emulator.close();
    expect(existsSync(join(dir, EVENTS_FILE)) ? readFileSync(join(dir, EVENTS_FILE), 'utf8') : '').toBe('');
    for (const [name, text] of [
      ['account.json', account],
      ['account.journal', journal],
    ] as const) {
      writeFileSync(join(dir, name), text);
    }
    emulator = await openAccount({ dir, clock });
    mturk.destroy();
    mturk = new MTurk(configOf(emulator));
    expect((await mturk.getHIT({ HITId })).HIT).toMatchObject({ HITId, Title: HIT.Title });
  });

  test('and a qualification type that was created, until it is deleted', async () => {
    const named = { Name: 'Careful', Description: 'd', QualificationTypeStatus: 'Active' as const };
    const { QualificationType: type } = await mturk.createQualificationType(named);
    const { QualificationTypeId } = type!;
    expect((await mturk.getQualificationType({ QualificationTypeId })).QualificationType).toEqual(type);
    const QualificationRequirements = [{ QualificationTypeId, Comparator: 'Exists' as const }];
    const { HITId } = await create({ QualificationRequirements });
    const using = await mturk.listHITsForQualificationType({ QualificationTypeId });
    expect(using.HITs).toMatchObject([{ HITId, QualificationRequirements }]);
    expect(await codeOf(mturk.createQualificationType(named))).toEqual([
      'RequestError',
      'AWS.MechanicalTurk.QualificationTypeAlreadyExists',
    ]);
    await mturk.updateQualificationType({ QualificationTypeId, Description: 'more careful' });
    const listed = await mturk.listQualificationTypes({ MustBeRequestable: false });
    expect(listed.QualificationTypes).toMatchObject([{ Description: 'more careful' }]);
    await mturk.deleteQualificationType({ QualificationTypeId });
    expect((await codeOf(mturk.getQualificationType({ QualificationTypeId })))[0]).toBe('RequestError');
  });

  test.each<[string, Partial<CreateHITCommandInput>, string, RegExp]>([
    ['a reward that is no amount', { Reward: 'abc' }, 'ValidationException', /'abc' at 'reward' .* pattern: \^\[0-9\]/],
    ['no title', { Title: undefined }, 'ValidationException', /Value null at 'title' .* Member must not be null/],
    [
      'a comparator that does not exist',
      { QualificationRequirements: [{ QualificationTypeId: '3Q', Comparator: 'Near' as never }] },
      'ValidationException',
      /'Near' at 'qualificationRequirements\.1\.member\.comparator' .* enum value set: \[LessThan/,
    ],
    [
      'a token that is too long',
      { UniqueRequestToken: 'x'.repeat(65) },
      'ValidationException',
      /less than or equal to 64/,
    ],
    ['a number that is a text', { LifetimeInSeconds: 'long' as never }, 'SerializationException', /lifetimeInSeconds/],
    ['a question that is no XML', { Question: 'nope' }, 'ParameterValidationError', /parsing the XML question/],
    ['neither a question nor a layout', { Question: undefined }, 'ParameterValidationError', /Question or HITLayoutId/],
  ])('is not created with %s', async (_what, more, name, message) => {
    const error = await create(more).catch((thrown) => thrown);
    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
    expect((await mturk.listHITs({})).NumResults).toBe(0);
  });
});

test('the model is that of the SDK: the same inputs with the same members, of which the same number is required', () => {
  const inputs = OPERATIONS.map((operation) => {
    const [, , , , members = [], , required = 0] = schemaOf(`${operation}Request$`);
    return [operation, [...members].sort(), required];
  });
  const shapes: Readonly<Record<string, { type: string; members?: object; required?: readonly string[] }>> =
    model.shapes;
  const ours = OPERATIONS.map((operation) => {
    const { members = {}, required = [] } = shapes[model.operations[operation]] ?? { type: '' };
    return [operation, Object.keys(members).sort(), required.length];
  });
  expect(ours).toEqual(inputs);
});

/** The SDK's static schema: kind, namespace, name, traits, names of members, types of members, number of required ones. */
function schemaOf(name: string): readonly [unknown, unknown, unknown, unknown, string[]?, unknown?, number?] {
  return Reflect.get(mturkModule, name);
}

function configOf({ endpoint, rootCredentials }: Emulator) {
  return { endpoint, credentials: rootCredentials, region: 'us-east-1', maxAttempts: 1 };
}
