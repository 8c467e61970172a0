import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { succeed } from '../../src/diagnostics/failure.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { keyAccount } from '../../src/keys/account.ts';
import { decryptWith, encryptFor } from '../../src/keys/encryption.ts';
import { keyIn, secretText } from '../../src/keys/profile.ts';
import {
  carryOut,
  type Delivery,
  factsOf,
  type KeyEffects,
  type KeyFacts,
  type KeyOutcome,
  type KeyOwner,
  type KeyRules,
  readKeys,
} from '../../src/keys/sync.ts';
import { DAY_MS } from '../../src/text/dates.ts';
import { emptyMemory, type Listener, orThrow } from './lab-in-test.ts';
import { IDENTITIES } from './recipients.ts';

const [{ identity, recipient }] = IDENTITIES;

/** The lab's path, and the one user whose keys are asked for. */
export const PATH = '/mturk/perception-lab/';
export const USER = 'perception-lab-zoe';
/** `rotate-after-days`. */
export const ROTATE = 180;

/** The account with one user, and what was delivered from it. */
export async function keysInTest() {
  const memory = emptyMemory();
  let now = new Date('2026-11-25T12:00:00Z');
  let listener: Listener = () => true;
  const emulator = await openEmulator({
    ...{ dir: null, memory, accountId: memory.account.accountId, clock: () => now },
    onCall: async (call) => ((await listener(call)) ? 'continue' : 'drop'),
  });
  const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
  const iam = new IAMClient({ ...reach, maxAttempts: 1 });
  const { User } = await iam.send(new CreateUserCommand({ UserName: USER, Path: PATH }));
  const waits: number[] = [];
  const account = keyAccount(iam, iam, async (milliseconds) => void waits.push(milliseconds));
  const owner: KeyOwner = {
    ...{ key: 'zoe', github: 'zoeq', user: USER, userId: User?.UserId ?? null, recipient },
    ...{ keys: 1, from: null, until: null, suspended: false },
  };
  const delivered: Delivery[] = [];
  const effects: KeyEffects = {
    account,
    encrypt: (to, key) => encryptFor(to.recipient ?? '', secretText(to.user, emulator.accountId, key)),
    async deliver(delivery) {
      delivered.push(delivery);
      return succeed('somewhere');
    },
  };
  /** What the newest file and the markers say; keys that were delivered here have one. */
  let rules: Partial<KeyRules> = {};
  const factsNow = async (of: KeyOwner): Promise<KeyFacts> => {
    const markers = delivered.map(({ owner: { user }, created }) => ({ user, created }));
    const all = { newest: of, rotateAfterDays: ROTATE, delivered: markers, isComplete: true, ...rules };
    return factsOf(orThrow(await readKeys(of, account, PATH)), all, now);
  };
  const keysOf = (user: string) => Object.values(memory.account.users).find(({ name }) => name === user)?.keys ?? [];
  return {
    ...{ emulator, iam, account, owner, effects, delivered, waits },
    keys: () => keysOf(USER),
    keysOf,
    listen(next: Listener) {
      listener = next;
    },
    later(days: number) {
      now = new Date(now.getTime() + days * DAY_MS);
    },
    now: () => now,
    use(id: string) {
      const key = keysOf(USER).find((each) => each.id === id);
      const date = `${now.toISOString().slice(0, 19)}Z`;
      if (key !== undefined) key.lastUsed = { date, service: 'mturk-requester', region: 'us-east-1' };
    },
    rule(next: Partial<KeyRules>) {
      rules = next;
    },
    facts: (of: KeyOwner = owner) => factsNow(of),
    async sync(of: KeyOwner = owner, given: Partial<KeyEffects> = {}): Promise<KeyOutcome | null> {
      return carryOut(await factsNow(of), { ...effects, ...given });
    },
    async close() {
      iam.destroy();
      await emulator.close();
    },
  };
}

export type KeysInTest = Awaited<ReturnType<typeof keysInTest>>;

/** The key of a delivery, opened by its member. */
export async function opened({ armored }: Delivery) {
  const decrypted = await decryptWith(identity, armored);
  return decrypted.ok ? keyIn(decrypted.text) : null;
}
