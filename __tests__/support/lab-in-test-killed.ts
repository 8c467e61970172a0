import { setTimeout as wait } from 'node:timers/promises';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import type { Result } from '../../src/diagnostics/failure.ts';
import type { ObservedCall } from '../../src/emulator/server/aws-endpoint.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { carriedOut, type LabInTest, type Listener, planned } from './lab-in-test.ts';
import { SILENT } from './silent-terminal.ts';

/** A call of an apply; an engine makes the same ones each time, and not in the same order. */
export interface NamedCall {
  readonly action: string;
  /** The request as JSON, and how often it was made before. */
  readonly identity: string;
}

/** Where an engine is killed: at which call, before or after the account carries it out. */
export interface Killing {
  readonly call: NamedCall;
  readonly phase: 'before' | 'after';
}

/** Gives each call of a run its name; takes the calls in their phase `before`. */
export function callNames(): (call: ObservedCall) => NamedCall {
  const asked = new Map<string, number>();
  return ({ action, params }) => {
    const question = `${action} ${JSON.stringify(params)}`;
    const times = asked.get(question) ?? 0;
    asked.set(question, times + 1);
    return { action, identity: `${question} ${times}` };
  };
}

/** Longer than the provider waits before it repeats a call whose connection ended. */
const REPEAT_MS = 60;

interface Killed {
  readonly code: string;
  /** Calls of the killed engine. */
  readonly lateCalls: readonly string[];
}

/** Applies with one resource at a time; kills the engine and waits for what might follow. */
export async function applyAndKill(
  test: LabInTest,
  lab: LabSession,
  killing: Killing,
  look: Listener,
): Promise<Killed> {
  const plan = await planned(lab);
  const apply = (onStart: (started: EngineHandle) => void) =>
    applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT);
  return runAndKill(test, killing, look, apply, true);
}

/**
 * Kills what runs at a call: the engine, if it has begun, and the connection of all calls from then on. `engineOnly` waits for
 * the engine.
 */
export async function runAndKill(
  test: LabInTest,
  killing: Killing,
  look: Listener,
  run: (onStart: (started: EngineHandle) => void) => Promise<Result<unknown>>,
  engineOnly = false,
): Promise<Killed> {
  let handle: EngineHandle | null = null;
  const nameOf = callNames();
  let current = '';
  let dead = false;
  const lateCalls: string[] = [];
  test.listen(async (call) => {
    await look(call);
    if (dead) {
      lateCalls.push(call.action);
      return false;
    }
    if (call.phase === 'before') current = nameOf(call).identity;
    if (current !== killing.call.identity || call.phase !== killing.phase || (engineOnly && handle === null))
      return true;
    dead = true;
    if (handle !== null) {
      handle.kill('SIGKILL');
      await ended(handle.pid);
    }
    return false;
  });
  const result = await run((started) => {
    handle = started;
  });
  await wait(REPEAT_MS);
  test.listen(look);
  await test.emulator.releaseLocks();
  return { code: result.ok ? 'it was never killed' : result.failure.code, lateCalls };
}

export async function ended(pid: number): Promise<void> {
  while (isRunning(pid)) await wait(2);
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
