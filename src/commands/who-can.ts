import { declare } from '../access/declare.ts';
import { whoCan } from '../access/who-can.ts';
import { isCapability, isOperation } from '../mturk/operations.ts';
import { whoCanJson } from '../render/access-json.ts';
import { whoCanLines } from '../render/access-who-can.ts';
import { askedUnknownText } from '../render/lookup-text.ts';
import type { Terminal } from './io.ts';
import { namingOf } from './naming.ts';
import { momentOf, readTeamOrReport } from './read-team-or-report.ts';

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
    terminal.stderr(`${askedUnknownText(what)}\n`);
    return 2;
  }
  const team = await readTeamOrReport(options.file, options.today, terminal);
  if (typeof team === 'number') return team;
  const answer = whoCan(declare(team, options.today), what, momentOf(options.today));
  const naming = namingOf(team);
  terminal.stdout(
    options.json
      ? `${JSON.stringify(whoCanJson(answer, naming), null, 2)}\n`
      : `${whoCanLines(answer, naming, terminal.width).join('\n')}\n`,
  );
  return 0;
}
