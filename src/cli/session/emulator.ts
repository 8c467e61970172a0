import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { counted } from '../../text/text.ts';
import { reportFailure, type Terminal } from '../io.ts';

/** What commands need of a local AWS emulator. It has no type from src/emulator, which only a dynamic import reaches. */
export interface LocalEmulator {
  /** `http://127.0.0.1:34567`, for every service. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Every call so far, in order. */
  readonly calls: readonly unknown[];
  /** The environment that makes Terraform keep a stack's state here and change this account. */
  engineEnv(stack: string): Record<string, string>;
  close(): Promise<void>;
}

interface EmulatorOptions {
  /** Where the account is kept; null keeps it in memory. */
  readonly dir: string | null;
  /** 12 digits, for a new account. */
  readonly accountId: string;
  readonly clock?: () => Date;
  readonly faults?: Readonly<Record<string, number>>;
  readonly kind?: 'server' | 'command';
  readonly port?: number;
  /** Whether the Terraform provider is started, too. */
  readonly provider?: boolean;
}

interface EmulatorModule {
  openEmulator(options: EmulatorOptions): Promise<LocalEmulator>;
  tryOpenEmulator(options: EmulatorOptions): Promise<Result<LocalEmulator>>;
  awsEnvironment(endpoint: string, credentials: LocalEmulator['rootCredentials']): Readonly<Record<string, string>>;
  /** The files that it deleted. */
  resetEmulator(dir: string): Promise<Result<readonly string[]>>;
}

/** Loads the local AWS emulator, which is a file beside the command's own and no part of what workflows run. */
export async function loadEmulator(): Promise<Result<EmulatorModule>> {
  try {
    return succeed(await import('../../emulator/index.ts'));
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return fail('emulator-missing', {});
    throw error;
  }
}

export interface EmulatorStartOptions {
  readonly dir: string;
  /** 12 digits, for an account that does not exist yet. */
  readonly accountId: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Stops the emulator as a signal to the process would. */
  readonly until?: AbortSignal;
}

/** Serves the account of a directory until interrupted: 0, or 1 if it cannot be served. */
export async function emulatorStart(options: EmulatorStartOptions, terminal: Terminal): Promise<number> {
  const { dir, accountId, port } = options;
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const faults = faultsOf(process.env);
  const opened = await module.value.tryOpenEmulator({ dir, accountId, port, faults, kind: 'server', provider: false });
  if (!opened.ok) return reportFailure(opened.failure, terminal);
  const emulator = opened.value;
  const stopped = untilStopped(options.until);
  terminal.stderr(
    [
      `Local AWS emulator at ${emulator.endpoint}: account ${emulator.accountId}, kept in ${dir}.`,
      'To use it with the AWS CLI or an SDK, paste these lines into another shell. `mturk-team --emulator` needs no setup.',
      'Ctrl-C stops it; its data stays.',
      '',
    ].join('\n'),
  );
  const environment = module.value.awsEnvironment(emulator.endpoint, emulator.rootCredentials);
  for (const [name, value] of Object.entries(environment)) terminal.stdout(`export ${name}=${value}\n`);
  await stopped;
  await emulator.close();
  return 0;
}

/** Deletes the account of a directory: 0, or 1 while a process has it open. */
export async function emulatorReset({ dir }: { readonly dir: string }, terminal: Terminal): Promise<number> {
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const reset = await module.value.resetEmulator(dir);
  if (!reset.ok) return reportFailure(reset.failure, terminal);
  const files = reset.value.length;
  terminal.stderr(
    files === 0
      ? `No account in ${dir}: nothing to delete.\n`
      : `Deleted the account in ${dir} (${counted(files, 'file')}).\n`,
  );
  return 0;
}

/** Faults by environment variable, to try how a client takes them, for example MTURK_TEAM_EMULATOR_THROTTLE=0.2. */
function faultsOf(env: NodeJS.ProcessEnv): Readonly<Record<string, number>> {
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

function untilStopped(until: AbortSignal | undefined): Promise<void> {
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
