import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { PATTERNS } from '../../team/schema.ts';
import { create, revoke, showKeys, sync } from '../keys/administer.ts';
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

/** The options of every command that changes keys in the account. */
function changing(command: Command, ...shown: readonly string[]): Command {
  const exitCodes = [
    '0 done, or nothing to do',
    '1 not possible, not confirmed or failed',
    '2 unreadable file or wrong usage',
  ];
  return cli
    .addHelp(command, { exitCodes, examples: shown.map((line) => `mturk-team ${line}`) })
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .option('--yes', 'do not ask for confirmation')
    .addOption(cli.today())
    .addOption(cli.json());
}

function delivering(command: Command): Command {
  return command
    .addOption(new Option('--issue', 'deliver to the issue on GitHub, as workflows do').conflicts('out'))
    .option('--out <dir>', 'directory of the encrypted keys (default: the current one)');
}

function delivery({ issue = false, out = '.' }: { readonly issue?: boolean; readonly out?: string }) {
  return { out: issue ? null : out };
}

/** Gives `keys` its own action, and the subcommands that change keys in the account. */
function registerAdministration(command: Command, terminal: Terminal): void {
  cli
    .addHelp(command, {
      exitCodes: ['0 shown', '1 AWS did not answer', '2 unreadable file or wrong usage'],
      examples: ['mturk-team keys', 'mturk-team keys sync', 'mturk-team keys revoke bo'],
    })
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      cli.finish(await showKeys(cli.labOptions(file, options), terminal));
    });

  const synced = command.command('sync').description('Create, deliver, deactivate and delete the keys that are due');
  delivering(changing(synced, 'keys sync', 'keys sync --out ~/keys', 'keys sync --issue --yes')).action(
    async (file: string, options) => {
      cli.refuseAnotherDay(synced, options);
      const { yes = false } = options;
      cli.finish(await sync({ ...cli.labOptions(file, options), ...delivery(options), yes }, terminal));
    },
  );

  const created = command.command('create').description('Create a key for a member now, and replace unused ones');
  created.argument('<member>', 'key of the member in team.yaml');
  delivering(changing(created, 'keys create bo', 'keys create bo --issue')).action(
    async (member: string, file: string, options) => {
      cli.refuseAnotherDay(created, options);
      const { yes = false } = options;
      cli.finish(await create({ ...cli.labOptions(file, options), ...delivery(options), yes, member }, terminal));
    },
  );

  const revoked = command.command('revoke').description("Deactivate a member's keys at once");
  revoked.argument('<member>', 'key of the member, or of one who departed');
  changing(revoked, 'keys revoke bo', 'keys revoke bo --key AKIAIOSFODNN7EXAMPLE', 'keys revoke bo --delete')
    .option('--key <id>', 'only the key with this ID')
    .option('--delete', 'delete them; first apply keys: 0, or no recipient')
    .action(async (member: string, file: string, options) => {
      cli.refuseAnotherDay(revoked, options);
      const { yes = false, key: keyId = null, delete: isDeleted = false } = options;
      const asked = { yes, member, keyId, delete: isDeleted };
      cli.finish(await revoke({ ...cli.labOptions(file, options), ...asked }, terminal));
    });
}
