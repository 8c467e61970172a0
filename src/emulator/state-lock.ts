import { isRunning } from './host-lock.ts';

/** A lock that an engine holds on a stack's state. */
export interface StateLock {
  /** Terraform's id of the lock. */
  readonly id: string;
  /** The engine's own JSON about it, returned to a client that is refused. */
  readonly info: string;
  readonly pid: number;
  readonly run: string;
}

export interface StateLocks {
  /** The lock of a process that still runs; null if there is none. */
  holder(name: string): StateLock | null;
  /** Null where the lock was taken, else who holds it. */
  take(name: string, lock: Omit<StateLock, 'id'>): StateLock | null;
  /** Null where the lock is free now, else who keeps it; without a lock's JSON it is taken away by force. */
  release(name: string, info: string): StateLock | null;
  endRun(run: string): void;
}

export function stateLocks(): StateLocks {
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
