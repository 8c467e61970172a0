import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { fail } from '../../src/diagnostics/failure.ts';
import { keyAccount } from '../../src/keys/account.ts';
import { decryptWith } from '../../src/keys/encryption.ts';
import { withoutKeys } from '../../src/keys/rules.ts';
import {
  carryOut,
  createKey,
  type Delivery,
  type KeyEffects,
  type KeyFacts,
  undelivered,
} from '../../src/keys/sync.ts';
import { type KeysInTest, keysInTest, opened, PATH, ROTATE, USER } from '../support/keys-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';

let lab: KeysInTest;
beforeEach(async () => {
  lab = await keysInTest();
});
afterEach(() => lab.close());

test('a first key is created and delivered, and only its member can open it', async () => {
  expect(await lab.sync()).toMatchObject({ result: 'done', place: 'somewhere', step: { because: 'none' } });
  const [key] = lab.keys();
  const [delivery] = lab.delivered;
  expect(delivery).toMatchObject({ created: key?.created, replaced: null });
  expect(await opened(delivery as Delivery)).toEqual({ id: key?.id, secret: key?.secret });
  const other = await decryptWith(IDENTITIES[1].identity, delivery?.armored ?? '');
  expect(other).toEqual({ ok: false, because: 'other-identity' });
  // What is done is not done again.
  expect(await lab.sync()).toBeNull();
});

test('a key is rotated: a second one, the old one inactive once the new one is used, deleted later', async () => {
  await lab.sync();
  const [first] = lab.keys();
  lab.use(first?.id ?? '');
  lab.later(ROTATE + 1);
  expect(await lab.sync()).toMatchObject({ result: 'done', step: { kind: 'create', because: 'rotation' } });
  expect(lab.delivered.at(-1)).toMatchObject({ replaced: { id: first?.id } });
  const second = lab.keys()[1];
  lab.later(2);
  lab.use(second?.id ?? '');
  expect(await lab.sync()).toMatchObject({ result: 'done', step: { kind: 'deactivate', key: { id: first?.id } } });
  expect(lab.keys().map(({ status }) => status)).toEqual(['Inactive', 'Active']);
  // Its last use is long past.
  expect(await lab.sync()).toMatchObject({ result: 'done', step: { kind: 'delete', key: { id: first?.id } } });
  expect(lab.keys().map(({ id }) => id)).toEqual([second?.id]);
  expect(await lab.sync()).toBeNull();
});

test('a user who replaced that of the apply record gets no key, and none is read', async () => {
  const asked: string[] = [];
  lab.listen(({ action, phase }) => {
    if (phase === 'before') asked.push(action);
    return true;
  });
  for (const userId of ['AIDAOTHEROTHEROTHERX', null]) {
    expect(await lab.facts({ ...lab.owner, userId })).toMatchObject({
      without: 'replaced-user',
      decision: { step: null },
    });
  }
  expect(await lab.facts({ ...lab.owner, user: 'perception-lab-none' })).toMatchObject({ without: 'no-user' });
  expect(new Set(asked)).toEqual(new Set(['GetUser']));
  // IAM is eventually consistent.
  expect(lab.waits).toEqual([1000, 2000, 4000]);
});

test('a user who is replaced while sync runs gets no key either', async () => {
  let isReplaced = false;
  lab.listen(async ({ action, phase }) => {
    if (action !== 'CreateAccessKey' || phase !== 'before' || isReplaced) return true;
    isReplaced = true;
    await lab.iam.send(new DeleteUserCommand({ UserName: USER }));
    await lab.iam.send(new CreateUserCommand({ UserName: USER, Path: PATH }));
    return true;
  });
  expect(await lab.sync()).toMatchObject({ result: 'withdrawn', place: null });
  expect(lab.delivered).toEqual([]);
  expect(lab.keys()).toEqual([]);
});

