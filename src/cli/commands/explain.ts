import { explain } from '../../access/explain.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { explanationJson } from '../../access/text/access-json.ts';
import { explanationLines } from '../../access/text/explain.ts';
import { memberMissingText } from '../../access/text/lookup.ts';
import { iamName } from '../../team/names.ts';
import type { Terminal } from '../io.ts';
import { namingOf } from '../session/naming.ts';
import { momentOf, readTeamOrReport } from '../session/read-team-or-report.ts';

export interface ExplainOptions {
  readonly member: string;
  readonly file: string;
  readonly today: string;
  readonly json: boolean;
}

/** `explain MEMBER`: 0, 1 where the file is wrong, 2 where nobody has that key. */
export async function explainCommand(options: ExplainOptions, terminal: Terminal): Promise<number> {
  const team = await readTeamOrReport(options.file, options.today, terminal);
  if (typeof team === 'number') return team;
  const explanation = explain(
    desiredAccess(team, options.today),
    iamName(team.lab, options.member),
    momentOf(options.today),
  );
  if (explanation === null) {
    terminal.stderr(`${memberMissingText(options.member, team, options.today)}\n`);
    return 2;
  }
  const naming = namingOf(team);
  terminal.stdout(
    options.json
      ? `${JSON.stringify(explanationJson(explanation, naming), null, 2)}\n`
      : `${explanationLines(explanation, naming, terminal.width).join('\n')}\n`,
  );
  return 0;
}
