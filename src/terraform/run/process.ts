import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A running engine, so that Ctrl-C and the tests can end it. */
export interface EngineHandle {
  readonly pid: number;
  /** The engine runs in a process group of its own: its provider processes end with it. */
  kill(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly directory: string;
  /** The whole environment; nothing is inherited. */
  readonly environment: Record<string, string>;
  /** Called for each line of stdout as it comes; stdout is then not kept. */
  readonly onLine?: (line: string) => void;
  readonly onStart?: ((handle: EngineHandle) => void) | undefined;
  /** Then it is killed: not for an engine that has a state to write. */
  readonly timeoutSeconds?: number;
}

/** How a run ended. The exit code is for the caller to read: 2 is no error of a `plan -detailed-exitcode`. */
export interface EngineRun {
  /** Null where a signal ended it or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** We asked it to stop. */
  readonly interrupted: boolean;
  readonly timedOut: boolean;
  /** Why it could not be started at all. */
  readonly startError: string | null;
}

// A closed terminal hangs up: an engine whose reader is gone would die at its next line, with its state unwritten.
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the engine to its end, however it ends. Never rejects. */
export function runEngine(binary: string, args: readonly string[], options: RunOptions): Promise<EngineRun> {
  return new Promise((resolve) => {
    // Detached, because a terminal sends Ctrl-C to the whole group: the engine would get it twice, once from us, and two
    // interrupts make it abandon its state.
    const child = spawn(binary, args, {
      cwd: options.directory,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const said = { stdout: '', stderr: '' };
    let interrupted = false;
    let timedOut = false;

    const kill = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        // The interrupt goes to the engine alone, which tells its providers itself; a kill goes to all of them.
        process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
      } catch {
        // It ended in the meantime.
      }
    };
    const interrupt = (): void => {
      interrupted = true;
      kill('SIGINT');
    };
    const timer =
      options.timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill('SIGKILL');
          }, options.timeoutSeconds * 1000);

    const onLine = options.onLine;
    const lines = onLine === undefined ? null : createInterface({ input: child.stdout, crlfDelay: Infinity });
    const keep = (name: keyof typeof said) => {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        said[name] += chunk;
      });
    };
    if (lines === null || onLine === undefined) keep('stdout');
    else lines.on('line', onLine);
    keep('stderr');
    const linesEnded = lines === null ? Promise.resolve() : new Promise<void>((done) => lines.once('close', done));

    const settle = async (exitCode: number | null, signal: NodeJS.Signals | null, startError: string | null) => {
      clearTimeout(timer);
      for (const signal of ENDING) process.off(signal, interrupt);
      if (startError === null) await linesEnded;
      resolve({ exitCode, signal, ...said, interrupted, timedOut, startError });
    };
    child.once('error', (error) => void settle(null, null, error.message));
    child.once('close', (exitCode, signal) => void settle(exitCode, signal, null));

    for (const signal of ENDING) process.on(signal, interrupt);
    if (child.pid !== undefined) options.onStart?.({ pid: child.pid, kill });
  });
}

/** The first line that is not empty; null if there is none. */
export function firstLine(text: string): string | null {
  return /\S.*/.exec(text)?.[0].trim() ?? null;
}
