import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, type Result } from '../diagnostics/failure.ts';
import { ejected } from '../eject/eject.ts';
import type { Team } from '../team/team.ts';
import { stackDirectories, synthesize } from '../terraform/synth/synth.ts';
import { checkUnlinked, written } from './files.ts';
import type { AccountSessionOptions } from './session/account-session.ts';
import { readTeam } from './session/read-team.ts';
import type { Terminal } from './terminal.ts';

export interface EjectOptions extends Pick<AccountSessionOptions, 'file' | 'today'> {
  /** A directory that is empty, or made. */
  readonly out: string;
}

/** Writes the Terraform that a lab keeps without this program; gives the paths of the files in the directory. */
export async function ejectLab(options: EjectOptions, terminal: Terminal): Promise<Result<readonly string[]>> {
  const { file, out, today } = options;
  const read = await readTeam(file, today, terminal);
  if (!read.ok) return read;
  const unlinked = await checkUnlinked(out);
  if (!unlinked.ok) return unlinked;
  const files = await written(async () => {
    await mkdir(out, { recursive: true });
    return (await readdir(out)).length === 0 ? ejectedFiles(read.value, today) : null;
  });
  if (!files.ok) return files;
  const texts = files.value;
  if (texts === null) return fail('file-not-writable', { file: out, reason: 'the directory is not empty' });
  return written(async () => {
    for (const [path, text] of Object.entries(texts)) {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await writeFile(join(out, path), text, { flag: 'wx' });
    }
    return Object.keys(texts);
  });
}

async function ejectedFiles(team: Team, today: string): Promise<Readonly<Record<string, string>>> {
  const outDir = await mkdtemp(join(tmpdir(), 'mturk-team-eject-'));
  try {
    await synthesize(team, { today, outDir });
    const directories = stackDirectories(outDir);
    const textOf = (directory: string) => readFile(join(directory, 'cdk.tf.json'), 'utf8');
    return ejected(
      team,
      { team: await textOf(directories.team), bootstrap: await textOf(directories.bootstrap) },
      today,
    );
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
