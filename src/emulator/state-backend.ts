import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './host-lock.ts';
import { plainAnswer, type WireAnswer } from './server/service.ts';
import type { SignedRequest } from './server/signature.ts';
import { writeWhole } from './system.ts';

const NAME = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const JSON_TYPE = 'application/json';

export const STATE_DIRECTORY = 'state';

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
 * Terraform's HTTP backend (https://developer.hashicorp.com/terraform/language/backend/http) for the states of this
 * account. A lock outlives neither the run nor the process that it names, so a killed engine blocks no other.
 */
export function openStateBackend(store: StateStore) {
  const token = randomBytes(18).toString('base64url');
  const held = new Map<string, StateLock>();
  const endedRuns = new Set<string>();
  const holderOf = (name: string): StateLock | null => {
    const lock = held.get(name);
    return lock !== undefined && !endedRuns.has(lock.run) && isRunning(lock.pid) ? lock : null;
  };
  return {
    /** Required for every request for a state: part of the addresses, and in the file that only our user reads. */
    token,
    /** Gives up every lock that a run still holds. Its engines must have ended. */
    endRun: (run: string) => void endedRuns.add(run),
    /** The answer to a request for a state, null where it asks for something else. */
    answer({ path, method, query, headers, body }: SignedRequest): WireAnswer | null {
      const [, area, given, name = ''] = path.split('/');
      if (area !== 'state') return null;
      if (given !== token || !NAME.test(name)) return plainAnswer(404);
      const holder = holderOf(name);
      const id = query.get('ID') ?? '';
      const text = body.toString('utf8');
      switch (method) {
        case 'GET': {
          const state = store.read(name);
          return state === null ? plainAnswer(404) : { status: 200, contentType: JSON_TYPE, body: state };
        }
        case 'POST': {
          if (holder !== null && holder.id !== id) return locked(holder);
          // An engine whose lock was given up must not overwrite what came after it.
          if (holder === null && id !== '') return plainAnswer(409, 'the lock of this run was given up');
          const digest = headers['content-md5'];
          if (digest !== undefined && digest !== createHash('md5').update(body).digest('base64'))
            return plainAnswer(400, 'the state arrived damaged');
          store.write(name, text);
          return plainAnswer(200);
        }
        case 'DELETE':
          if (holder !== null && holder.id !== id) return locked(holder);
          store.remove(name);
          return plainAnswer(200);
        case 'LOCK':
          if (holder !== null) return locked(holder);
          held.set(name, { id: idOf(text), info: text, pid: Number(query.get('pid')), run: query.get('run') ?? '' });
          return plainAnswer(200);
        case 'UNLOCK':
          // Without a lock's JSON it is taken away by force.
          if (holder !== null && !['', holder.id].includes(idOf(text))) return locked(holder);
          held.delete(name);
          return plainAnswer(200);
        default:
          return plainAnswer(405);
      }
    },
  };
}

function locked(holder: StateLock): WireAnswer {
  return { status: 423, contentType: JSON_TYPE, body: holder.info };
}

/** A lock that an engine holds on a stack's state. */
interface StateLock extends RunId {
  /** Terraform's id of the lock. */
  readonly id: string;
  /** The engine's own JSON about it, returned to a client that is refused. */
  readonly info: string;
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

/** Where the states of stacks are kept, by the stack's name. */
interface StateStore {
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
