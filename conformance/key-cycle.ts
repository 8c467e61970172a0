import { setTimeout as sleep } from 'node:timers/promises';
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { succeed } from '../src/diagnostics/failure.ts';
import { keyAccount } from '../src/keys/account.ts';
import { decryptWith, encryptFor, newIdentity } from '../src/keys/encryption.ts';
import { type KeyPair, keyIn, secretText } from '../src/keys/profile.ts';
import type { HeldKey } from '../src/keys/rules.ts';
import { carryOut, type DeliveredKey, factsOf, type KeyEffects, type KeyOwner, readKeys } from '../src/keys/sync.ts';
import { iamName, labPath } from '../src/team/names.ts';
import { DAY_MS } from '../src/text/dates.ts';
import { type Difference, judge, type ListedDifference } from './compare-steps.ts';
import { type SentCall, startCountingProxy } from './counting-proxy.ts';
import { ACCOUNT, LAB } from './lifecycle-team.ts';
import { outcomeOf, type Row } from './report.ts';
import { clientOf, type RunningAccount, startOurs } from './rigs.ts';
import { deniedCalls, ROLE_LAB } from './role-calls.ts';
import { need } from './run-lifecycle.ts';

const ROTATE_AFTER_DAYS = 180;
const USER = iamName(LAB, 'zoe');

/** What moto 5.2.5 answers otherwise than AWS. */
const KEY_DIFFERENCES: readonly ListedDifference[] = [
  {
    reason: 'AWS refuses a key that is deleted; moto checks no key.',
    matches: ({ step, subject }) => step === 'and deleted' && subject.startsWith('caller with '),
  },
];

/** What a step left, in facts that must be the same on every account. */
interface KeyRecord {
  readonly step: string;
  readonly facts: Readonly<Record<string, string>>;
}

interface Played {
  readonly records: readonly KeyRecord[];
  /** Those of the job; not those of an administrator or of the member. */
  readonly calls: readonly SentCall[];
}

/** The same keys, created, rotated, deactivated and deleted by sync on our account and on moto, which is emptied before. */
export async function keyCycleRow(moto: RunningAccount): Promise<Row> {
  await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
  const [movable, fixed] = [new Days(true), new Days(false)];
  const ours = await startOurs({ clock: movable.now });
  try {
    const [reference, other] = [await playKeys(ours, movable), await playKeys(moto, fixed)];
    const outcome = outcomeOf(judge(keyDifferences(reference.records, other.records), KEY_DIFFERENCES));
    const denied = new Set([reference, other].flatMap(({ calls }) => deniedCalls('keys', calls, ROLE_LAB)));
    const problems = [...outcome.problems, ...cycleProblems(reference.records), ...denied];
    return {
      account: 'ours and moto 5.2.5',
      provider: 'none',
      engine: '`keys sync`',
      compared:
        'the cycle of a key: created and opened, rotated, no third, the older deactivated and deleted, the last revoked; each call is allowed to the role `keys`',
      result: problems.length === 0 ? outcome.result : `${problems.length} unexpected`,
      onPurpose: outcome.onPurpose,
      problems,
      checks: reference.records.reduce((sum, { facts }) => sum + Object.keys(facts).length, 0) + 2,
    };
  } finally {
    await ours.stop();
  }
}

/** What each step of the story must come to; the rest is compared. */
const STEPS = ['create', 'create', 'none', 'deactivate', 'none', 'delete', 'none'];

function cycleProblems(records: readonly KeyRecord[]): readonly string[] {
  const steps = records.flatMap(({ facts: { step } }) => step ?? []);
  return steps.join() === STEPS.join() ? [] : [`the steps were ${steps.join(', ')}, not ${STEPS.join(', ')}`];
}

function keyDifferences(reference: readonly KeyRecord[], other: readonly KeyRecord[]): readonly Difference[] {
  return reference.flatMap(({ step, facts }, index) =>
    Object.entries(facts).flatMap(([subject, fact]): Difference[] => {
      const found = other[index]?.facts[subject] ?? null;
      return found === fact ? [] : [{ step, aspect: 'account', subject, reference: fact, other: found }];
    }),
  );
}

/** The time of an account, in days after now. moto's stays: what was done since is then taken for done now. */
class Days {
  #days = 0;
  readonly #moves: boolean;

  constructor(moves: boolean) {
    this.#moves = moves;
  }

