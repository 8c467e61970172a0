import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Engine, EngineFlavour, Environment } from './engine.ts';

/** What Terraform calls it: https://developer.hashicorp.com/terraform/language/files/dependency-lock */
export const LOCK_FILE = '.terraform.lock.hcl';

/** On which the lab's people and its workflows run the engine. */
export const LOCKED_PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64', 'windows_amd64'];

/** Beside the team file: see `readLockFile`. */
export const LOCK_FILES: Readonly<Record<EngineFlavour, string>> = {
  opentofu: 'opentofu.lock.hcl',
  terraform: 'terraform.lock.hcl',
};

export function lockFileOf(teamFile: string, { flavour }: Pick<Engine, 'flavour'>): string {
  return join(dirname(teamFile), LOCK_FILES[flavour]);
}

/** Whether a lock file pins that version of the provider, with a hash (`h1:`) of its package for each platform. */
export function pinsProvider(lock: string, version: string): boolean {
  const [, pinned] = /^\s*version\s*=\s*"([^"]+)"/m.exec(lock) ?? [];
  return pinned === version && (lock.match(/"h1:/g) ?? []).length >= LOCKED_PLATFORMS.length;
}

/**
 * The text of the lock file beside the team file, made by `providers lock`; null if there is none. Each engine has its own,
 * because one with the addresses of both registries is refused as one that needs a change. A workflow needs it.
 */
export async function readLockFile(
  teamFile: string,
  engine: Pick<Engine, 'flavour'>,
  env: Environment,
): Promise<Result<string | null>> {
  const file = lockFileOf(teamFile, engine);
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
