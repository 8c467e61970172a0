import type { Command } from 'commander';
import type { Terminal } from './io.ts';
import {
  DEFAULT_FILE,
  emulator,
  examples,
  exitCodes,
  finish,
  json,
  labOptions,
  parallelism,
  providerMirror,
  refuseAnotherDay,
  today,
} from './options.ts';

/** The codes describe the account after it. */
const RECONCILING = `
With --reconcile the exit code describes the account afterwards: 0 no drift, 2 drift remains, 1 an error.`;

/** The command that compares the account with the file, and reconciles it. */
export function register(command: Command, terminal: Terminal): void {
  command
    .argument('[file]', 'team file', DEFAULT_FILE)
    .addOption(emulator())
    .addOption(parallelism())
    .option('--quick', 'quick check of the account alone, without Terraform and state')
    .option('--no-lock', 'do not lock the state: for a role that may only read')
    .option('--no-cloudtrail', 'do not ask CloudTrail who changed what')
    .addOption(providerMirror())
    .option('--report <file>', 'write findings as JSON for drift-issue')
    .option('--reconcile', 'apply what was applied last, as settings.reconcile allows: the scheduled job')
    .option('--yes', 'wait up to 5 minutes for the lock of the state')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team drift --emulator',
        'mturk-team drift --quick',
        'mturk-team drift --reconcile',
        'mturk-team drift --no-lock --report report.json',
      ),
    )
    .addHelpText('after', RECONCILING)
    .addHelpText('after', exitCodes('0 no drift', '1 any error or wrong usage', '2 drift'))
    .action(async (file: string, options) => {
      const { quick = false, lock, cloudtrail: cloudTrail, reconcile = false, yes = false, report = null } = options;
      const usage = (message: string) => command.error(`error: ${message}`);
      if (reconcile) refuseAnotherDay(command, options);
      if (reconcile && quick) usage('--reconcile needs a full check; leave out --quick');
      if (reconcile && !lock) usage('--reconcile writes the state; leave out --no-lock');
      const { drift } = await import('./commands/drift.ts');
      const asked = { quick, lock, cloudTrail, reconcile, yes, report };
      finish(await drift({ ...labOptions(file, options), ...asked }, terminal));
    });
}
