import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What Git prints in the clone of a directory; null if it fails, as without a clone or without Git. */
export async function gitIn(directory: string, ...args: readonly string[]): Promise<string | null> {
  try {
    return (await promisify(execFile)('git', ['-C', directory, ...args])).stdout.trim();
  } catch {
    return null;
  }
}
