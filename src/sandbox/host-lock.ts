import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isRunning } from './state-lock.ts';

export const HOST_FILE = 'sandbox.lock';

/** Who hosts a directory's account at the moment, as `sandbox.lock` says. */
export interface HostRecord {
  readonly pid: number;
  readonly kind: 'server' | 'command';
  readonly endpoint: string;
  /** What the host answers to under `/sandbox/`; whoever can read this file is its user. */
  readonly token: string;
}

/** Why the account of a directory could not be opened. */
export interface HostProblem {
  readonly code: 'sandbox-busy';
  readonly dir: string;
  readonly pid: number;
}

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
  readonly problem: HostProblem;

  constructor(problem: HostProblem) {
    super(`${problem.code}: process ${problem.pid} uses ${problem.dir}`);
    this.problem = problem;
  }
}

/**
 * Makes this process the host of a directory, or says who is. A host that is gone (its process, or whatever listened
 * at its address) is replaced. The file appears whole or not at all, so nobody reads half of it.
 */
export async function claimHost(dir: string, record: HostRecord): Promise<HostRecord | null> {
  const file = join(dir, HOST_FILE);
  for (;;) {
    if (appear(file, record)) return null;
    const host = readHost(dir);
    if (host === null) {
      await wait(5);
      continue;
    }
    if (await isHosting(host)) return host;
    takeAway(file, host);
  }
}

/** Gives the directory up, where it is still this host's. */
export function leaveHost(dir: string, record: HostRecord): void {
  if (readHost(dir)?.token === record.token) rmSync(join(dir, HOST_FILE), { force: true });
}

/** Who hosts a directory, alive or not; null where nobody does. */
export function readHost(dir: string): HostRecord | null {
  try {
    return JSON.parse(readFileSync(join(dir, HOST_FILE), 'utf8')) as HostRecord;
  } catch {
    return null;
  }
}

/** Whether a host still answers. A busy one is slow, a dead one refuses the connection or is somebody else. */
export async function isHosting(host: HostRecord): Promise<boolean> {
  if (!isRunning(host.pid)) return false;
  try {
    const answer = await fetch(`${host.endpoint}/sandbox/${host.token}`, { signal: AbortSignal.timeout(2_000) });
    return answer.status === 200;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError';
  }
}

function appear(file: string, record: HostRecord): boolean {
  const own = `${file}.${record.pid}.${record.token}`;
  writeFileSync(own, JSON.stringify(record), { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead host's file, and puts back what another process may have set in its place meanwhile. */
function takeAway(file: string, dead: HostRecord): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = JSON.parse(readFileSync(aside, 'utf8')) as HostRecord;
  if (taken.token !== dead.token) {
    try {
      linkSync(aside, file);
    } catch {
      // a third process is the host now: the one put aside learns of it when it writes no more
    }
  }
  rmSync(aside, { force: true });
}
