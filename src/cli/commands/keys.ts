import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { PATTERNS } from '../../team/schema.ts';
import { registerAdministration } from '../keys/administration.ts';
import { openMessage, requestKey, testStored } from '../keys/member.ts';
import * as cli from '../options.ts';

const LAB = cli.matching(PATTERNS.lab, 'Write the name of a lab.');
const ACCOUNT = cli.matching(PATTERNS.account, 'Write 12 digits.');

export function register(command: Command, terminal: Terminal): void {
  registerAdministration(command, terminal);
  cli
    .addHelp(command.command('request').description('Make an identity, and print the recipient for the lab'), {
      exitCodes: ['0 made, or it exists', '1 errors in the file, or not writable', '2 unreadable file or wrong usage'],
      examples: ['mturk-team keys request zoe'],
    })
    .argument(
      '<member>',
      'your key in the team file',
      cli.matching(PATTERNS.id, 'Write a key of a member, such as zoe.'),
    )
    .addArgument(cli.teamFile())
    .option('--lab <lab>', 'short name of the lab, without a team file', LAB)
    .option('--account <id>', 'AWS account of the lab, without a team file', ACCOUNT)
    .addOption(cli.json())
    .action(async (member: string, file: string, { lab = null, account = null, ...options }) => {
      if (!existsSync(file) && (lab === null || account === null)) {
        command.error(`error: no file ${file}: add --lab and --account, as the lab gives them to you`);
      }
      cli.finish(await requestKey({ ...cli.fileOptions(file, options), member, lab, account }, terminal));
    });
  cli
    .addHelp(command.command('open').description('Open a message with your access key, and store the key'), {
      exitCodes: ['0 stored', '1 not opened, not yours, or not confirmed', '2 unreadable file or wrong usage'],
      examples: ['mturk-team keys open', 'mturk-team keys open message.txt'],
    })
    .argument('[message]', 'file with the message (default: standard input)')
    .option('--yes', 'replace a key of the profile without a question')
    .addOption(cli.emulator())
    .addOption(cli.json())
    .action(async (message: string | undefined, { yes = false, ...options }) => {
      const { emulator, today, json } = cli.labOptions('', options);
      cli.finish(await openMessage({ message: message ?? null, yes, emulator, today, json }, terminal));
    });
  cli
    .addHelp(command.command('test').description('Call what only reads with your key, and compare'), {
      exitCodes: [
        '0 all is as the team file says',
        '1 something is otherwise, no key, or no answer',
        '2 unreadable file or wrong usage',
      ],
      examples: ['mturk-team keys test', 'mturk-team keys test --profile perception-lab-zoe'],
    })
    .addArgument(cli.teamFile())
    .option('--profile <name>', 'profile of the key (default: that of your identity)')
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, { profile = process.env.AWS_PROFILE || null, ...options }) => {
      cli.finish(await testStored({ ...cli.labOptions(file, options), profile }, terminal));
    });
}