describe.each([null, ROTATE])(
  'a key that someone makes in AWS, if keys are rotated after %s days,',
  (rotateAfterDays) => {
    const byHand = async () => {
      const { AccessKey } = await lab.iam.send(new CreateAccessKeyCommand({ UserName: USER }));
      return AccessKey?.AccessKeyId ?? '';
    };

    test("does not replace the member's own, although it is used alone over a weekend", async () => {
      lab.rule({ rotateAfterDays });
      await lab.sync();
      const [own] = lab.keys();
      lab.later(1);
      const planted = await byHand();
      lab.use(own?.id ?? '');
      for (const days of [1, 0.25, 1]) {
        lab.later(days);
        lab.use(planted);
        expect(await lab.sync()).toBeNull();
      }
      expect(lab.keys().map(({ status }) => status)).toEqual(['Active', 'Active']);
      expect(await lab.facts()).toMatchObject({ decision: { finding: 'not-delivered' } });
      // Without the comments, it is not known.
      lab.rule({ rotateAfterDays, isComplete: false });
      expect((await lab.facts()).decision).toMatchObject({ step: null, finding: null });
    });

    test("does not pass for the member's, if it is the first", async () => {
      lab.rule({ rotateAfterDays });
      lab.use(await byHand());
      lab.later(1);
      expect(await lab.sync()).toBeNull();
      expect(await lab.facts()).toMatchObject({ decision: { finding: 'not-delivered' } });
    });
  },
);

test('a user whose keys someone deleted gets none again, but one who is new under the name does', async () => {
  await lab.sync();
  await lab.iam.send(new DeleteAccessKeyCommand({ UserName: USER, AccessKeyId: lab.keys()[0]?.id }));
  lab.later(1);
  expect(await lab.sync()).toBeNull();
  expect(await lab.facts()).toMatchObject({ decision: { finding: 'delivered-deleted' } });
  await lab.iam.send(new DeleteUserCommand({ UserName: USER }));
  const { User } = await lab.iam.send(new CreateUserCommand({ UserName: USER, Path: PATH }));
  expect(await lab.sync({ ...lab.owner, userId: User?.UserId ?? '' })).toMatchObject({ result: 'done' });
});

test("a user whom someone moved out of the lab's path gets no key", async () => {
  await lab.iam.send(new UpdateUserCommand({ UserName: USER, NewPath: '/other/' }));
  expect(await lab.sync()).toBeNull();
  expect(await lab.facts()).toMatchObject({ without: 'moved-user', keys: [] });
});

test('of two syncs at once, the later deletes its own key', async () => {
  const facts = await lab.facts();
  let waiting: (() => void)[] = [];
  let created = 0;
  lab.listen(async ({ action, phase }) => {
    if (action === 'CreateAccessKey' && phase === 'after') created += 1;
    // No one lists the keys before both have created one.
    if (action === 'GetUser' && phase === 'before' && created < 2) await new Promise<void>((go) => waiting.push(go));
    for (const go of created < 2 ? [] : waiting) go();
    if (created === 2) waiting = [];
    return true;
  });
  const outcomes = await Promise.all([carryOut(facts, lab.effects), carryOut(facts, lab.effects)]);
  expect(outcomes.map((outcome) => outcome?.result).sort()).toEqual(['done', 'withdrawn']);
  expect(lab.delivered.length).toBe(1);
  const [key] = lab.keys();
  expect(lab.keys().length).toBe(1);
  expect((await opened(lab.delivered[0] as Delivery))?.id).toBe(key?.id);
});

test('of two rotations at once, the one that comes late asks for no third key', async () => {
  await lab.sync();
  lab.later(ROTATE + 1);
  const facts = await lab.facts();
  const outcomes = [await carryOut(facts, lab.effects), await carryOut(facts, lab.effects)];
  expect(outcomes.map((outcome) => outcome?.result)).toEqual(['done', 'withdrawn']);
  expect(lab.keys().length).toBe(2);
});

test('a key that someone makes while sync runs stays, and sync adds none', async () => {
  let made = '';
  lab.listen(async ({ action, phase }) => {
    if (action !== 'CreateAccessKey' || phase !== 'before' || made !== '') return true;
    made = 'begun';
    const { AccessKey } = await lab.iam.send(new CreateAccessKeyCommand({ UserName: USER }));
    made = AccessKey?.AccessKeyId ?? '';
    lab.later(1 / 24);
    return true;
  });
  expect(await lab.sync()).toMatchObject({ result: 'withdrawn' });
  expect(lab.keys().map(({ id }) => id)).toEqual([made]);
  expect(await lab.sync()).toBeNull();
});

