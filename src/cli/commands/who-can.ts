import { desiredAccess } from '../../access/sources/desired.ts';
import { whoCanJson } from '../../access/text/access-json.ts';
import { unknownOperationText } from '../../access/text/lookup.ts';
import { whoCanLines } from '../../access/text/who-can.ts';
import { whoCan } from '../../access/who-can.ts';
import { isCapability, isOperation } from '../../catalog/mturk.ts';
import type { Terminal } from '../io.ts';
import { namingOf } from '../session/naming.ts';
import { momentOf, readTeamOrReport } from '../session/read-team-or-report.ts';

export interface WhoCanOptions {
  /** An operation or a capability. */
  readonly what: string;
  readonly file: string;
  readonly today: string;
  readonly json: boolean;
}

/** `who-can WHAT`: 0, 1 where the file is wrong, 2 where there is no such operation or capability. */
export async function whoCanCommand(options: WhoCanOptions, terminal: Terminal): Promise<number> {
  const { what } = options;
  if (!isOperation(what) && !isCapability(what)) {
    terminal.stderr(`${unknownOperationText(what)}\n`);
    return 2;
  }
  const team = await readTeamOrReport(options.file, options.today, terminal);
  if (typeof team === 'number') return team;
  const answer = whoCan(desiredAccess(team, options.today), what, momentOf(options.today));
  const naming = namingOf(team);
  terminal.stdout(
    options.json
      ? `${JSON.stringify(whoCanJson(answer, naming), null, 2)}\n`
      : `${whoCanLines(answer, naming, terminal.width).join('\n')}\n`,
  );
  return 0;
}
