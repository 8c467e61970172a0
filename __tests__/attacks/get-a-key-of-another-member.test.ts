import { CreateUserCommand, IAMClient, UpdateUserCommand } from '@aws-sdk/client-iam';
import { succeed } from '../../src/diagnostics/failure.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { keyAccount } from '../../src/keys/account.ts';
import { decryptWith, encryptFor } from '../../src/keys/encryption.ts';
import { keyIn, secretText } from '../../src/keys/profile.ts';
import { carryOut, type Delivery, factsOf, type KeyEffects, type KeyOwner, readKeys } from '../../src/keys/sync.ts';
import { emptyMemory, type Listener, orThrow } from '../support/lab-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';

const [{ identity, recipient }] = IDENTITIES;
const PATH = '/mturk/perception-lab/';
const ZOE = 'perception-lab-zoe';
const NOW = new Date('2026-11-25T12:00:00Z');

// Someone who may rename users, and no more: the call that creates a key names the user, and IAM has no other way to say whose.
test.each([
  ['another member', 'perception-lab-ada', PATH],
  ['an administrator of the account', 'root-admin', '/'],
])(
  'who renames %s to a member while a key is created, and back, gives the member no key of theirs',
  async (_what, name, path) => {
    const memory = emptyMemory();
    let listener: Listener = () => true;
    const emulator = await openEmulator({
      ...{ dir: null, memory, accountId: memory.account.accountId, clock: () => NOW },
      onCall: async (call) => ((await listener(call)) ? 'continue' : 'drop'),
    });
    const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
    const iam = new IAMClient({ ...reach, maxAttempts: 1 });
    const { User: zoe } = await iam.send(new CreateUserCommand({ UserName: ZOE, Path: PATH }));
    await iam.send(new CreateUserCommand({ UserName: name, Path: path }));
    const rename = (UserName: string, NewUserName: string, NewPath: string) =>
      iam.send(new UpdateUserCommand({ UserName, NewUserName, NewPath }));
    listener = async ({ action, phase }) => {
      if (action !== 'CreateAccessKey') return true;
      if (phase === 'before') {
        await rename(ZOE, 'perception-lab-zoe-2', PATH);
        await rename(name, ZOE, PATH);
      } else {
        await rename(ZOE, name, path);
        await rename('perception-lab-zoe-2', ZOE, PATH);
      }
      return true;
    };
    const account = keyAccount(iam, iam, async () => {});
    const owner: KeyOwner = {
      ...{ key: 'zoe', github: 'zoeq', user: ZOE, userId: zoe?.UserId ?? null, recipient },
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
    const rules = { newest: owner, rotateAfterDays: 180, delivered: [], isComplete: true };
    const facts = factsOf(orThrow(await readKeys(owner, account, PATH)), rules, NOW);
    const outcome = await carryOut(facts, effects);
    const opened = await Promise.all(
      delivered.map(async ({ armored }) => {
        const text = await decryptWith(identity, armored);
        return text.ok ? keyIn(text.text)?.id : null;
      }),
    );
    const theirs = Object.values(memory.account.users).find((user) => user.name === name)?.keys ?? [];
    iam.destroy();
    await emulator.close();
    expect({ result: outcome?.result, opened: opened.filter((id) => theirs.some((key) => key.id === id)) }).toEqual({
      result: 'withdrawn',
      opened: [],
    });
  },
);
