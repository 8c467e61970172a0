import { setTimeout as wait } from 'node:timers/promises';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
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

/** Applies with one resource at a time; kills the engine and waits for what might follow. */
export async function applyAndKill(
  test: LabInTest,
  lab: LabSession,
  killing: Killing,
  look: Listener,
): Promise<{ readonly code: string; readonly lateCalls: readonly string[] }> {
  const plan = await planned(lab);
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
    if (current !== killing.call.identity || call.phase !== killing.phase || handle === null) return true;
    dead = true;
    handle.kill('SIGKILL');
    await ended(handle.pid);
    return false;
  });
  const onStart = (started: EngineHandle): void => {
    handle = started;
  };
  const result = await applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT);
  await wait(REPEAT_MS);
  test.listen(look);
  await test.emulator.releaseLocks();
  return { code: result.ok ? 'it was never killed' : result.failure.code, lateCalls };
}

export async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await wait(2);
  }
}
