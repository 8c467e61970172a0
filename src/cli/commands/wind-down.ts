import { type Command, Option } from 'commander';
import { named } from '../../access/text/names.ts';
import type { AccessOptions } from '../../app/session/live-access.ts';
import { namingOf } from '../../app/session/read-team.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { windDownLab } from '../../app/wind-down.ts';
import { CLOSURE } from '../../catalog/closure.ts';
import { windDownBlocks } from '../../eject/wind-down-text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function windDownCommand(options: Omit<AccessOptions, 'on'>, terminal: Terminal): Promise<number> {
  const read = await windDownLab(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { team, at, source, windDown } = read.value;
  const naming = shownNames(namingOf(team), terminal);
  if (!options.json) {
    printBlocks(windDownBlocks(windDown, naming, source, at), terminal);
    return 0;
  }
  const { state, spend, read: readers, frozen, keys, steps } = windDown;
  const people = (users: typeof spend.users) => users.map((user) => ({ ...named(user.user, naming), ...user }));
  printJson(
    {
      ...{ lab: team.lab, account: team.account, at: at.toISOString(), source, state, dates: CLOSURE },
      ...{ spend: people(spend.users), read: people(readers.users), frozen, keys, steps },
    },
    terminal,
  );
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: ['0 shown', '1 errors in the file, or no answer of AWS', '2 unreadable file or wrong usage'],
    examples: ['mturk-team wind-down', 'mturk-team wind-down --live'],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(new Option('--live', 'ask AWS, and show access keys'))
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { on: _on, ...asked } = cli.accessOptions(file, options, command);
      cli.finish(await windDownCommand(asked, terminal));
    });
}
