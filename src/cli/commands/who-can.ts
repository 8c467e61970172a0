import type { Command } from 'commander';
import { queryNamed, whoCan, whoCanDifference } from '../../access/explain.ts';
import { unknownOperation, whoCanBlocks } from '../../access/text/explain.ts';
import { named } from '../../access/text/names.ts';
import { type AccessOptions, readAccess } from '../../app/session/live-access.ts';
import { namingOf } from '../../app/session/read-team.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { fail } from '../../diagnostics/failure.ts';
import { changesTo } from '../../history/changes.ts';
import { pastJson } from '../../history/json.ts';
import { pastBlocks } from '../../history/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

/** `what` is an operation, a capability, the word for a risk or the key of a role. */
async function whoCanCommand(options: AccessOptions & { readonly what: string }, terminal: Terminal) {
  const { what } = options;
  const read = await readAccess(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { team, file, replaced, aws, at, past } = read.value;
  const query = queryNamed(what, team);
  if (query === null) {
    const because = unknownOperation(what, team);
    return reportFailure(fail('unknown-operation', { name: what, because }).failure, terminal);
  }
  const byFile = whoCan(file, team.lab, query, at);
  const byAws = aws === null ? null : whoCan(aws, team.lab, query, at);
  const source =
    byAws === null
      ? ({ kind: past === null ? 'file' : 'merged' } as const)
      : ({ kind: 'aws', account: team.account, difference: whoCanDifference(byFile, byAws, replaced) } as const);
  const answer = byAws ?? byFile;
  const naming = shownNames(namingOf(team), terminal);
  const users = answer.users.map((user) => ({ ...named(user.user, naming), ...user }));
  const changes = changesTo(past?.changes ?? [], query);
  if (options.json) {
    printJson({ source, ...answer, users, ...(past === null ? {} : pastJson(past, changes)) }, terminal);
  } else {
    const blocks = whoCanBlocks(answer, naming, source);
    printBlocks([...blocks, ...(past === null ? [] : pastBlocks(past, changes))], terminal);
  }
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  command.argument('<what>', 'operation, capability, effect (spend, harm, delete, contact, ...) or role');
  cli
    .addAccessOptions(command, 'unknown name', [
      'mturk-team who-can spend',
      'mturk-team who-can SendBonus --live',
      'mturk-team who-can spend --on 2026-03-31',
    ])
    .action(async (what: string, file: string, options) => {
      cli.finish(await whoCanCommand({ what, ...cli.accessOptions(file, options, command) }, terminal));
    });
}
