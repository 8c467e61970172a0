import { renderFindings } from '../../guardrails/findings/render.ts';
import { baseCountsAsNone } from '../../review/text/preview-notices.ts';
import { readTeamFile } from '../../team/parse/read-team-file.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../io.ts';

/**
 * The team that a change starts from; null where its file is empty (there was none) or has errors. A file that cannot
 * be read is reported.
 */
export async function baseTeamOrReport(
  file: string,
  today: string,
  terminal: Terminal,
): Promise<Team | null | 'unreadable'> {
  const { team, findings, source } = await readTeamFile(file, { today });
  if (team !== null || findings.some(({ code }) => code === 'file-empty')) return team;
  if (source === null) {
    terminal.stderr(renderFindings(findings, { source, format: 'text', colour: terminal.colour }));
    return 'unreadable';
  }
  // Whoever mends a file that was merged broken must be able to: all of it counts as new, so nothing is hidden.
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  terminal.stderr(`${baseCountsAsNone(file, errors)}\n`);
  return null;
}
