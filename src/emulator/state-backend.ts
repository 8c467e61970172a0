import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './host-lock.ts';
import type { WireAnswer } from './server/service.ts';
import type { SignedRequest } from './server/signature.ts';
import { writeWhole } from './system.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const JSON_TYPE = 'application/json';

/** Terraform's HTTP backend for the states of this account's stacks, with locks that know their run. */
export interface StateBackend {
  /** Required for every request for a state: part of the addresses, and in the file that only our user reads. */
  readonly token: string;
  /** The answer to a request for a state, null where it asks for something else. */
  answer(request: SignedRequest): WireAnswer | null;
  /** Gives up every lock that a run still holds. Its engines must have ended. */
  endRun(run: string): void;
}

export interface RunId {
  /** The process whose end ends the run, too. */
  readonly pid: number;
  readonly run: string;
}

/** The address of a stack's state for the engines of one run. */
export function stateAddress(endpoint: string, token: string, stack: string, { pid, run }: RunId): string {
  return `${endpoint}/state/${token}/${stack}?pid=${pid}&run=${run}`;
}

/**
 * Answers as https://developer.hashicorp.com/terraform/language/backend/http describes: GET, POST and DELETE on the
 * state, LOCK and UNLOCK with the lock's JSON, 423 with the holder's where it is taken. A lock outlives neither the
 * run nor the process that it names, so a killed engine blocks no other.
 */
export function openStateBackend(store: StateStore): StateBackend {
  const token = randomBytes(18).toString('base64url');
  const locks = stateLocks();
  return {
    token,
    endRun: locks.endRun,
    answer(request) {
      const [, area, given, name = ''] = request.path.split('/');
      if (area !== 'state') return null;
      if (given !== token || !NAME.test(name)) return plain(404, '');
      const id = request.query.get('ID') ?? '';
      switch (request.method) {
        case 'GET': {
          const state = store.read(name);
          return state === null ? plain(404, '') : { status: 200, contentType: JSON_TYPE, body: state };
        }
        case 'POST':
          return update(store, locks.holder(name), name, id, request);
        case 'DELETE': {
          const holder = locks.holder(name);
          if (holder !== null && holder.id !== id) return locked(holder);
          store.remove(name);
          return plain(200, '');
        }
        case 'LOCK': {
          const info = request.body.toString('utf8');
          const refused = locks.take(name, { info, ...runOf(request) });
          return refused === null ? plain(200, '') : locked(refused);
        }
        case 'UNLOCK': {
          const kept = locks.release(name, request.body.toString('utf8'));
          return kept === null ? plain(200, '') : locked(kept);
        }
        default:
          return plain(405, '');
      }
    },
  };
}

function update(
  store: StateStore,
  holder: StateLock | null,
  name: string,
  id: string,
  request: SignedRequest,
): WireAnswer {
  // An engine whose lock was given up must not overwrite what came after it.
  if (id !== (holder?.id ?? ''))
    return holder === null ? plain(409, 'the lock of this run was given up') : locked(holder);
  const digest = request.headers['content-md5'];
  if (digest !== undefined && digest !== createHash('md5').update(request.body).digest('base64')) {
    return plain(400, 'the state arrived damaged');
  }
  store.write(name, request.body.toString('utf8'));
  return plain(200, '');
}

function runOf(request: SignedRequest): RunId {
  return { pid: Number(request.query.get('pid') ?? 0), run: request.query.get('run') ?? '' };
}

function locked(holder: StateLock): WireAnswer {
  return { status: 423, contentType: JSON_TYPE, body: holder.info };
}

function plain(status: number, body: string): WireAnswer {
  return { status, contentType: 'text/plain', body };
}

/** A lock that an engine holds on a stack's state. */
interface StateLock {
  /** Terraform's id of the lock. */
  readonly id: string;
  /** The engine's own JSON about it, returned to a client that is refused. */
  readonly info: string;
  readonly pid: number;
  readonly run: string;
}

interface StateLocks {
  /** The lock of a process that still runs; null if there is none. */
  holder(name: string): StateLock | null;
  /** Null where the lock was taken, else who holds it. */
  take(name: string, lock: Omit<StateLock, 'id'>): StateLock | null;
  /** Null where the lock is free now, else who keeps it; without a lock's JSON it is taken away by force. */
  release(name: string, info: string): StateLock | null;
  endRun(run: string): void;
}

function stateLocks(): StateLocks {
  const held = new Map<string, StateLock>();
  const ended = new Set<string>();
  const holder = (name: string): StateLock | null => {
    const lock = held.get(name);
    if (lock === undefined) return null;
    if (!ended.has(lock.run) && isRunning(lock.pid)) return lock;
    held.delete(name);
    return null;
  };
  return {
    holder,
    take(name, lock) {
      const before = holder(name);
      if (before !== null) return before;
      held.set(name, { id: idOf(lock.info), ...lock });
      return null;
    },
    release(name, info) {
      const lock = holder(name);
      if (lock === null) return null;
      const id = idOf(info);
      if (id !== '' && id !== lock.id) return lock;
      held.delete(name);
      return null;
    },
    endRun(run) {
      ended.add(run);
      for (const [name, lock] of held) if (lock.run === run) held.delete(name);
    },
  };
}

function idOf(info: string): string {
  try {
    const parsed: unknown = JSON.parse(info);
    if (typeof parsed === 'object' && parsed !== null && 'ID' in parsed) return String(parsed.ID);
  } catch {
    // an empty body is a lock without an id
  }
  return '';
}

export const STATE_DIRECTORY = 'state';

/** Where the states of stacks are kept, by the stack's name. */
export interface StateStore {
  read(name: string): string | null;
  write(name: string, state: string): void;
  remove(name: string): void;
}

export function memoryStateStore(states = new Map<string, string>()): StateStore {
  return {
    read: (name) => states.get(name) ?? null,
    write: (name, state) => void states.set(name, state),
    remove: (name) => void states.delete(name),
  };
}

/** States as files of a directory; the one before is kept beside each as `.backup`. */
export function directoryStateStore(dir: string): StateStore {
  const directory = join(dir, STATE_DIRECTORY);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fileOf = (name: string): string => join(directory, `${name}.tfstate`);
  const keep = (name: string): void => {
    if (existsSync(fileOf(name))) copyFileSync(fileOf(name), `${fileOf(name)}.backup`);
  };
  return {
    read: (name) => (existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : null),
    write(name, state) {
      keep(name);
      writeWhole(fileOf(name), state);
    },
    remove(name) {
      keep(name);
      rmSync(fileOf(name), { force: true });
    },
  };
}
