import { type Failed, fail, type Result, succeed } from '../../diagnostics/failure.ts';

type EmulatorModule = typeof import('../../emulator/index.ts');
type Emulator = Awaited<ReturnType<EmulatorModule['openEmulator']>>;

/** What commands need of a local AWS emulator. `clock` is what the account takes for now; the machine's if it is left out. */
export type LocalEmulator = Pick<
  Emulator,
  'endpoint' | 'accountId' | 'rootCredentials' | 'calls' | 'engineEnv' | 'close'
> & { readonly clock?: () => Date };

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
export function otherAccount(dir: string, expected: string, { accountId }: Pick<LocalEmulator, 'accountId'>): Failed {
  return fail('emulator-other-account', { dir, expected, actual: accountId });
}
