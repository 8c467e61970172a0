import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Engine, Environment } from './engine.ts';

/** What Terraform calls it: https://developer.hashicorp.com/terraform/language/files/dependency-lock */
export const LOCK_FILE = '.terraform.lock.hcl';

/**
 * The text of the lock file beside the team file, made by `providers lock`; null if there is none. Each engine has its own,
 * because one with the addresses of both registries is refused as one that needs a change. A workflow needs it.
 */
export async function readLockFile(
  teamFile: string,
  { flavour }: Pick<Engine, 'flavour'>,
  env: Environment,
): Promise<Result<string | null>> {
  const file = join(dirname(teamFile), `${flavour}.lock.hcl`);
  try {
    // The engine quotes lines of a lock file that it cannot read: a link could name any file.
    if ((await lstat(file)).isSymbolicLink())
      return fail('file-not-readable', { file, reason: 'it is a symbolic link' });
    return succeed(await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return fail('file-not-readable', { file, reason: String(code) });
    return env.GITHUB_ACTIONS === 'true' ? fail('lock-file-missing', { file }) : succeed(null);
  }
}
