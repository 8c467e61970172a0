import { existsSync, lstatSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { EVENTS_FILE } from './account/event-history.ts';
import { ACCOUNT_FILE, JOURNAL_FILE } from './account/storage.ts';
import { HOST_FILE, isHosting, REMOVING_FILE, readHost } from './host-lock.ts';
import { STATE_DIRECTORY } from './state-backend.ts';
import { isLink, listOf } from './system.ts';

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
 * emulator itself writes, and `records` of labs beside the states, so that a wrong path costs nothing. Returns the paths of the
 * deleted files, or `emulator-busy` while a running process hosts the account.
 */
export async function resetEmulator(dir: string, records: readonly string[] = []): Promise<Result<readonly string[]>> {
  if (isLink(dir)) return fail('file-not-writable', { file: dir, reason: 'it is a symbolic link' });
  const host = readHost(dir);
  if (host !== null && (await isHosting(host))) return fail('emulator-busy', { dir, pid: host.pid });
  const deleted: string[] = [];
  const remove = (path: string): void => {
    if (!existsSync(path)) return;
    rmSync(path);
    deleted.push(path);
  };
  const isAccount = [ACCOUNT_FILE, JOURNAL_FILE].some((name) => existsSync(join(dir, name)));
  for (const name of OWN) remove(join(dir, name));
  const states = join(dir, STATE_DIRECTORY);
  // Without the account's own file there is no telling whose a directory called "state" is, hence the names.
  for (const name of listOf(states)) if (OWN_STATE.test(name)) remove(join(states, name));
  // Labs that share an account have a directory of records each. Elsewhere, files of these names are someone's own.
  const shared = (isAccount ? listOf(dir) : []).map((name) => join(dir, name));
  const labs = [
    ...shared.filter((path) => path !== states && lstatSync(path).isDirectory()),
    ...(isAccount ? [dir] : []),
  ];
  for (const lab of labs) for (const record of records) for (const path of filesOf(lab, record)) remove(path);
  const emptied = labs.flatMap((lab) => [...records.map((record) => resolve(lab, record)), lab]);
  for (const directory of [states, ...emptied, dir])
    if (existsSync(directory) && lstatSync(directory).isDirectory() && listOf(directory).length === 0)
      rmdirSync(directory);
  return succeed(deleted);
}

/** A record; of a name that ends with a slash, all that are below it. */
function filesOf(lab: string, record: string): readonly string[] {
  const path = join(lab, record);
  return record.endsWith('/')
    ? listOf(path).flatMap((name) => (name.endsWith('.json') ? [join(path, name)] : []))
    : [path];
}
