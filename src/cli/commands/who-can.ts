import type { Command } from 'commander';
import { whoCan, whoCanDifference } from '../../access/explain.ts';
import { unknownOperation, whoCanBlocks } from '../../access/text/explain.ts';
import { named } from '../../access/text/names.ts';
import { type AccessOptions, readAccess } from '../../app/session/live-access.ts';
import { momentOf, namingOf } from '../../app/session/read-team.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { isCapability, isOperation } from '../../catalog/mturk.ts';
import { fail } from '../../diagnostics/failure.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

export interface WhoCanOptions extends AccessOptions {
  /** An operation or a capability. */
  readonly what: string;
}

/** `who-can WHAT`: 0, 1 if the file has errors or AWS does not answer, 2 if no operation or capability has that name. */
export async function whoCanCommand(options: WhoCanOptions, terminal: Terminal): Promise<number> {
  const { what } = options;
  if (!isOperation(what) && !isCapability(what)) {
    return reportFailure(fail('unknown-operation', { name: what, because: unknownOperation(what) }).failure, terminal);
  }
  const read = await readAccess(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { team, file, aws } = read.value;
  const at = momentOf(options.today);
  const byFile = whoCan(file, what, at);
  const byAws = aws === null ? null : whoCan(aws, what, at);
  const source =
    byAws === null
      ? ({ kind: 'file' } as const)
      : ({ kind: 'aws', account: team.account, difference: whoCanDifference(byFile, byAws) } as const);
  const answer = byAws ?? byFile;
  const naming = shownNames(namingOf(team), terminal);
  const users = answer.users.map((user) => ({ ...named(user.user, naming), ...user }));
  if (options.json) printJson({ source, ...answer, users }, terminal);
  else printBlocks(whoCanBlocks(answer, naming, source), terminal);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  command.argument('<what>', 'operation such as SendBonus, or capability such as pay:bonus');
  cli
    .addAccessOptions(command, 'unknown name')
    .addHelpText('after', cli.examples('mturk-team who-can SendBonus', 'mturk-team who-can hits:publish --live'))
    .action(async (what: string, file: string, options) => {
      cli.finish(await whoCanCommand({ what, ...cli.accessOptions(file, options, command) }, terminal));
    });
}
