import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { readTeam, readTeamFile, type TeamReading } from '../../team/parse/read-team.ts';
import type { Release } from '../release.ts';
import { firstTeamFile, type LabAnswers, labFiles } from './lab-files.ts';

export interface Initialized {
  readonly written: readonly string[];
  /** Files that were there before, and stay as they were. */
  readonly existing: readonly string[];
}

/**
 * Writes what a lab repository lacks. The other files follow from its team.yaml: the one that is there, else the one that
 * the answers make. Null answers are for a directory that has one.
 */
export async function writeLabFiles(
  directory: string,
  answers: LabAnswers | null,
  release: Release,
  today: string,
): Promise<Result<Initialized>> {
  const file = join(directory, 'team.yaml');
  const first = answers === null ? null : firstTeamFile(answers);
  const reading: TeamReading = first === null ? await readTeamFile(file, { today }) : readTeam(first, { file, today });
  const { team, findings, source } = reading;
  if (team === null) return fail('team-file-invalid', { file, findings, source });
  const files = { 'team.yaml': first, ...labFiles(team, release) };
  const written: string[] = [];
  const existing: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    if (text !== null && (await writeNew(directory, path, text))) written.push(path);
    else existing.push(path);
  }
  return succeed({ written, existing });
}

/** Whether the file was not there. A link counts as a file, wherever it leads, and so does all below a folder that is one. */
async function writeNew(directory: string, path: string, text: string): Promise<boolean> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  if ((await realpath(dirname(file))) !== join(await realpath(directory), dirname(path))) return false;
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
