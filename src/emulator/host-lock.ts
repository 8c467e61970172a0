import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../diagnostics/parse-data.ts';
import { errorCode } from './system.ts';

export const HOST_FILE = 'emulator.lock';
export const REMOVING_FILE = 'emulator.lock.removing';

/** Who hosts a directory's account at the moment, as `emulator.lock` says. */
export interface HostRecord {
  readonly pid: number;
  readonly kind: 'server' | 'command';
  readonly endpoint: string;
  /** The host answers under `/emulator/<token>`; the file's mode restricts it to its user. */
  readonly token: string;
}

/**
 * Makes this process the host of a directory, or says who is. A host that is gone (its process, or whatever listened
 * at its address) is replaced. The file appears whole or not at all, so no process reads half of it.
 */
export async function claimHost(dir: string, record: HostRecord): Promise<HostRecord | null> {
  const file = join(dir, HOST_FILE);
  for (;;) {
    if (appear(file, record)) return null;
    const host = readHost(dir);
    if (host !== null && (await isHosting(host))) return host;
    if (host === null || !takeAway(dir, host, record)) await wait(5);
  }
}

/** Gives the directory up, where it is still this host's. */
export function leaveHost(dir: string, record: HostRecord): void {
  if (readHost(dir)?.token === record.token) rmSync(join(dir, HOST_FILE), { force: true });
}

/** Who hosts a directory, alive or not; null if none does. */
export function readHost(dir: string): HostRecord | null {
  return readRecord(join(dir, HOST_FILE));
}

const NO_HOST: HostRecord = { pid: 0, kind: 'command', endpoint: '', token: '' };

/** Null if there is no such file. What no emulator wrote is of a host that is gone: a file of a commit would be waited for. */
function readRecord(file: string): HostRecord | null {
  try {
    const read: HostRecord | null = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(read) ? read : NO_HOST;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? null : NO_HOST;
  }
}

const ENDPOINT = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;
/** 18 bytes as base64url. */
const TOKEN = /^[\w-]{24}$/;

/**
 * Whether a host still answers. A busy one is slow, a dead one refuses the connection, or its port is another program's. A
 * file that came with a repository may name another machine, or a request of its choice.
 */
export async function isHosting(host: HostRecord): Promise<boolean> {
  if (!isRunning(host.pid) || !ENDPOINT.test(host.endpoint) || !TOKEN.test(host.token)) return false;
  try {
    const answer = await fetch(`${host.endpoint}/emulator/${host.token}`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';
  }
}

function appear(file: string, record: HostRecord): boolean {
  const own = `${file}.${record.pid}.${record.token}`;
  writeFileSync(own, JSON.stringify(record), { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes a dead host's file; false where another process is about to. Only who holds the second file may remove the
 * first, and looks again before: otherwise two that found the same dead host could remove each other's new file.
 */
function takeAway(dir: string, dead: HostRecord, own: HostRecord): boolean {
  const removing = join(dir, REMOVING_FILE);
  if (!appear(removing, own)) {
    const other = readRecord(removing);
    if (other !== null && !isRunning(other.pid)) rmSync(removing, { force: true });
    return false;
  }
  try {
    if (readHost(dir)?.token === dead.token) rmSync(join(dir, HOST_FILE), { force: true });
    return true;
  } finally {
    rmSync(removing, { force: true });
  }
}

/** Whether a process exists; one of another user counts. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
