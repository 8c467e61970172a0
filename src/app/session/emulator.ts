import { type Failure, fail, type Result, succeed } from '../../diagnostics/failure.ts';

/** What commands need of a local AWS emulator. It has no type from src/emulator, which only a dynamic import reaches. */
export interface LocalEmulator {
  /** `http://127.0.0.1:34567`, for every service. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What the account takes for now; the machine's clock where it is left out. */
  readonly clock?: () => Date;
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
  resetEmulator(dir: string, records: readonly string[]): Promise<Result<readonly string[]>>;
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

/** An emulator that is kept in a directory and is not of the account that is wanted. */
export function otherAccount(dir: string, expected: string, { accountId }: Pick<LocalEmulator, 'accountId'>): Failure {
  return fail('emulator-other-account', { dir, expected, actual: accountId }).failure;
}
