import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isOperation } from '../../catalog/mturk.ts';
import { jsonLines, writeWhole } from '../system.ts';
import { type Account, accountOf, type CallContext, emptyState } from './account.ts';
import { isAwsError } from './aws-error.ts';
import { directoryHistory, EVENTS_FILE } from './event-history.ts';
import { runMturk } from './mturk.ts';
import { IAM_OPERATIONS } from './operations.ts';
import type { Params } from './params.ts';
import { S3_OPERATIONS } from './s3.ts';
import type { AccountState } from './state.ts';

export const ACCOUNT_FILE = 'account.json';
export const JOURNAL_FILE = 'account.journal';

const ENTRIES_BEFORE_SNAPSHOT = 2_000;

/** A call that changed the account, or a use of a key. */
type JournalEntry =
  | { readonly action: string; readonly params: Params; readonly call: CallContext }
  | { readonly used: string; readonly service: string; readonly region: string; readonly now: string };

export interface Storage {
  readonly account: Account;
  /** Remembers a change that the account already holds; when it returns, an end of this process no longer loses it. */
  append(entry: JournalEntry): void;
  /** Remembers a use of a key. */
  use(accessKeyId: string, service: string, region: string, now: string): void;
  close(): void;
}

/** An account that is forgotten when it is closed. */
export function memoryStorage(state: AccountState): Storage {
  const account = accountOf(state);
  return {
    account,
    append: () => {},
    use: (accessKeyId, service, region, now) => void noteUse(account, accessKeyId, service, region, now),
    close: () => {},
  };
}

/**
 * The account of a directory. `account.json` is a whole state, written beside itself and renamed; `account.journal`
 * holds what happened since, a line a call written before it is answered, and is carried out again on opening: a killed
 * process loses nothing, a machine that loses its power perhaps the last seconds.
 */
export function directoryStorage(dir: string, accountId: string, now: string): Storage {
  const file = join(dir, ACCOUNT_FILE);
  const journalFile = join(dir, JOURNAL_FILE);
  const state = existsSync(file) ? readState(readFileSync(file, 'utf8')) : emptyState(accountId, now);
  const account = accountOf(state, directoryHistory(join(dir, EVENTS_FILE)));
  const left = existsSync(journalFile) ? readFileSync(journalFile, 'utf8') : '';
  replay(account, left);
  const journal = openSync(journalFile, 'a', 0o600);
  let pending = 0;
  let open = true;
  const snapshot = (): void => {
    writeWhole(file, JSON.stringify(account.state));
    ftruncateSync(journal);
    pending = 0;
  };
  // A torn line must go, even alone: what is written behind it would be torn with it.
  if (left !== '' || !existsSync(file)) snapshot();
  const append = (entry: JournalEntry): void => {
    if (!open) throw new Error('the account is closed');
    account.state.sequence += 1;
    writeSync(journal, `${JSON.stringify({ sequence: account.state.sequence, ...entry })}\n`);
    pending += 1;
    if (pending >= ENTRIES_BEFORE_SNAPSHOT) snapshot();
  };
  return {
    account,
    append,
    use(accessKeyId, service, region, now) {
      if (noteUse(account, accessKeyId, service, region, now)) append({ used: accessKeyId, service, region, now });
    },
    close() {
      open = false;
      if (pending > 0) snapshot();
      closeSync(journal);
      account.history.close();
    },
  };
}

function readState(text: string): AccountState {
  const state = JSON.parse(text) as AccountState;
  if (state.version !== 1) throw new Error(`${ACCOUNT_FILE} is of version ${state.version}, not 1`);
  // An account of an earlier version has no roles, providers and buckets.
  return { ...emptyState(state.accountId, state.created, state.seed), ...state };
}

/** Carries out what the state does not hold yet. */
function replay(account: Account, journal: string): void {
  for (const entry of jsonLines(journal) as (JournalEntry & { readonly sequence: number })[]) {
    if (entry.sequence <= account.state.sequence) continue;
    if ('used' in entry) noteUse(account, entry.used, entry.service, entry.region, entry.now);
    else {
      const { action, params, call } = entry;
      const reply = isOperation(action)
        ? runMturk(action, params, account, call)
        : (IAM_OPERATIONS.get(action) ?? S3_OPERATIONS.get(action))?.run(account, params, call);
      if (reply === undefined || isAwsError(reply))
        throw new Error(`${JOURNAL_FILE}: call ${entry.sequence} (${entry.action}) cannot be repeated`);
    }
    account.state.sequence = entry.sequence;
  }
}

/** Notes that a key was used; true where that says more than was known. IAM keeps quarters of an hour. */
function noteUse(account: Account, accessKeyId: string, service: string, region: string, now: string): boolean {
  const key = account.keys.get(accessKeyId)?.key;
  // The tool works with the root's own key, also where it only reads.
  if (key === undefined || key === account.state.root) return false;
  const quarter = new Date(Math.floor(Date.parse(now) / 900_000) * 900_000).toISOString();
  const date = `${quarter.slice(0, 19)}Z`;
  const { lastUsed } = key;
  if (lastUsed !== null && lastUsed.date === date && lastUsed.service === service && lastUsed.region === region)
    return false;
  key.lastUsed = { date, service, region };
  return true;
}
