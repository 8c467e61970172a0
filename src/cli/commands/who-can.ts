import { desiredAccess } from '../../access/sources/desired.ts';
import { whoCanJson } from '../../access/text/access-json.ts';
import { unknownOperation } from '../../access/text/lookup.ts';
import { whoCanLines } from '../../access/text/who-can.ts';
import { whoCan } from '../../access/who-can.ts';
import { isCapability, isOperation } from '../../catalog/mturk.ts';
import { fail } from '../../diagnostics/failure.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { namingOf } from '../session/naming.ts';
import { momentOf, readTeam } from '../session/read-team.ts';

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
    reportFailure(fail('unknown-operation', { name: what, because: unknownOperation(what) }).failure, terminal);
    return 2;
  }
  const read = await readTeam(options.file, options.today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const answer = whoCan(desiredAccess(team, options.today), what, momentOf(options.today));
  const naming = namingOf(team);
  terminal.stdout(
    options.json
      ? `${JSON.stringify(whoCanJson(answer, naming), null, 2)}\n`
      : `${whoCanLines(answer, naming, terminal.width).join('\n')}\n`,
  );
  return 0;
}
