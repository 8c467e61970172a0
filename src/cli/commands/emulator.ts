import { type Emulator, openEmulator } from '../../emulator/emulator.ts';
import { awsEnvironment } from '../../emulator/emulator-environment.ts';
import {
  emulatorBusy,
  emulatorExports,
  emulatorNotStarted,
  emulatorStarted,
  emulatorUnusable,
  emulatorWasReset,
} from '../../emulator/emulator-text.ts';
import { EmulatorUnavailable, EmulatorUnreadable } from '../../emulator/host-lock.ts';
import { resetEmulator } from '../../emulator/reset-emulator.ts';
import type { Faults } from '../../emulator/server/faults.ts';
import type { Io } from '../io.ts';

export interface EmulatorStartOptions {
  readonly dir: string;
  /** 12 digits, for a new account. */
  readonly accountId: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly faults?: Faults;
  /** Ends the emulator as a signal to the process would. */
  readonly until?: AbortSignal;
}

/** Hosts the account of a directory until SIGINT or SIGTERM: 0 then, 1 where it cannot be opened. */
export async function emulatorStart(options: EmulatorStartOptions, io: Io): Promise<number> {
  const { dir, accountId, port } = options;
  let emulator: Emulator;
  try {
    const faults = { ...faultsOf(process.env), ...options.faults };
    emulator = await openEmulator({ dir, accountId, port, faults, kind: 'server', provider: false });
  } catch (error) {
    if (error instanceof EmulatorUnavailable) io.stderr(emulatorBusy(dir, error.problem.pid));
    else if (error instanceof EmulatorUnreadable) io.stderr(emulatorUnusable(dir, error.message));
    else if (isSystemError(error)) io.stderr(emulatorNotStarted(dir, port, error.message));
    else throw error;
    return 1;
  }
  const ended = untilEnded(options.until);
  io.stderr(emulatorStarted({ endpoint: emulator.endpoint, accountId: emulator.accountId, dir }));
  io.stdout(emulatorExports(awsEnvironment(emulator.endpoint, emulator.rootCredentials)));
  await ended;
  await emulator.close();
  return 0;
}

/** Deletes the account of a directory: 0, or 1 while somebody has it open. */
export async function emulatorReset({ dir }: { readonly dir: string }, io: Io): Promise<number> {
  const outcome = await resetEmulator(dir);
  if (!outcome.ok) {
    io.stderr(emulatorBusy(dir, outcome.pid));
    return 1;
  }
  io.stderr(emulatorWasReset(dir, outcome.deleted.length));
  return 0;
}

/** Faults by environment, for trying out how something takes them: MTURK_TEAM_EMULATOR_THROTTLE=0.2 and the like. */
function faultsOf(env: NodeJS.ProcessEnv): Faults {
  const faults: Record<string, number> = {};
  const names = {
    THROTTLE: 'throttleShare',
    ERRORS: 'errorShare',
    DELAY_MS: 'delayMs',
    FAIL_CALL: 'failCall',
    SEED: 'seed',
  };
  for (const [name, key] of Object.entries(names)) {
    const value = Number(env[`MTURK_TEAM_EMULATOR_${name}`]);
    if (Number.isFinite(value)) faults[key] = value;
  }
  return faults;
}

/** What the system refuses: a port that is taken, a directory that may not be written. */
export function isSystemError(error: unknown): error is { readonly code: string; readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}

function untilEnded(until: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    until?.addEventListener('abort', end, { once: true });
  });
}
