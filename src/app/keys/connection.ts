import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { KeyPair } from '../../keys/profile.ts';
import { openAndWait } from '../session/account-session.ts';
import { otherAccount } from '../session/emulator.ts';
import { momentOf } from '../session/read-team.ts';
import type { Terminal } from '../terminal.ts';

/** Where a member's key is used: AWS, or a local AWS emulator that is kept in a directory. */
export interface KeyPlace {
  readonly emulator: string | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

export interface KeyConnection {
  /** What a client of the SDK needs to be someone with that key. */
  clientOf(key: KeyPair): object & { readonly region: string; readonly credentials: Credentials };
  close(): Promise<void>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Mechanical Turk is in one region, and STS answers there for every account. */
const REGION = 'us-east-1';

/** Connects without credentials of its own. `account` is that of an emulator. */
export async function connectKey(
  { emulator: dir, today }: KeyPlace,
  account: string,
  terminal: Terminal,
): Promise<Result<KeyConnection>> {
  const credentialsOf = ({ id, secret }: KeyPair) => ({ accessKeyId: id, secretAccessKey: secret });
  if (dir === null) {
    return succeed({ clientOf: (key) => ({ region: REGION, credentials: credentialsOf(key) }), close: async () => {} });
  }
  const opened = await openAndWait(dir, account, momentOf(today), terminal, false);
  if (!opened.ok) return opened;
  const { endpoint, accountId, close } = opened.value;
  if (accountId === account) {
    return succeed({ clientOf: (key) => ({ region: REGION, endpoint, credentials: credentialsOf(key) }), close });
  }
  await close();
  return { ok: false, failure: otherAccount(dir, account, opened.value) };
}
