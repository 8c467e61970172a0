import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';

/** Checks before a command does anything that its output files can be written. Null stands for no file. */
export async function checkWritable(files: readonly (string | null)[]): Promise<Result<null>> {
  for (const file of files) {
    if (file === null) continue;
    const isNew = !existsSync(file);
    try {
      await (await open(file, 'a')).close();
      if (isNew) await rm(file, { force: true });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return fail('file-not-writable', { file, reason });
    }
  }
  return succeed(null);
}
