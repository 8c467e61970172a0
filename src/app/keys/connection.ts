import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { KeyPair } from '../../keys/profile.ts';
import { type AccountSessionOptions, openAndWait } from '../session/account-session.ts';
import type { LocalEmulator } from '../session/emulator.ts';
import { momentOf } from '../session/read-team.ts';
import type { Terminal } from '../terminal.ts';

/** Where a member's key is used: AWS, or a local AWS emulator that is kept in a directory. */
export type KeyPlace = Pick<AccountSessionOptions, 'emulator' | 'today'>;

export interface KeyConnection {
  /** What a client of the SDK needs to be someone with that key. */
  clientOf(key: KeyPair): object & { readonly region: string; readonly credentials: LocalEmulator['rootCredentials'] };
  close(): Promise<void>;
}

/** Mechanical Turk is in one region, and STS answers there for every account. */
const REGION = 'us-east-1';

/** Connects without credentials of its own. `account` is that of an emulator. */
export async function connectKey(
  { emulator: dir, today }: KeyPlace,
  account: string,
  terminal: Terminal,
): Promise<Result<KeyConnection>> {
  const opened = dir === null ? null : await openAndWait(dir, account, momentOf(today), terminal, false);
  if (opened?.ok === false) return opened;
  const place = opened === null ? {} : { endpoint: opened.value.endpoint };
  return succeed({
    clientOf: ({ id, secret }) => ({
      ...{ region: REGION, ...place },
      credentials: { accessKeyId: id, secretAccessKey: secret },
    }),
    close: async () => opened?.value.close(),
  });
}
