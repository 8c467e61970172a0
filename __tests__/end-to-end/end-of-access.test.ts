import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import * as mturk from '@aws-sdk/client-mturk';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { quickScan } from '../../src/app/drift/run-scan.ts';
import { reviewOfStack } from '../../src/app/plan/plan.ts';
import { readIamEvents, WRITES } from '../../src/aws/cloudtrail.ts';
import { OPERATIONS, type Operation, operationsOf } from '../../src/catalog/mturk.ts';
import type { Review } from '../../src/review/manifest/schema.ts';
import { titleText } from '../../src/review/text/title-and-alert.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { plainText } from '../../src/text/text.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  bootstrapped,
  copyOf,
  ENGINE_TITLE,
  type LabInTest,
  type LabMemory,
  orThrow,
  withLab,
} from '../support/lab-in-test.ts';
import { member, sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(4);

/** What every key of the account is tried with: real calls, signed with the key, against the account's clock. */
interface Keys {
  /** The operations that a member's key is let through for, of those tried, or the refusal of the key itself. */
  may(key: string, tried?: readonly Operation[]): Promise<readonly Operation[] | 'no such key'>;
}

const until = '2026-12-31';
const ending = (key: string) => member({ key, roles: ['paymaster'], until, sponsor: 'ada' });
/** Without a suspended member and a role that denies: a plan takes time for each resource. */
const team: Team = {
  ...sampleTeam,
  roles: sampleTeam.roles.filter(({ key }) => key !== 'everything-but-bonus'),
  members: [
    ...sampleTeam.members.filter(({ key }) => ['ada', 'bo', 'fay'].includes(key)),
    ...['lea', 'mia'].map(ending),
  ],
};

/** What keys are tried with at each moment: a third of the operations, and those that a test names. */
const TRIED = OPERATIONS.filter((operation) =>
  [...sampleOf(OPERATIONS, 13), 'ListAssignmentsForHIT', 'SendBonus'].includes(operation),
);

const allowOf = (...roles: readonly string[]): readonly Operation[] =>
  OPERATIONS.filter((operation) =>
    team.roles.some(
      ({ key, allow, deny }) => roles.includes(key) && allow.includes(operation) && !deny.includes(operation),
    ),
  );

const WHOLE: Readonly<Record<string, readonly Operation[]>> = {
  ada: OPERATIONS,
  bo: allowOf('results-reader', 'task-publisher'),
  fay: allowOf('paymaster'),
  lea: allowOf('paymaster'),
  mia: allowOf('paymaster'),
};
/** Of what is tried. */
const FREE: typeof WHOLE = Object.fromEntries(
  Object.entries(WHOLE).map(([key, operations]) => [key, operations.filter((each) => TRIED.includes(each))]),
);
const LEA = FREE.lea ?? [];

const START = '2026-11-25T09:00:00Z';
const LAST_SECOND = '2026-12-31T23:59:59Z';
const MIDNIGHT = '2027-01-01T00:00:00Z';
const CREDENTIALS = new Map<string, { accessKeyId: string; secretAccessKey: string }>();
let start: LabMemory;

/** The team file with one member changed. */
const withMember = (key: string, change: Partial<Team['members'][number]>): Team => ({
  ...team,
  members: team.members.map((one) => (one.key === key ? { ...one, ...change } : one)),
});

/** Runs what the workflow runs after a merge and on its schedule: a plan of that day, applied. */
async function workflow(lab: LabInTest, file: Team, now: string): Promise<Review> {
  lab.setClock(now);
  const session = lab.lab(file, { today: now.slice(0, 10) });
  return reviewOfStack(session, await applied(session));
}

/** The same team, whose users are deleted 30 days after the last day. */
const deleting: Team = { ...team, settings: { ...team.settings, reconcile: 'additions', deleteAfterDays: 30 } };

/** The scheduled check, with reconcile. */
async function scheduled(lab: LabInTest, now: string): Promise<void> {
  lab.setClock(now);
  const session = lab.lab(deleting, { today: now.slice(0, 10) });
  const scan = await quickScan(session, { cloudTrail: false }, SILENT);
  orThrow(await reconcile(session, { ...scan, attributed: true, isChangedSince: () => false }, SILENT));
}

/** Works on the applied team, at a moment that the account takes for now. */
async function onLab(work: (lab: LabInTest, keys: Keys) => Promise<void>): Promise<void> {
  await withLab(start, async (lab) => {
    lab.setClock(START);
    await work(lab, { may: (key, operations = TRIED) => tried(lab, key, operations) });
  });
}

async function tried(
  lab: LabInTest,
  key: string,
  operations: readonly Operation[],
): Promise<readonly Operation[] | 'no such key'> {
  const credentials = CREDENTIALS.get(key);
  if (credentials === undefined) throw new Error(`${key} has no key`);
  const client = new mturk.MTurkClient({
    region: 'us-east-1',
    endpoint: lab.emulator.endpoint,
    credentials: { ...credentials },
    maxAttempts: 1,
  });
  try {
    const allowed: Operation[] = [];
    for (const operation of operations) {
      const answer = await outcomeOf(client, operation);
      if (answer === 'no such key') return answer;
      if (answer === 'allowed') allowed.push(operation);
    }
    return allowed;
  } finally {
    client.destroy();
  }
}

async function outcomeOf(
  client: mturk.MTurkClient,
  operation: Operation,
): Promise<'allowed' | 'denied' | 'no such key'> {
  const Command = Reflect.get(mturk, `${operation}Command`) as new (input: object) => mturk.GetAccountBalanceCommand;
  try {
    await client.send(new Command({}));
    return 'allowed';
  } catch (error) {
    const { name } = error as Error;
    if (name === 'AccessDeniedException') return 'denied';
    if (name === 'UnrecognizedClientException') return 'no such key';
    // AWS allowed the call, and then missed an argument.
    if (name === 'RequestError' || name === 'ValidationException') return 'allowed';
    throw error;
  }
}

const writesOf = (lab: LabInTest): number =>
  lab.emulator.calls.filter(({ service, action }) => service === 'iam' && !/^(?:Get|List)/.test(action)).length;

/** CloudTrail names Terraform and the time for what the workflow did. */
async function expectInCloudTrail(lab: LabInTest): Promise<void> {
  const cloudTrail = new CloudTrailClient({
    region: 'us-east-1',
    endpoint: lab.emulator.endpoint,
    credentials: { ...lab.emulator.rootCredentials },
  });
  const since = new Date('2027-02-01T00:00:00Z');
  const { events, failure } = await readIamEvents(cloudTrail, WRITES, since);
  cloudTrail.destroy();
  expect(failure).toBeNull();
  expect(events[0]).toMatchObject({ name: 'DeleteUser', at: '2027-02-01T06:17:00Z', userAgent: 'terraform' });
}

const userOf = (lab: LabInTest, key: string) =>
  Object.values(lab.memory.account.users).find(({ name }) => name === iamName(team.lab, key));

beforeAll(async () => {
  start = await withLab(await bootstrapped(), async (lab) => {
    lab.setClock(START);
    await applied(lab.lab(team));
    const { iam } = lab.lab(team);
    for (const { key } of team.members) {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: iamName(team.lab, key) }));
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
      CREDENTIALS.set(key, { accessKeyId, secretAccessKey });
    }
    return copyOf(lab.memory);
  });
});

