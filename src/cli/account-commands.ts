import { type Command, InvalidArgumentError, Option } from 'commander';
import { addDriftCommand } from './drift-command.ts';
import type { Terminal } from './io.ts';
import {
  bootstrap,
  DEFAULT_EMULATOR,
  DEFAULT_FILE,
  dayOf,
  emulator,
  examples,
  finish,
  json,
  labOptions,
  parallelism,
  refuseAnotherDay,
  synthesised,
  today,
} from './options.ts';

/** The commands that look at an account, change it, or serve one. */
export function addAccountCommands(program: Command, terminal: Terminal): void {
  program
    .command('plan')
    .description('say who would gain and lose what; exits 0 without changes, 2 with changes, 1 on an error')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(emulator())
    .addOption(parallelism())
    .addOption(bootstrap())
    .option('--resources', 'list the IAM resources too')
    .option('--no-lock', 'do not lock the state, nor write it: for a role that may only read')
    .addOption(synthesised())
    .option('--base <file>', 'the team file as it was applied; an empty one where there was none')
    .option('--manifest <file>', 'write what was reviewed there, for comment and apply; needs --base')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team plan --emulator',
        'mturk-team plan --resources',
        'mturk-team plan --no-lock --synthesised cdktf.out --base main/team.yaml --manifest manifest.json',
      ),
    )
    .action(async (file: string, options, command: Command) => {
      const { manifest = null, base = null, lock, resources = false } = options;
      if (manifest !== null && base === null) command.error('error: --manifest needs --base');
      const { plan } = await import('./commands/plan.ts');
      finish(await plan({ ...labOptions(file, options), resources, lock, manifest, base }, terminal));
    });

  program
    .command('apply')
    .description('make the account what the team file says')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(emulator())
    .addOption(parallelism())
    .addOption(bootstrap())
    .option('--yes', 'do not ask; needed where nobody can answer')
    .addOption(synthesised())
    .option('--reviewed <manifest>', 'apply what this manifest of a plan says, or what is left of it, and nothing else')
    .option('--commit <sha>', 'the commit of the file: refused where a later one was applied')
    .option('--result <file>', 'write how it ended')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team apply --emulator',
        'mturk-team apply --bootstrap --yes',
        'mturk-team apply --reviewed manifest.json --commit "$GITHUB_SHA" --yes',
      ),
    )
    .action(async (file: string, options, command: Command) => {
      refuseAnotherDay(command, options);
      const { reviewed = null, commit = null, result = null } = options;
      const { apply } = await import('./commands/apply.ts');
      const yes = options.yes === true;
      finish(await apply({ ...labOptions(file, options), yes, reviewed, commit, result }, terminal));
    });

  addDriftCommand(program, terminal);

  const emulatorCommand = program
    .command('emulator')
    .description('a local AWS emulator: IAM, STS, CloudTrail and MTurk');
  emulatorCommand
    .command('start')
    .description('serve it on 127.0.0.1 until interrupted')
    .argument('[dir]', 'where the account is kept', DEFAULT_EMULATOR)
    .addOption(
      new Option('--account <id>', "the account's id, for a new account").default('123456789012').argParser((text) => {
        if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Write 12 digits.');
        return text;
      }),
    )
    .addOption(
      new Option('--port <port>', 'the port of 127.0.0.1; 0 for any that is free').default(0).argParser((text) => {
        const port = Number(text);
        if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
        return port;
      }),
    )
    .addHelpText('after', examples('mturk-team emulator start'))
    .action(async (dir: string, options) => {
      const { emulatorStart } = await import('./commands/emulator.ts');
      finish(await emulatorStart({ dir, accountId: options.account, port: options.port }, terminal));
    });
  emulatorCommand
    .command('reset')
    .description('forget the account')
    .argument('[dir]', 'where the account is kept', DEFAULT_EMULATOR)
    .addHelpText('after', examples('mturk-team emulator reset'))
    .action(async (dir: string) => {
      const { emulatorReset } = await import('./commands/emulator.ts');
      finish(await emulatorReset({ dir }, terminal));
    });

  program
    .command('demo')
    .description('tell and check the whole story on the sample team, against a local AWS emulator')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(today())
    .addHelpText('after', examples('mturk-team demo'))
    .action(async (file: string, options) => {
      const { demo } = await import('./commands/demo.ts');
      finish(await demo({ file, today: dayOf(options) }, terminal));
    });
}
