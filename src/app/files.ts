import { lstat, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';

/**
 * Checks before a command does anything that its output files can be written, and are no links to files, which a commit can
 * bring. Null means no file.
 */
export async function checkWritable(files: readonly (string | null)[]): Promise<Result<null>> {
  for (const file of files) {
    if (file === null) continue;
    const target = await stat(file).catch(() => null);
    const isNew = target === null;
    // A shell hands over a pipe as a link.
    if (isNew || target.isFile()) {
      const unlinked = await checkUnlinked(file);
      if (!unlinked.ok) return unlinked;
    }
    try {
      await (await open(file, 'a')).close();
      if (isNew) await rm(file, { force: true });
    } catch (error) {
      return fail('file-not-writable', { file, reason: systemReason(error) });
    }
  }
  return succeed(null);
}

/**
 * Checks that what is written goes where its path says: a commit can bring a link at the path, or below the working directory to any
 * folder of it.
 */
export async function checkUnlinked(path: string): Promise<Result<null>> {
  const below = relative('', path).split(sep);
  const folders = below[0] === '..' ? [] : below.map((_name, index) => below.slice(0, index + 1).join(sep));
  for (const file of [...folders, path]) {
    if (await isLink(file)) return fail('file-not-writable', { file, reason: 'it is a symbolic link' });
  }
  return succeed(null);
}

/** Whether a path is a symbolic link, with or without a slash at its end. */
export async function isLink(path: string): Promise<boolean> {
  return (await lstat(resolve(path)).catch(() => null))?.isSymbolicLink() === true;
}

/** Writes a file in the place of what is there: a link, which a commit can bring, is replaced and not followed. */
export async function replaceFile(file: string, text: string, mode = 0o666): Promise<void> {
  const beside = `${file}.new`;
  await rm(beside, { force: true });
  await writeFile(beside, text, { flag: 'wx', mode });
  await rename(beside, file);
}

/** The text of a file that a person named. */
export async function readText(file: string, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<Result<string>> {
  try {
    return succeed(await readFile(file, encoding));
  } catch (error) {
    return fail('file-not-readable', { file, reason: systemReason(error) });
  }
}

/** What writing files gives, or which of them the system does not let be written. */
export async function written<Value>(work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await work());
  } catch (error) {
    const { code, path: file } = error as NodeJS.ErrnoException;
    if (code === undefined || file === undefined || !NOT_WRITABLE.includes(code)) throw error;
    return fail('file-not-writable', { file, reason: systemReason(error) });
  }
}

/** `EACCES: permission denied`, without the call and the path that follow. */
function systemReason(error: unknown): string {
  const { message } = error as Error;
  return message.split(', ', 1)[0] ?? message;
}

/** What the system answers to those who write where they may not. */
const NOT_WRITABLE: readonly string[] = [
  ...['EACCES', 'EDQUOT', 'EEXIST', 'EISDIR', 'ENAMETOOLONG', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'],
  'ERR_FS_EISDIR',
];
