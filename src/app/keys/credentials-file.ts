import { existsSync } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { readText, written } from '../files.ts';

export function credentialsFile(env: NodeJS.ProcessEnv): string {
  return env.AWS_SHARED_CREDENTIALS_FILE || join(env.HOME ?? homedir(), '.aws', 'credentials');
}

/** Its bytes as characters, so that none of them changes; empty if there is no file. */
export async function readCredentials(file: string): Promise<Result<string>> {
  return existsSync(file) ? readText(file, 'latin1') : succeed('');
}

/** Writes in place, since a secret must not be in a temporary file: only the owner can read it, a link stays one. */
export async function writeCredentials(file: string, before: string, after: string): Promise<Result<null>> {
  const now = await readCredentials(file);
  if (!now.ok) return now;
  // A question can be open for hours.
  if (now.value !== before) return fail('file-changed', { file });
  return written(async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, before === '' ? 'a' : 'r+', 0o600);
    try {
      await chmod(file, 0o600);
      await handle.writeFile(Buffer.from(after, 'latin1'));
      await handle.truncate(after.length);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return null;
  });
}
