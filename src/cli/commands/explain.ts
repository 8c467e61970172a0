import { explain } from '../../access/explain.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { explanationJson } from '../../access/text/access-json.ts';
import { explanationLines } from '../../access/text/explain.ts';
import { unknownMember } from '../../access/text/lookup.ts';
import { fail } from '../../diagnostics/failure.ts';
import { iamName } from '../../team/names.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { namingOf } from '../session/naming.ts';
import { momentOf, readTeam } from '../session/read-team.ts';

export interface ExplainOptions {
  readonly member: string;
  readonly file: string;
  readonly today: string;
  readonly json: boolean;
}

/** `explain MEMBER`: 0, 1 where the file is wrong, 2 where nobody has that key. */
export async function explainCommand(options: ExplainOptions, terminal: Terminal): Promise<number> {
  const read = await readTeam(options.file, options.today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const explanation = explain(
    desiredAccess(team, options.today),
    iamName(team.lab, options.member),
    momentOf(options.today),
  );
  if (explanation === null) {
    const { member, file } = options;
    reportFailure(
      fail('unknown-member', { member, file, because: unknownMember(member, team, options.today) }).failure,
      terminal,
    );
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
