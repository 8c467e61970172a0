import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetupPart } from '../../aws/setup/setup-part.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import { lockProviders } from '../../terraform/run/commands.ts';
import { lockFileOf, pinsProvider, readLockFile } from '../../terraform/run/lock-file.ts';
import { prepareWorkspace } from '../../terraform/run/workspace.ts';
import { written } from '../files.ts';
import type { LabSession } from '../session/lab-session.ts';

interface LockOptions {
  readonly file: string;
  readonly providerMirror?: string | null;
}

/** Compares the lock file beside the team file with the provider of this version. */
export async function inspectLock(
  { engine, configuration }: LabSession,
  { file }: LockOptions,
): Promise<Result<SetupPart>> {
  const lock = await readLockFile(file, engine, process.env);
  if (!lock.ok) return lock;
  const wanted = await configuration('bootstrap');
  if (!wanted.ok) return wanted;
  const { terraform }: { terraform: { required_providers: { aws: { version: string } } } } = JSON.parse(wanted.value);
  const isWhole = lock.value !== null && pinsProvider(lock.value, terraform.required_providers.aws.version);
  const name = lockFileOf(file, engine);
  const state = lock.value === null ? 'missing' : isWhole ? 'as-wanted' : 'different';
  return succeed({ kind: 'lock-file', name, settings: [{ id: 'exists', state }] });
}

/** Replaces the lock file by one that pins the provider of this version for every platform. */
export async function writeLock(
  session: LabSession,
  { file, providerMirror = null }: LockOptions,
): Promise<Result<null>> {
  const { engine, kind: account, work } = session;
  const configuration = await session.configuration('bootstrap');
  if (!configuration.ok) return configuration;
  const directory = join(work, 'lock');
  const workspace = await written(async () => {
    // A lock file that is there would be kept if it fits, and refused if it does not.
    await rm(directory, { recursive: true, force: true });
    const place = { engine, directory, configuration: configuration.value, providerMirror };
    return prepareWorkspace({ ...place, account, env: process.env });
  });
  if (!workspace.ok) return workspace;
  const made = await lockProviders(workspace.value, providerMirror);
  if (!made.ok) return made;
  const saved = await written(() => writeFile(lockFileOf(file, engine), made.value));
  return saved.ok ? succeed(null) : saved;
}
