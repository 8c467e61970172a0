import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { EVENTS_FILE } from './account/event-history.ts';
import { ACCOUNT_FILE, JOURNAL_FILE } from './account/storage.ts';
import { HOST_FILE, isHosting, REMOVING_FILE, readHost } from './host-lock.ts';
import { STATE_DIRECTORY } from './state-backend.ts';

const OWN = [
  ACCOUNT_FILE,
  `${ACCOUNT_FILE}.new`,
  JOURNAL_FILE,
  EVENTS_FILE,
  `${EVENTS_FILE}.new`,
  HOST_FILE,
  REMOVING_FILE,
];
const OWN_STATE = /^[a-z0-9_-]+\.tfstate(?:\.backup|\.new)?$/;

/**
 * Deletes the account of a directory and its states, and the directories that are empty then: only files that the
 * emulator itself writes, so that a wrong path costs nothing. Returns the paths of the deleted files, or
 * `emulator-busy` while a running process hosts the account.
 */
export async function resetEmulator(dir: string): Promise<Result<readonly string[]>> {
  const host = readHost(dir);
  if (host !== null && (await isHosting(host))) return fail('emulator-busy', { dir, pid: host.pid });
  const deleted: string[] = [];
  const remove = (path: string): void => {
    if (!existsSync(path)) return;
    rmSync(path);
    deleted.push(path);
  };
  for (const name of OWN) remove(join(dir, name));
  const states = join(dir, STATE_DIRECTORY);
  // Without the account's own file there is no telling whose a directory called "state" is, hence the names.
  for (const name of listOf(states)) if (OWN_STATE.test(name)) remove(join(states, name));
  for (const directory of [states, dir])
    if (existsSync(directory) && listOf(directory).length === 0) rmdirSync(directory);
  return succeed(deleted);
}

function listOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
