import type { MTurkClient } from '@aws-sdk/client-mturk';
import * as mturkModule from '@aws-sdk/client-mturk';
import { actionOf, CATALOG, OPERATIONS, type Operation } from '../../../src/catalog/mturk.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { callIam, iamOf, type Key, keyOf, mturkOf, openAccount, outcome, policy } from '../clients.ts';

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
  Question: '<q/>',
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
    expect(await clients.root!.send(new mturkModule.ListHITsCommand({}))).toMatchObject({ NumResults: 0, HITs: [] });
  });
});