  readonly now = () => new Date(Date.now() + this.#days * DAY_MS);

  /** Times of AWS have no fractions: what happens in one second has no order. */
  async pass(days: number): Promise<void> {
    this.#days += days;
    if (!this.#moves) await sleep(1_100);
  }

  did(): void {
    if (!this.#moves) this.#days = 0;
  }
}

async function playKeys(account: RunningAccount, days: Days): Promise<Played> {
  const iam = clientOf(account);
  const proxy = await startCountingProxy(account.endpoint);
  const reach = { endpoint: proxy.endpoint, region: 'us-east-1', credentials: account.credentials };
  const [client, once] = [new IAMClient(reach), new IAMClient({ ...reach, maxAttempts: 1 })];
  try {
    const { User } = await iam.send(new CreateUserCommand({ UserName: USER, Path: labPath(LAB) }));
    const records = await playCycle(account, days, User?.UserId ?? '', keyAccount(client, once, sleep));
    return { records, calls: proxy.takeSequence() };
  } finally {
    for (const each of [iam, client, once]) each.destroy();
    await proxy.stop();
  }
}

async function playCycle(
  account: RunningAccount,
  days: Days,
  userId: string,
  keys: KeyEffects['account'],
): Promise<readonly KeyRecord[]> {
  const { identity, recipient } = await newIdentity();
  const owner: KeyOwner = {
    ...{ key: 'zoe', github: null, user: USER, userId, recipient, keys: 1 },
    ...{ from: null, until: null, suspended: false },
  };
  const opened: KeyPair[] = [];
  const delivered: DeliveredKey[] = [];
  const effects: KeyEffects = {
    account: keys,
    encrypt: (_owner, key) => encryptFor(recipient, secretText(USER, ACCOUNT, key)),
    async deliver({ armored, created }) {
      delivered.push({ user: USER, created });
      const decrypted = await decryptWith(identity, armored);
      const key = decrypted.ok ? keyIn(decrypted.text) : null;
      if (key !== null) opened.push(key);
      return succeed('here');
    },
  };
  const records: KeyRecord[] = [];
  const record = async (step: string, done: Readonly<Record<string, string>>) => {
    const held = need(await keys.keys(USER)).map((key) => stateOf(opened, key));
    records.push({ step, facts: { ...done, keys: held.join(', ') } });
  };
  const sync = async (step: string, later: number) => {
    await days.pass(later);
    const rules = { newest: owner, rotateAfterDays: ROTATE_AFTER_DAYS, delivered, isComplete: true };
    const facts = factsOf(need(await readKeys(owner, keys, labPath(LAB))), rules, days.now());
    const outcome = await carryOut(facts, effects);
    if (outcome?.step.kind === 'create') days.did();
    await record(step, { step: outcome?.step.kind ?? 'none', result: outcome?.result ?? 'none' });
  };
  const caller = (number: 1 | 2) => callerOf(account, opened[number - 1] ?? { id: '', secret: '' });
  await sync('a key at first', 0);
  await days.pass(ROTATE_AFTER_DAYS + 1);
  await record('the member uses it', { caller: await caller(1) });
  await sync('a second, once the first is old', 0);
  await record('no third', { third: need(await keys.create(USER)) === null ? 'refused' : 'created' });
  await days.pass(0.5);
  await record('the member uses the second', { caller: await caller(2) });
  days.did();
  await sync('nothing on that day', 0);
  await sync('the first is deactivated', 2);
  await sync('and kept', 18);
  await sync('for a month', 13);
  await sync('nothing more', 0);
  const last = opened[1]?.id ?? '';
  need(await keys.deactivate(USER, last));
  await record('the second is revoked', {});
  // The second time, it is gone already.
  for (const id of [last, last]) need(await keys.delete(USER, id));
  await record('and deleted', { 'caller with the first': await caller(1), 'caller with the second': await caller(2) });
  return records;
}

function stateOf(opened: readonly KeyPair[], { id, active, lastUsed }: HeldKey): string {
  const number = opened.findIndex((key) => key.id === id) + 1;
  return `${number} ${active ? 'active' : 'inactive'}${lastUsed === null ? '' : ', used'}`;
}

/** Whom AWS takes the holder of a key for. */
async function callerOf({ endpoint }: RunningAccount, { id, secret }: KeyPair): Promise<string> {
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    sts.destroy();
  }
}
