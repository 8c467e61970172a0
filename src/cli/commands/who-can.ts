import type { Command } from 'commander';
import { whoCan } from '../../access/explain.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { unknownOperation, whoCanJson, whoCanLines } from '../../access/text/explain.ts';
import { isCapability, isOperation } from '../../catalog/mturk.ts';
import { fail } from '../../diagnostics/failure.ts';
import { reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, fileOptions, finish, GROUPS, json, teamFile, today } from '../options.ts';
import { momentOf, namingOf, readTeam } from '../session/read-team.ts';

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

export function register(program: Command, terminal: Terminal): void {
  program
    .command('who-can')
    .helpGroup(GROUPS.everyday)
    .description('Show who may use an operation or a capability')
    .argument('<what>', 'operation such as SendBonus, or capability such as pay:bonus')
    .addArgument(teamFile())
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      exitCodes('0 shown', '1 errors in the file', '2 unknown name, unreadable file or wrong usage'),
    )
    .addHelpText('after', examples('mturk-team who-can SendBonus', 'mturk-team who-can hits:publish'))
    .action(async (what: string, file: string, options) => {
      finish(await whoCanCommand({ what, ...fileOptions(file, options) }, terminal));
    });
}
