import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from './io.ts';
import {
  configDir,
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

/** The codes describe the account after the revert. */
const REVERTING = `
With --reconcile or --revert the exit code describes the account afterwards: 0 no drift, 2 drift remains (also if a block
left it as it was), 1 an error.`;

/** The command that compares the account with the file, and reverts what may be reverted. */
export function register(command: Command, terminal: Terminal): void {
  command
    .argument('[file]', 'team file', DEFAULT_FILE)
    .addOption(emulator())
    .addOption(parallelism())
    .option('--quick', 'quick check of the account alone, without Terraform and state')
    .option('--no-lock', 'do not lock the state: for a role that may only read')
    .option('--no-cloudtrail', 'do not ask CloudTrail who changed what')
    .addOption(configDir())
    .addOption(providerMirror())
    .option('--report <file>', 'write findings and reverts as JSON for drift-issue')
    .option('--reconcile', 'revert what settings.reconcile allows, as the scheduled job does')
    .option(
      '--revert <id>',
      'revert this finding, although it may grant access; repeatable',
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .addOption(
      new Option('--if-fingerprint <digits>', 'revert nothing unless the scan has this fingerprint').argParser(
        (text) => {
          if (!/^[0-9a-f]{12,64}$/.test(text)) throw new InvalidArgumentError('It has 12 to 64 hexadecimal digits.');
          return text;
        },
      ),
    )
    .option('--yes', 'do not ask for confirmation')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'mturk-team drift --emulator',
        'mturk-team drift --quick',
        'mturk-team drift --reconcile',
        'mturk-team drift --revert membership-removed/bo/task-publisher',
        'mturk-team drift --no-lock --config-dir cdktf.out --report report.json',
      ),
    )
    .addHelpText('after', REVERTING)
    .addHelpText('after', exitCodes('0 no drift', '1 any error or wrong usage', '2 drift'))
    .action(async (file: string, options) => {
      const { quick = false, lock, cloudtrail: cloudTrail, reconcile = false, revert = [], yes = false } = options;
      const { ifFingerprint = null, report = null } = options;
      const isReverting = reconcile || revert.length > 0;
      const usage = (message: string) => command.error(`error: ${message}`);
      if (isReverting && quick) usage('--reconcile and --revert need a full check; leave out --quick');
      if (isReverting && !lock) usage('--reconcile and --revert write the state; leave out --no-lock');
      if (!isReverting && ifFingerprint !== null) usage('--if-fingerprint is for --reconcile and --revert');
      if (isReverting) refuseAnotherDay(command, options);
      const { drift } = await import('./commands/drift.ts');
      const asked = { quick, lock, cloudTrail, reconcile, revert, yes, ifFingerprint, report };
      finish(await drift({ ...labOptions(file, options), ...asked }, terminal));
    });
}
