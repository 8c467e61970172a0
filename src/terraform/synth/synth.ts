import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Team } from '../../team/team.ts';
import type { SynthOptions } from './stacks.ts';

export interface SynthResult {
  /** The directories of the stacks, for the engine to work in. */
  readonly stacks: { readonly team: string; readonly bootstrap: string };
  /** Every file written. */
  readonly files: readonly string[];
}

/** Where the stacks of an output directory stand. */
export function stackDirectories(outDir: string): SynthResult['stacks'] {
  return { team: join(outDir, 'stacks', 'team'), bootstrap: join(outDir, 'stacks', 'bootstrap') };
}

/**
 * Writes `<outDir>/stacks/team/cdk.tf.json` and `<outDir>/stacks/bootstrap/cdk.tf.json`. Of what is there already only
 * the files of an earlier run are replaced: a state, a lock file and the engine's own directory stay.
 * Throws where the file system refuses.
 */
export async function synthesize(team: Team, options: SynthOptions): Promise<SynthResult> {
  const { outDir } = options;
  const stacks = stackDirectories(outDir);
  const written = [join(stacks.team, 'cdk.tf.json'), join(stacks.bootstrap, 'cdk.tf.json')];
  const files = [...written, join(outDir, 'manifest.json')];
  for (const directory of Object.values(stacks)) await makeDirectory(directory);
  await Promise.all(files.map((file) => rm(file, { force: true })));

  // CDKTF takes longer to load than most commands take to run, and only this needs it.
  const { writeStacks } = await import('./stacks.ts');
  writeStacks(team, options);
  return { stacks, files };
}

/** The `recursive` of Node never ends where the system says of a new directory that it is missing, as in `/proc`. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}
