import type { Command } from 'commander';
import { accessDifference, explain, explainEnded, explainNone } from '../../access/explain.ts';
import { explanationBlocks } from '../../access/text/explain.ts';
import { named } from '../../access/text/names.ts';
import { type AccessOptions, readAccess } from '../../app/session/live-access.ts';
import { momentOf, namingOf } from '../../app/session/read-team.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { fail } from '../../diagnostics/failure.ts';
import { iamName } from '../../team/names.ts';
import { nearMember } from '../../team/suggest.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

export interface ExplainOptions extends AccessOptions {
  readonly member: string;
}

/** `explain MEMBER`: 0, 1 if the file has errors or AWS does not answer, 2 if no member has that key. */
export async function explainCommand(options: ExplainOptions, terminal: Terminal): Promise<number> {
  const read = await readAccess(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { team, file, aws } = read.value;
  const { member, json: isJson } = options;
  const at = momentOf(options.today);
  const user = iamName(team.lab, member);
  const byFile = explain(file, user, at) ?? explainEnded(team, member, at);
  const byAws = aws === null ? null : explain(aws, user, at);
  if (byFile === null && byAws === null) {
    const because = nearMember(member, team.members);
    return reportFailure(fail('unknown-member', { member, file: options.file, because }).failure, terminal);
  }
  const naming = shownNames(namingOf(team), terminal);
  const [explanation, source] =
    aws === null
      ? [byFile ?? explainNone(user, at), { kind: 'file' } as const]
      : [
          byAws ?? explainNone(user, at),
          { kind: 'aws', account: team.account, difference: accessDifference(file, aws, user, at) } as const,
        ];
  if (isJson) printJson({ source, ...named(explanation.user, naming), ...explanation }, terminal);
  else printBlocks(explanationBlocks(explanation, naming, source), terminal);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  command.argument('<member>', 'key of the member in team.yaml');
  cli
    .addAccessOptions(command, 'unknown member')
    .addHelpText(
      'after',
      cli.examples('mturk-team explain bo', 'mturk-team explain bo --live', 'mturk-team explain bo --today 2027-06-01'),
    )
    .action(async (member: string, file: string, options) => {
      cli.finish(await explainCommand({ member, ...cli.accessOptions(file, options, command) }, terminal));
    });
}
