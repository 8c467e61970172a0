import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import type { Team } from '../../team/team.ts';

/** The team of a valid file; warnings are left to `check`. `today` is `YYYY-MM-DD`, UTC. */
export async function readTeam(file: string, today: string): Promise<Result<Team>> {
  const { team, findings, source } = await readTeamFile(file, { today });
  return team === null ? fail('team-file-invalid', { file, findings, source }) : succeed(team);
}

/** The moment to decide at: now, or noon (UTC) of another day (`YYYY-MM-DD`). */
export function momentOf(today: string): Date {
  const now = new Date();
  return now.toISOString().slice(0, 10) === today ? now : new Date(`${today}T12:00:00Z`);
}
