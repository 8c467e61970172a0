import { type Command, InvalidArgumentError } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { emulatorReset, emulatorStart } from '../emulator.ts';
import { addHelp, DEFAULT_EMULATOR, DEFAULT_FILE, finish, json, matching } from '../options.ts';

export function register(command: Command, terminal: Terminal): void {
  addHelp(command.command('start').description('Serve IAM, STS, CloudTrail and Mechanical Turk on 127.0.0.1'), {
    exitCodes: ['0 stopped by Ctrl-C', '1 cannot be started', '2 wrong usage'],
    examples: ['mturk-team emulator start'],
  })
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .option(
      '--account <id>',
      `id of the account (default: that of ${DEFAULT_FILE})`,
      matching(/^\d{12}$/, 'Write 12 digits.'),
    )
    .option('--port <port>', 'port; 0 for any that is free', parsePort, 0)
    .addOption(json())
    .action(async (dir: string, { account = null, port, json }) => {
      finish(await emulatorStart({ dir, accountId: account, teamFile: DEFAULT_FILE, port, json }, terminal));
    });
  addHelp(command.command('reset').description('Delete the account and its states'), {
    exitCodes: ['0 deleted, or nothing to delete', '1 not confirmed, or in use', '2 wrong usage'],
    examples: ['mturk-team emulator reset'],
  })
    .argument('[dir]', 'directory of the account', DEFAULT_EMULATOR)
    .option('--yes', 'do not ask for confirmation')
    .addOption(json())
    .action(async (dir: string, { yes, json }) => finish(await emulatorReset({ dir, yes, json }, terminal)));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
  return port;
}
