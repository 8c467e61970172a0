import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from './io.ts';
import {
  DEFAULT_FILE,
  examples,
  finish,
  json,
  labOptions,
  parallelism,
  refuseAnotherDay,
  sandbox,
  synthesised,
  today,
} from './options.ts';

/** The command that says in what the account differs from the file, and puts right what may be put right. */
export function addDriftCommand(program: Command, terminal: Terminal): void {
  program
    .command('drift')
    .description(
      'say in what the account differs from the team file, and what that lets whom do; exits 0 when nothing differs, 2 with differences, 1 on an error',
    )
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(sandbox())
    .addOption(parallelism())
    .option('--fast', 'ask the account alone: fewer calls, and neither an engine nor the state is needed')
    .option('--no-lock', 'do not lock the state: for a role that may only read')
    .option('--no-trail', 'do not ask CloudTrail who did it')
    .addOption(synthesised())
    .option('--report <file>', 'write what was found there, for drift-issue')
    .option(
      '--reconcile',
      'undo what was added by hand, where team.yaml allows it; never gives back what was taken away',
    )
    .option(
      '--restore <key>',
      'put back what was taken from this member or role, or otherwise changed; may be given again',
      (key: string, before: readonly string[]) => [...before, key],
      [],
    )
    .addOption(
      new Option('--expect <fingerprint>', 'put nothing right unless this is what differs').argParser((text) => {
        if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('Write 64 hexadecimal digits.');
        return text;
      }),
    )
    .option('--yes', 'do not ask; needed where nobody can answer')
    .option('--result <file>', 'write what was put right there, for drift-issue')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team drift --sandbox',
        'mturk-team drift --fast',
        'mturk-team drift --reconcile',
        'mturk-team drift --restore bo',
        'mturk-team drift --no-lock --synthesised cdktf.out --report report.json',
      ),
    )
    .action(async (file: string, options, command: Command) => {
      const { fast = false, lock, trail, reconcile = false, restore, yes = false } = options;
      const putsRight = reconcile || restore.length > 0;
      const usage = (message: string) => command.error(`error: ${message}`, { exitCode: 2 });
      if (putsRight && fast) usage('--reconcile and --restore need a plan; leave out --fast');
      if (putsRight && !lock) usage('--reconcile and --restore write the state; leave out --no-lock');
      if (!putsRight && options.expect !== undefined) usage('--expect is for --reconcile and --restore');
      if (!putsRight && options.result !== undefined) usage('--result is for --reconcile and --restore');
      if (putsRight) refuseAnotherDay(program, options);
      const { drift } = await import('./drift.ts');
      const { expect = null, report = null, result = null } = options;
      const asked = { fast, lock, trail, reconcile, restore, yes, expect, report, result };
      finish(await drift({ ...labOptions(file, options), ...asked }, terminal));
    });
}
