import { staleCodeowners } from '../../team/codeowners.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import { type FindingFormat, printFindings } from '../../team/print-findings.ts';
import type { Io } from '../io.ts';
import { CODEOWNERS, hasStaleCodeowners } from './codeowners.ts';

export interface CheckCommandOptions {
  readonly file: string;
  readonly format: FindingFormat;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly colour: boolean;
  /** Warnings fail the check, too. */
  readonly strict?: boolean;
}

/** Prints all findings of a team file. Returns 0 without errors, 1 with findings that fail the check, 2 without a file. */
export async function check(options: CheckCommandOptions, io: Io): Promise<number> {
  const { file, format, today, colour, strict = false } = options;
  const reading = await readTeamFile(file, { today });
  const { team, findings, source } = reading;
  const stale = team !== null && (await hasStaleCodeowners(file, team));
  const others = stale ? [staleCodeowners(CODEOWNERS, file)] : [];
  io.stdout(printFindings(reading, { file, format, color: colour, others }));
  if (source === null) return 2;
  return stale || findings.some(({ severity }) => strict || severity === 'error') ? 1 : 0;
}