describe(`access ends on time (${ENGINE_TITLE})`, () => {
  test('on the day of the apply every key may what the file gives', async () => {
    await onLab(async (_lab, keys) => {
      for (const [key, operations] of Object.entries(WHOLE))
        expect([key, await keys.may(key, OPERATIONS)]).toEqual([key, operations]);
      expect(LEA).toContain('SendBonus');
    });
  });

  describe('a member whose last day passes', () => {
    test('without the workflow: to the second, and never again, while nothing is written', async () => {
      await onLab(async (lab, keys) => {
        const writes = writesOf(lab);
        lab.setClock('2026-12-30T23:59:59Z');
        expect(await keys.may('lea')).toEqual(LEA);
        lab.setClock(LAST_SECOND);
        expect(await keys.may('lea')).toEqual(LEA);
        for (const later of [MIDNIGHT, '2027-01-01T12:00:00Z', '2027-03-01T00:00:00Z', '2036-12-31T12:00:00Z']) {
          lab.setClock(later);
          expect([later, await keys.may('lea')]).toEqual([later, []]);
        }
        // The account still knows the key: the member's access has ended, but the user still exists.
        lab.setClock(MIDNIGHT);
        expect(userOf(lab, 'lea')?.keys).toHaveLength(1);
        for (const key of ['ada', 'bo', 'fay']) expect([key, await keys.may(key)]).toEqual([key, FREE[key]]);
        expect(writesOf(lab)).toBe(writes);
      });
    });

    test('with the workflows: no apply deletes the user and the key, but a check after `delete-after-days` and a day of announcement', async () => {
      await onLab(async (lab, keys) => {
        lab.setClock(MIDNIGHT);
        expect(await keys.may('lea')).toEqual([]);
        await workflow(lab, deleting, '2027-01-30T06:17:00Z');
        expect(await keys.may('lea')).toEqual([]);
        expect(userOf(lab, 'lea')?.keys).toHaveLength(1);
        await workflow(lab, deleting, '2027-01-31T06:17:00Z');
        await scheduled(lab, '2027-01-31T06:17:00Z');
        expect(userOf(lab, 'lea')?.keys).toHaveLength(1);
        await scheduled(lab, '2027-02-01T06:17:00Z');
        expect(await keys.may('lea')).toBe('no such key');
        expect(userOf(lab, 'lea')).toBeUndefined();
        for (const key of ['ada', 'bo', 'fay']) expect([key, await keys.may(key)]).toEqual([key, FREE[key]]);
        await expectInCloudTrail(lab);
      });
    });

    test('a later day that is merged in time holds past the old end; one that is never applied gives nothing', async () => {
      await onLab(async (lab, keys) => {
        await workflow(lab, withMember('lea', { until: '2027-01-31' }), '2026-12-20T10:00:00Z');
        lab.setClock(MIDNIGHT);
        expect(await keys.may('lea')).toEqual(LEA);
        // A later day of mia's was merged, but the workflow never ran.
        expect(await keys.may('mia')).toEqual([]);
        lab.setClock('2027-01-31T23:59:59Z');
        expect(await keys.may('lea')).toEqual(LEA);
        lab.setClock('2027-02-01T00:00:00Z');
        expect(await keys.may('lea')).toEqual([]);

        // Then it runs: the account allows the same key of mia's again, and lea, who has left meanwhile, is deleted.
        const { members } = withMember('mia', { until: '2027-02-28' });
        const departed: Team['departed'] = [...team.departed, { key: 'lea', left: '2026-12-01', reason: 'graduated' }];
        const late: Team = { ...team, members: members.filter(({ key }) => key !== 'lea'), departed };
        await workflow(lab, late, '2027-02-01T06:17:00Z');
        expect(await keys.may('mia')).toEqual(LEA);
        expect(await keys.may('lea')).toBe('no such key');
      });
    });
  });

  /** One apply suspends fay and lea and deletes bo; the next one lifts both suspensions. */
  describe('after an apply that suspends two members and deletes one who departed', () => {
    const left: Team['departed'] = [{ key: 'bo', left: '2026-11-26', reason: 'graduated' }];
    const lifted: Team = {
      ...team,
      members: team.members.filter(({ key }) => key !== 'bo'),
      departed: [...team.departed, ...left],
    };
    const suspended: Team = {
      ...lifted,
      members: lifted.members.map((one) => (['fay', 'lea'].includes(one.key) ? { ...one, suspended: true } : one)),
    };

    test('none of them may anything, and a suspension that is lifted does not lift the last day', async () => {
      await onLab(async (lab, keys) => {
        expect(await keys.may('fay')).toEqual(FREE.fay);
        await workflow(lab, suspended, '2026-11-26T10:00:00Z');
        expect(await keys.may('bo')).toBe('no such key');
        expect(userOf(lab, 'bo')).toBeUndefined();
        const writes = writesOf(lab);
        for (const later of ['2026-11-26T10:00:01Z', '2026-12-24T00:00:00Z', LAST_SECOND, '2028-02-29T00:00:00Z']) {
          lab.setClock(later);
          for (const key of ['fay', 'lea']) expect([later, key, await keys.may(key)]).toEqual([later, key, []]);
          expect([later, await keys.may('bo')]).toEqual([later, 'no such key']);
        }
        expect(writesOf(lab)).toBe(writes);
        // The account keeps what the member gets back later: the groups and the key.
        expect(userOf(lab, 'fay')).toMatchObject({ keys: [{ status: 'Active' }], groups: [expect.any(String)] });
        await workflow(lab, lifted, '2026-12-01T10:00:00Z');
        expect(await keys.may('fay')).toEqual(FREE.fay);
        expect(await keys.may('ada')).toEqual(FREE.ada);
        lab.setClock(LAST_SECOND);
        expect(await keys.may('lea')).toEqual(LEA);
        lab.setClock(MIDNIGHT);
        expect(await keys.may('lea')).toEqual([]);
      });
    });
  });

  test('a freeze takes spending from everybody at once, keeps reading, and does not move the end of any member', async () => {
    await onLab(async (lab, keys) => {
      const frozen = [...operationsOf('hits:publish'), ...operationsOf('pay:approve'), ...operationsOf('pay:bonus')];
      const freeze: Team = { ...team, freeze: ['hits:publish', 'pay:approve', 'pay:bonus'] };
      const rest = (key: string) => (FREE[key] ?? []).filter((operation) => !frozen.includes(operation));
      const review = await workflow(lab, freeze, '2026-12-01T10:00:00Z');
      expect(plainText(titleText(review, 'will'))).toBe(
        'members can no longer publish HITs, approve work and pay bonuses (freeze)',
      );
      lab.setClock('2026-12-20T10:00:00Z');
      for (const key of Object.keys(FREE)) expect([key, await keys.may(key)]).toEqual([key, rest(key)]);
      expect(rest('lea')).toContain('ListAssignmentsForHIT');
      expect(rest('ada')).not.toContain('SendBonus');
      lab.setClock(LAST_SECOND);
      expect(await keys.may('lea')).toEqual(rest('lea'));
      lab.setClock(MIDNIGHT);
      expect(await keys.may('lea')).toEqual([]);
      const end = await workflow(lab, team, '2027-01-01T06:17:00Z');
      expect(plainText(titleText(end, 'will'))).toContain('a freeze ends');
      expect(await keys.may('fay')).toEqual(FREE.fay);
      expect(await keys.may('lea')).toEqual([]);
    });
  });
});
