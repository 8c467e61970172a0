import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { baseCountsAsNone } from '../../review/text/terminal.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../io.ts';

/** The team that a change starts from; null if its file is empty (there was none) or has errors. */
export async function readBaseTeam(file: string, today: string, terminal: Terminal): Promise<Result<Team | null>> {
  const { team, findings, source } = await readTeamFile(file, { today });
  if (team !== null || findings.some(({ code }) => code === 'file-empty')) return succeed(team);
  if (source === null) return fail('team-file-invalid', { file, findings, source });
  // A change that fixes a file merged with errors must be possible: everything in it counts as new.
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  terminal.stderr(`${baseCountsAsNone(file, errors)}\n`);
  return succeed(null);
}