test.each<[string, Partial<KeyEffects>, string]>([
  ['encrypted', { encrypt: () => Promise.reject(new TypeError('no recipient')) }, 'key-not-encrypted'],
  [
    'delivered',
    { deliver: async () => fail('github-unavailable', { request: 'POST', reason: '502' }) },
    'key-step-failed',
  ],
])('a key that cannot be %s is deleted again', async (_what, given, code) => {
  expect(await lab.sync(lab.owner, given)).toMatchObject({ result: 'failed', failure: { code } });
  expect(lab.keys()).toEqual([]);
  expect(await lab.sync()).toMatchObject({ result: 'done' });
});

test('a key that can neither be delivered nor deleted is named by its member and its time', async () => {
  lab.listen(({ action }) => action !== 'DeleteAccessKey');
  const deliver = async () => fail('github-unavailable', { request: 'POST', reason: '502' });
  const [failed] = [await lab.sync(lab.owner, { deliver })];
  const [key] = lab.keys();
  expect(failed?.failure).toEqual({ code: 'key-left-behind', args: { member: 'zoe', created: key?.created } });
});

/** Everything is cut off at one call: the run is killed, or the network ends. */
async function cutAt(number: number, phase: 'before' | 'after', isKilled: boolean): Promise<boolean> {
  let calls = 0;
  let isCut = false;
  lab.listen((call) => {
    if (call.phase === 'before') calls += 1;
    if (calls === number && call.phase === phase) isCut = true;
    return !(calls === number && call.phase === phase) && !(isKilled && isCut);
  });
  await lab.sync().catch(() => null);
  lab.listen(() => true);
  return isCut;
}

describe.each([true, false])('a run that is killed (%s) or loses one answer', (isKilled) => {
  test.each(['before', 'after'] as const)('%s any call leaves nothing that no one finds', async (phase) => {
    for (let number = 1; ; number += 1) {
      await lab.close();
      lab = await keysInTest();
      const isCut = await cutAt(number, phase, isKilled);
      const isDelivered = ({ created }: { created: string }) =>
        lab.delivered.some((delivery) => delivery.created === created);
      // A day later it is known what is unused; the next run goes on from there.
      lab.later(1.5);
      const before = await lab.facts();
      const lost = undelivered(before, lab.now());
      const open = lab.keys().filter(({ created }) => !isDelivered({ created }));
      expect(lost.map(({ created }) => created)).toEqual(open.map(({ created }) => created));
      const outcome = await lab.sync();
      expect(lab.keys().length).toBe(1);
      // Either the key is delivered, or the job fails with the command that replaces it.
      expect(outcome?.result === 'done' || before.keys.length === 1).toBe(true);
      if (!isCut) break;
    }
    expect(lab.delivered.length).toBe(1);
  });
});

test('none of the keys of a member without access is touched', async () => {
  await lab.sync();
  lab.later(ROTATE + 1);
  const asked: string[] = [];
  lab.listen(({ action }) => {
    asked.push(action);
    return true;
  });
  for (const given of [{ suspended: true }, { keys: 0 }, { recipient: null }, { until: '2026-12-01' }]) {
    const owner = { ...lab.owner, ...given };
    expect(withoutKeys(owner, lab.now())).not.toBeNull();
    expect(await lab.sync(owner)).toBeNull();
  }
  expect(asked.filter((action) => /^(Create|Update|Delete)/.test(action))).toEqual([]);
});

test('a user whom IAM does not find yet is tried again', async () => {
  let missing = 2;
  const once = {
    async send(command: CreateAccessKeyCommand) {
      missing -= 1;
      if (missing >= 0)
        throw Object.assign(new Error('no such user'), { name: 'NoSuchEntityException', $metadata: {} });
      return lab.iam.send(command);
    },
  };
  const account = keyAccount(lab.iam, once as never, async (milliseconds) => void lab.waits.push(milliseconds));
  const facts: KeyFacts = await lab.facts();
  const outcome = await createKey(facts.owner, [], { kind: 'create', because: 'none' }, { ...lab.effects, account });
  expect(outcome.result).toBe('done');
  expect(lab.waits).toEqual([1000, 2000]);
});
