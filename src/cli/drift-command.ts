import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from './io.ts';
import {
  configDir,
  DEFAULT_FILE,
  emulator,
  examples,
  exitCodes,
  finish,
  GROUPS,
  json,
  labOptions,
  parallelism,
  refuseAnotherDay,
  today,
} from './options.ts';

/** One rule for the codes: they say how the account stands at the end, whoever changed what. */
const PUT_RIGHT = `
With --reconcile or --restore the exit code is about the account afterwards: 0 it is as the file says, 2 it still differs,
also where nothing was put right because of what was found (the reason is printed, and stands in --report). 1 is an error:
nobody could look, it failed half-way, nobody said yes, or it was asked for what cannot be.`;

/** The command that says in what the account differs from the file, and puts right what may be put right. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('drift')
    .helpGroup(GROUPS.everyday)
    .description('Show drift between AWS and team.yaml, and revert it')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(emulator())
    .addOption(parallelism())
    .option('--fast', 'ask the account alone: fewer calls, and neither an engine nor the state is needed')
    .option('--no-lock', 'do not lock the state: for a role that may only read')
    .option('--no-trail', 'do not ask CloudTrail who did it')
    .addOption(configDir())
    .option('--report <file>', 'write findings and reverts as JSON for drift-issue')
    .option(
      '--reconcile',
      'undo what was added by hand, where team.yaml allows it; never gives back what was taken away',
    )
    .option(
      '--restore <name>',
      'put this right although that may give access: a finding by its name in brackets, or all that was done to a member or role by its key; may be given again',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .addOption(
      new Option('--expect <digits>', 'put nothing right unless the look is this one').argParser((text) => {
        if (!/^[0-9a-f]{12,64}$/.test(text)) throw new InvalidArgumentError('Write the 12 digits of a look, or more.');
        return text;
      }),
    )
    .option('--yes', 'do not ask; needed where nobody can answer')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team drift --emulator',
        'mturk-team drift --fast',
        'mturk-team drift --reconcile',
        'mturk-team drift --restore membership-removed/bo/task-publisher --restore fay',
        'mturk-team drift --no-lock --config-dir cdktf.out --report report.json',
      ),
    )
    .addHelpText('after', PUT_RIGHT)
    .addHelpText('after', exitCodes('0 no drift', '1 any error or wrong usage', '2 drift'))
    .action(async (file: string, options, command: Command) => {
      const { fast = false, lock, trail, reconcile = false, restore = [], yes = false } = options;
      const putsRight = reconcile || restore.length > 0;
      const usage = (message: string) => command.error(`error: ${message}`);
      if (putsRight && fast) usage('--reconcile and --restore need a plan; leave out --fast');
      if (putsRight && !lock) usage('--reconcile and --restore write the state; leave out --no-lock');
      if (!putsRight && options.expect !== undefined) usage('--expect is for --reconcile and --restore');
      if (putsRight) refuseAnotherDay(command, options);
      const { drift } = await import('./commands/drift.ts');
      const { expect = null, report = null } = options;
      const asked = { fast, lock, trail, reconcile, restore, yes, expect, report };
      finish(await drift({ ...labOptions(file, options), ...asked }, terminal));
    });
}
