import type { Command } from 'commander';
import { isUnchanged } from '../../app/apply/carry-out.ts';
import { quickCheck } from '../../app/drift/run-scan.ts';
import { checkWritable } from '../../app/files.ts';
import { planStack } from '../../app/plan/plan.ts';
import { type LabSessionOptions, openLabSession } from '../../app/session/lab-session.ts';
import type { Terminal } from '../../app/terminal.ts';
import { type Failure, reasonOf } from '../../diagnostics/failure.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { reportFailure } from '../io.ts';
import * as cli from '../options.ts';
import { checkedBase, exceptMoved, saveManifest, showPlan } from '../plan-output.ts';

interface PlanOptions extends LabSessionOptions {
  readonly resources: boolean;
  /** False for a role that may only read. */
  readonly lock: boolean;
  /** Where to write the manifest of what was planned; null for nowhere. */
  readonly manifest: string | null;
  /** The team file that was applied last, for what the change of the file does not explain; needed with `manifest`. */
  readonly base: string | null;
}

async function plan(options: PlanOptions, terminal: Terminal): Promise<number> {
  const failed = (failure: Failure): 1 => {
    writeOutputs(process.env, { 'failure-reason': reasonOf(failure, 'plan') });
    reportFailure(failure, terminal);
    return 1;
  };
  const { manifest } = options;
  const writable = await checkWritable([manifest]);
  if (!writable.ok) return failed(writable.failure);
  const base = await checkedBase(options, terminal);
  if (!base.ok) return failed(base.failure);
  const opened = await openLabSession(options, terminal);
  if (!opened.ok) return failed(opened.failure);
  const session = opened.value;
  try {
    const planned = await planStack(session, {
      lock: options.lock,
      before: base.value,
      // The plan role of the workflows may not ask CloudTrail.
      credentials: manifest === null ? 'plan-and-cloudtrail' : 'plan',
    });
    if (!planned.ok) return failed(planned.failure);
    const check = await quickCheck(session, planned.value, terminal);
    const shown = exceptMoved(planned.value, session.team);
    if (manifest !== null) await saveManifest(session, shown, { ...options, manifest }, base.value, check);
    showPlan(session, shown, check, options, terminal);
    if (planned.value.blocks.length > 0) return 1;
    return isUnchanged(planned.value) ? 0 : 2;
  } finally {
    await session.close();
  }
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    note: 'This is the dry run of apply: it makes the same plan and checks the same guardrails.',
    exitCodes: ['0 no changes', '1 any error, a blocked plan, or wrong usage', '2 changes'],
    examples: [
      'mturk-team plan --emulator',
      'mturk-team plan --resources',
      'mturk-team plan --no-lock --base main/team.yaml --manifest manifest.json',
    ],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .addOption(cli.parallelism())
    .option('--resources', 'list IAM resources, too')
    .option('--no-lock', 'do not lock or write the state: for a role that may only read')
    .addOption(cli.providerMirror())
    .option('--base <file>', 'team file that was applied last; an empty file if there was none')
    .option('--manifest <file>', 'write the manifest of the plan, for comment; needs --base')
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { manifest = null, base = null, lock, resources = false } = options;
      if (manifest !== null && base === null) command.error('error: --manifest needs --base');
      cli.finish(await plan({ ...cli.labOptions(file, options), resources, lock, manifest, base }, terminal));
    });
}
