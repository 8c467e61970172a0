import type { Command } from 'commander';
import { accessDifference, explain, explainEnded, explainNone } from '../../access/explain.ts';
import { reviewBlocks } from '../../access/text/ask.ts';
import { explanationBlocks } from '../../access/text/explain.ts';
import { memberNamed, named } from '../../access/text/names.ts';
import { type AccessOptions, readAccess } from '../../app/session/live-access.ts';
import { namingOf } from '../../app/session/read-team.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { fail } from '../../diagnostics/failure.ts';
import { changesAbout } from '../../history/changes.ts';
import { pastJson } from '../../history/json.ts';
import { pastBlocks } from '../../history/text.ts';
import { iamName } from '../../team/names.ts';
import { whomToAsk } from '../../team/sponsors.ts';
import { nearMember } from '../../team/suggest.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function explainCommand(options: AccessOptions & { readonly member: string }, terminal: Terminal) {
  const read = await readAccess(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { team, replaced, aws, at, past } = read.value;
  const users = read.value.file.users.filter(({ name }) => !replaced.includes(name));
  const file = { ...read.value.file, users };
  const { member, json: isJson } = options;
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
      ? [byFile ?? explainNone(user, at), { kind: past === null ? 'file' : 'merged' } as const]
      : [
          byAws ?? explainNone(user, at),
          { kind: 'aws', account: team.account, difference: accessDifference(file, aws, user, at) } as const,
        ];
  const changes = changesAbout(past?.changes ?? [], member);
  const { reviewed = null } = team.members.find(({ key }) => key === member) ?? {};
  const ask = past === null ? whomToAsk(team, member, at.toISOString().slice(0, 10)) : null;
  if (isJson) {
    const answer = { ...named(explanation.user, naming), ...explanation, reviewed, ask };
    printJson({ source, ...answer, ...(past === null ? {} : pastJson(past, changes)) }, terminal);
  } else {
    const blocks = explanationBlocks(explanation, naming, source);
    const more = reviewBlocks({ reviewed, ask }, (key) => memberNamed(team, key));
    printBlocks([...blocks, ...more, ...(past === null ? [] : pastBlocks(past, changes))], terminal);
  }
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  command.argument('<member>', 'key of the member in team.yaml');
  cli
    .addAccessOptions(command, 'unknown member', [
      'mturk-team explain bo',
      'mturk-team explain bo --live',
      'mturk-team explain bo --today 2027-06-01',
      'mturk-team explain bo --on 2026-03-31',
    ])
    .action(async (member: string, file: string, options) => {
      cli.finish(await explainCommand({ member, ...cli.accessOptions(file, options, command) }, terminal));
    });
}
