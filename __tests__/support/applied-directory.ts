import { createHash } from 'node:crypto';
import { cpSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { IAMClient } from '@aws-sdk/client-iam';
import { type Emulator, type EmulatorOptions, openEmulator } from '../../src/emulator/emulator.ts';
import { iamOf } from '../emulator/clients.ts';
import { runHere, scratch } from './command.ts';
import { sampleTeam } from './sample-team.ts';

export const TODAY = '2026-11-25';
/** Each command's clock begins at noon: what is applied on the day of a check could be later than the check. */
const THE_DAY_BEFORE = '2026-11-24';

/**
 * A directory with a team file that was applied to a local AWS emulator in it, the day before. The apply is run once in a
 * test run, for all test files; see jest.global-setup.js.
 */
export async function appliedDirectory(file: string): Promise<ReturnType<typeof scratch>> {
  const place = scratch({ 'team.yaml': file });
  const shared = process.env.MTURK_TEAM_SNAPSHOTS;
  const made = join(shared ?? '', `directory-${createHash('sha256').update(file).digest('hex')}`);
  if (shared !== undefined && existsSync(made)) {
    cpSync(made, place.directory, { recursive: true });
    return place;
  }
  const args = ['apply', '--yes', '--emulator', '--today', THE_DAY_BEFORE];
  expect(await runHere(args, { cwd: place.directory })).toMatchObject({ code: 0 });
  if (shared !== undefined) {
    const partial = `${made}.${process.pid}`;
    cpSync(place.directory, partial, { recursive: true });
    // Another test file may have been faster.
    if (!existsSync(made)) renameSync(partial, made);
  }
  return place;
}

/** What someone does in the AWS console of an applied directory, as an administrator of the account. */
export async function byHandIn<T>(
  directory: string,
  click: (iam: IAMClient, emulator: Emulator) => Promise<T>,
  options: Pick<EmulatorOptions, 'clock'> = {},
): Promise<T> {
  const dir = join(directory, '.mturk-team/emulator');
  const emulator = await openEmulator({ dir, accountId: sampleTeam.account, provider: false, ...options });
  const iam = iamOf(emulator);
  try {
    return await click(iam, emulator);
  } finally {
    iam.destroy();
    await emulator.close();
  }
}
