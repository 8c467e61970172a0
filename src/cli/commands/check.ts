import { type FindingFormat, renderFindings } from '../../guardrails/findings/render.ts';
import { staleCodeownersText } from '../../team/messages/codeowners.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
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

/**
 * Says on standard output everything that is wrong with a team file.
 * Gives the exit code: 0 nothing that matters, 1 findings that fail the check, 2 the file cannot be read.
 */
export async function check(options: CheckCommandOptions, io: Io): Promise<number> {
  const { file, format, today, colour, strict = false } = options;
  const { team, findings, source, size } = await readTeamFile(file, { today });
  io.stdout(renderFindings(findings, { source, format, colour, summary: { file, size } }));
  if (source === null) return 2;
  const stale = team !== null && (await hasStaleCodeowners(file, team));
  // JSON on standard output is of the file's findings alone.
  if (stale) (format === 'json' ? io.stderr : io.stdout)(staleCodeownersText(CODEOWNERS, file, format));
  return stale || findings.some(({ severity }) => strict || severity === 'error') ? 1 : 0;
}
