import { createHash, randomBytes } from 'node:crypto';
import type { WireAnswer } from './server/service.ts';
import type { SignedRequest } from './server/signature.ts';
import { type StateLock, stateLocks } from './state-lock.ts';
import type { StateStore } from './state-store.ts';

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
