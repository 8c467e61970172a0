import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A directory of the user's cache that only they may enter, made where it is missing. Terraform loads every file of its
 * directory, and takes providers from it: one inside a repository is written by all who write the repository.
 */
export function privateDirectory(env: Environment, key: readonly string[]): string {
  const all = join(cacheDirectory(env), 'mturk-team');
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  const directory = join(all, digest.slice(0, 20));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = lstatSync(all);
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) {
    throw Object.assign(new Error("EPERM: it is a link, or another user's"), { code: 'EPERM', path: all });
  }
  chmodSync(all, 0o700);
  return directory;
}

/** XDG_CACHE_HOME (https://specifications.freedesktop.org/basedir-spec/latest/) on any system, else the system's own. */
function cacheDirectory({ XDG_CACHE_HOME, LOCALAPPDATA, HOME }: Environment): string {
  const wanted = absolute(XDG_CACHE_HOME);
  if (wanted !== null) return wanted;
  const home = absolute(HOME) ?? userInfo().homedir;
  if (process.platform === 'win32') return absolute(LOCALAPPDATA) ?? join(home, 'AppData', 'Local');
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

/** A relative one would be in the repository. */
function absolute(path = ''): string | null {
  return isAbsolute(path) ? path : null;
}
