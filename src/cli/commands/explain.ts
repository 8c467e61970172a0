import type { Command } from 'commander';
import { explain, explainEnded } from '../../access/explain.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { explanationJson, explanationLines, unknownMember } from '../../access/text/explain.ts';
import { fail } from '../../diagnostics/failure.ts';
import { iamName } from '../../team/names.ts';
import { reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, fileOptions, finish, GROUPS, json, teamFile, today } from '../options.ts';
import { momentOf, namingOf, readTeam } from '../session/read-team.ts';

export interface ExplainOptions {
  readonly member: string;
  readonly file: string;
  readonly today: string;
  readonly json: boolean;
}

/** `explain MEMBER`: 0, 1 if the file has errors, 2 if no member has that key. */
export async function explainCommand(options: ExplainOptions, terminal: Terminal): Promise<number> {
  const read = await readTeam(options.file, options.today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const { member, file, today } = options;
  const at = momentOf(today);
  const explanation =
    explain(desiredAccess(team, today), iamName(team.lab, member), at) ?? explainEnded(team, member, at);
  if (explanation === null) {
    return reportFailure(
      fail('unknown-member', { member, file, because: unknownMember(member, team) }).failure,
      terminal,
    );
  }
  const naming = namingOf(team);
  terminal.stdout(
    options.json
      ? `${JSON.stringify(explanationJson(explanation, naming), null, 2)}\n`
      : `${explanationLines(explanation, naming, terminal.width).join('\n')}\n`,
  );
  return 0;
}

export function register(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .helpGroup(GROUPS.everyday)
    .description('Show what a member may do, by which role, until when')
    .argument('<member>', 'key of the member in team.yaml')
    .addArgument(teamFile())
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      exitCodes('0 shown', '1 errors in the file', '2 unknown member, unreadable file or wrong usage'),
    )
    .addHelpText('after', examples('mturk-team explain bo', 'mturk-team explain bo --today 2027-06-01'))
    .action(async (member: string, file: string, options) => {
      finish(await explainCommand({ member, ...fileOptions(file, options) }, terminal));
    });
}
