import { lstat, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where GitHub looks first. */
export const CODEOWNERS = '.github/CODEOWNERS';

/** "CODEOWNERS file size": https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */
const LIMIT = 3 * 1_000_000;

/** A CODEOWNERS file; null if there is none. GitHub reads neither a link nor a large one: `text` is then empty. */
export async function readCodeowners(
  path: string,
): Promise<{ readonly text: string; readonly ignored: 'link' | 'too-large' | null } | null> {
  try {
    // A folder that is a link leads to another repository.
    const isElsewhere = (await lstat(dirname(path))).isSymbolicLink();
    const found = isElsewhere ? null : await lstat(path);
    const ignored = (found?.isSymbolicLink() ?? true) ? 'link' : (found?.size ?? 0) >= LIMIT ? 'too-large' : null;
    return { text: ignored === null ? await readFile(path, 'utf8') : '', ignored };
  } catch {
    return null;
  }
}
