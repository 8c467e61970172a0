import { renderFindings } from '../../guardrails/findings/render.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../io.ts';

/**
 * The team of a file, or the exit code where it has none: 2 where the file cannot be read, 1 where something in it is
 * wrong, which is then printed on standard error.
 */
export async function readTeamOrReport(file: string, today: string, terminal: Terminal): Promise<Team | number> {
  const { team, findings, source } = await readTeamFile(file, { today });
  if (team !== null) return team;
  terminal.stderr(renderFindings(findings, { source, format: 'text', colour: terminal.colour }));
  return source === null ? 2 : 1;
}

/** The moment to decide at: now, or noon (UTC) of another day (`YYYY-MM-DD`). */
export function momentOf(today: string): Date {
  const now = new Date();
  return now.toISOString().slice(0, 10) === today ? now : new Date(`${today}T12:00:00Z`);
}
