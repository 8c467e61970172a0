import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Failure, fail, reasonOf, succeed } from '../../diagnostics/failure.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { targetBlocks } from '../../guardrails/guardrails.ts';
import { reviewOf, reviewOfPlan } from '../../review/changes/review.ts';
import { manifestOf, writeManifest } from '../../review/manifest/manifest.ts';
import { blockLines } from '../../review/text/block-text.ts';
import { planJson } from '../../review/text/json.ts';
import { labHeading, reviewLines } from '../../review/text/terminal.ts';
import type { Team } from '../../team/team.ts';
import { checkWritable } from '../can-write.ts';
import type { Terminal } from '../io.ts';
import {
  bootstrap,
  configDir,
  emulator,
  examples,
  exitCodes,
  finish,
  GROUPS,
  json,
  labOptions,
  parallelism,
  teamFile,
  today,
} from '../options.ts';
import { reportFailure } from '../report-failure.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../session/lab-session.ts';
import { originOf, toolsOf } from '../session/origin.ts';
import { isEmpty, planStack, type StackPlan } from '../session/plan-stack.ts';
import { readBaseTeam, readTeam } from '../session/read-team.ts';

export interface PlanOptions extends LabSessionOptions {
  /** List the IAM resources too. */
  readonly resources: boolean;
  /** False for a role that may only read. */
  readonly lock: boolean;
  /** Where to write the manifest of what was planned; null for nowhere. */
  readonly manifest: string | null;
  /** The team file that was applied last, for what the change of the file does not explain; needed with `manifest`. */
  readonly base: string | null;
}

/** `plan`: 0 without changes, 2 with changes, 1 on an error (an unreadable file, too) or where the change would be refused. */
export async function plan(options: PlanOptions, terminal: Terminal): Promise<number> {
  // Exit code 2 means that there are changes.
  const failed = (failure: Failure): 1 => {
    writeOutputs(process.env, { 'failure-reason': reasonOf(failure, 'plan') });
    reportFailure(failure, terminal);
    return 1;
  };
  const writable = await checkWritable([options.manifest]);
  if (!writable.ok) return failed(writable.failure);
  const base = options.base === null ? succeed(null) : await readBaseTeam(options.base, options.today, terminal);
  if (!base.ok) return failed(base.failure);
  const before = base.value;
  if (options.base !== null) {
    const team = await readTeam(options.file, options.today);
    if (!team.ok) return failed(team.failure);
    // Before Terraform starts: another state could name providers to download.
    const blocks = targetBlocks(before, team.value, options.today);
    if (blocks.length > 0) {
      terminal.stderr(`${blockLines(blocks, terminal.width).join('\n')}\n\n`);
      return failed(fail('guardrail-blocked', { codes: blocks.map(({ code }) => code) }).failure);
    }
  }
  const opened = await openLabSession(options, terminal);
  if (!opened.ok) return failed(opened.failure);
  const session = opened.value;
  try {
    const planned = await planStack(session, { lock: options.lock });
    if (!planned.ok) return failed(planned.failure);
    // A blocked plan has a manifest too, because its comment shows what it would do.
    if (options.manifest !== null) await saveManifest(session, planned.value, before, options.manifest, options.file);
    showPlan(session, planned.value, options, terminal);
    if (planned.value.blocks.length > 0) return 1;
    return isEmpty(planned.value) ? 0 : 2;
  } finally {
    await session.close();
  }
}

async function saveManifest(
  session: LabSession,
  planned: StackPlan,
  before: Team | null,
  path: string,
  file: string,
): Promise<void> {
  const plan = { ...planned, plan: planned.saved.plan };
  const review = reviewOf({ before, after: session.team, today: session.today, at: session.at, plan });
  const tools = await toolsOf(planned.workspace);
  const origin = await originOf(file, process.env, new Date());
  await writeFile(path, writeManifest(manifestOf(review, { plan: plan.plan, tools }, origin)));
}

/** Prints a plan as text or JSON, and on standard error why it is blocked. */
export function showPlan(
  session: LabSession,
  planned: StackPlan,
  options: { readonly json: boolean; readonly resources: boolean },
  terminal: Terminal,
): void {
  const { width } = terminal;
  const view = { ...planned, plan: planned.saved.plan };
  if (options.json) {
    terminal.stdout(`${JSON.stringify(planJson(view, session.team, session.engine, session.naming), null, 2)}\n`);
    return;
  }
  const heading = labHeading(session.team, session.engine, session.kind);
  const body =
    session.stack === 'bootstrap'
      ? [
          isEmpty(planned)
            ? 'No changes to the permissions boundary.'
            : 'Writes the permissions boundary, the upper limit on each member.',
        ]
      : reviewLines(reviewOfPlan(session.team, session.today, session.at, view), {
          resources: options.resources,
          width,
        });
  terminal.stdout(`${[heading, '', ...body].join('\n')}\n`);
  if (planned.blocks.length > 0) terminal.stderr(`\n${blockLines(planned.blocks, width).join('\n')}\n`);
}

export function register(program: Command, terminal: Terminal): void {
  program
    .command('plan')
    .helpGroup(GROUPS.everyday)
    .description('Show who would gain or lose access; changes nothing')
    .addArgument(teamFile())
    .addOption(emulator())
    .addOption(parallelism())
    .addOption(bootstrap())
    .option('--resources', 'list IAM resources, too')
    .option('--no-lock', 'do not lock or write the state: for a role that may only read')
    .addOption(configDir())
    .option('--base <file>', 'team file that was applied last; an empty file if there was none')
    .option('--manifest <file>', 'write the manifest of the plan, for comment and apply; needs --base')
    .addOption(today())
    .addOption(json())
    .addHelpText('after', '\nThis is the dry run of apply: it makes the same plan and checks the same guardrails.')
    .addHelpText('after', exitCodes('0 no changes', '1 any error, a blocked plan, or wrong usage', '2 changes'))
    .addHelpText(
      'after',
      examples(
        'mturk-team plan --emulator',
        'mturk-team plan --resources',
        'mturk-team plan --no-lock --base main/team.yaml --manifest manifest.json',
      ),
    )
    .action(async (file: string, options, command: Command) => {
      const { manifest = null, base = null, lock, resources = false } = options;
      if (manifest !== null && base === null) command.error('error: --manifest needs --base');
      finish(await plan({ ...labOptions(file, options), resources, lock, manifest, base }, terminal));
    });
}
