import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { visible } from '../text/visible.ts';

/**
 * Whether these files can be written, told before anything is looked at or changed: null, or why not. Nulls among them are
 * nowhere. A file that was not there is not there afterwards.
 */
export async function unwritableText(files: readonly (string | null)[]): Promise<string | null> {
  for (const file of files) {
    if (file === null) continue;
    const isNew = !existsSync(file);
    try {
      await (await open(file, 'a')).close();
      if (isNew) await rm(file, { force: true });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return `error: ${visible(file)} cannot be written (${reason}). Nothing was looked at, and nothing was changed.`;
    }
  }
  return null;
}
