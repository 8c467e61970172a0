import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { fail, type Result, reasonOf, succeed } from '../../diagnostics/failure.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { reviewedPlan } from '../../review/changes/classify-plan.ts';
import { readManifest } from '../../review/manifest/manifest.ts';
import type { Manifest } from '../../review/manifest/schema.ts';
import { blockLines } from '../../review/text/block-text.ts';
import { failureText } from '../../text/failures/failures.ts';
import { counted } from '../../text/text.ts';
import { type ApplyResult, applyPlan } from '../apply-plan.ts';
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
  refuseAnotherDay,
  teamFile,
  today,
} from '../options.ts';
import { reportFailure } from '../report-failure.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../session/lab-session.ts';
import { showPlan } from './plan.ts';

/** Applies of a workflow wait for each other, and a large one takes minutes. */
const LOCK_TIMEOUT_SECONDS = 300;

export interface ApplyOptions extends LabSessionOptions {
  readonly yes: boolean;
  /** The file of the manifest that was reviewed: nothing else is applied. */
  readonly reviewed: string | null;
  readonly commit: string | null;
  /** The file for the result. */
  readonly result: string | null;
}

/** `apply`: 0 if AWS is what the file says, 1 if the apply was blocked, not confirmed, or failed. */
export async function apply(options: ApplyOptions, terminal: Terminal): Promise<number> {
  const writable = await checkWritable([options.result]);
  if (!writable.ok) return reportFailure(writable.failure, terminal);
  let during: 'plan' | 'apply' = 'plan';
  const applied = await attempt(options, terminal, () => {
    during = 'apply';
  });
  await writeResult(options, applied, during);
  return applied.ok ? 0 : reportFailure(applied.failure, terminal);
}

async function attempt(options: ApplyOptions, terminal: Terminal, onBegin: () => void): Promise<Result<ApplyResult>> {
  const { json, commit, file } = options;
  const reviewed = options.reviewed === null ? succeed(null) : await readReviewed(options.reviewed);
  if (!reviewed.ok) return reviewed;
  const opened = await openLabSession(options, terminal);
  if (!opened.ok) return opened;
  const session = opened.value;
  try {
    const inWorkflow = options.reviewed !== null || commit !== null || options.result !== null;
    const applied = await applyPlan(
      session,
      {
        ...{ file, yes: options.yes, reviewed: reviewed.value, commit, verify: inWorkflow },
        lockTimeoutSeconds: inWorkflow ? LOCK_TIMEOUT_SECONDS : null,
        // With --json the counts of the plan are part of what is printed at the end.
        onPlan: (planned) => {
          if (!json) showPlan(session, planned, { json: false, resources: false }, terminal);
          else if (planned.blocks.length > 0) terminal.stderr(`${blockLines(planned.blocks).join('\n')}\n`);
        },
        onBegin,
      },
      terminal,
    );
    if (applied.ok) showResult(session, applied.value, options, terminal);
    return applied;
  } finally {
    await session.close();
  }
}

function showResult(
  { team: { lab, account } }: LabSession,
  { planned, steps }: ApplyResult,
  { json, file }: ApplyOptions,
  terminal: Terminal,
): void {
  const { add, change, destroy } = reviewedPlan(planned.saved.plan);
  const done = steps === 0 ? 'No changes' : `Applied ${counted(steps, 'step')}`;
  terminal.stdout(
    json
      ? `${JSON.stringify({ version: 1, lab, account, steps, add, change, destroy }, null, 2)}\n`
      : `\n${done}: account ${account} matches ${file}.\n`,
  );
}

async function readReviewed(file: string): Promise<Result<Manifest>> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return fail('manifest-unusable', { file, reason: 'there is no such file' });
  const read = readManifest(text);
  return read.ok ? succeed(read.value) : fail('manifest-unusable', { file, reason: read.reason });
}

/** For the job that reports: a file, and outputs of the step. */
async function writeResult(
  { result, commit }: ApplyOptions,
  applied: Result<ApplyResult>,
  during: 'plan' | 'apply',
): Promise<void> {
  const failure = applied.ok
    ? null
    : { reason: reasonOf(applied.failure, during), detail: failureText(applied.failure) };
  const { verdict, steps } = applied.ok ? applied.value : { verdict: null, steps: null };
  if (result !== null) {
    await writeFile(result, `${JSON.stringify({ version: 1, commit, failure, verdict, steps }, null, 2)}\n`);
  }
  writeOutputs(process.env, {
    result: failure === null ? 'applied' : 'failed',
    ...(failure === null ? {} : { 'failure-reason': failure.reason }),
  });
}

export function register(program: Command, terminal: Terminal): void {
  program
    .command('apply')
    .helpGroup(GROUPS.everyday)
    .description('Make AWS match team.yaml')
    .addArgument(teamFile())
    .addOption(emulator())
    .addOption(parallelism())
    .addOption(bootstrap())
    .option('--yes', 'do not ask for confirmation')
    .addOption(configDir())
    .option('--reviewed <manifest>', 'apply only what this manifest of a plan contains, or what is left of it')
    .option('--commit <sha>', 'commit of the file; stops if a later one was applied')
    .option('--result <file>', 'write the result as JSON')
    .addOption(today())
    .addOption(json())
    .addHelpText(
      'after',
      exitCodes('0 AWS matches team.yaml', '1 blocked, not confirmed or failed', '2 unreadable file or wrong usage'),
    )
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
      const yes = options.yes === true;
      finish(await apply({ ...labOptions(file, options), yes, reviewed, commit, result }, terminal));
    });
}
