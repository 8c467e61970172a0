import { fail, type Result, succeed } from '../../diagnostics/failure.ts';

type EmulatorModule = typeof import('../../emulator/index.ts');

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
