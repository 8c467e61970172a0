import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FailureCode, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { pasted } from '../../text/escape.ts';
import { type Plan, parsePlan } from '../plan.ts';
import { pastedEngine } from './engine.ts';
import { type EngineEnding, type EngineStep, engineFailure } from './failure.ts';
import { LOCK_FILE, LOCKED_PLATFORMS } from './lock-file.ts';
import { type EngineHandle, type EngineRun, runEngine } from './process.ts';
import { type EngineEvent, streamReader } from './progress.ts';
import { forgetInit, isInitialized, recordInit, type Workspace } from './workspace.ts';

const PLAN_FILE = 'plan.bin';

export interface CommandOptions {
  readonly onStart?: ((handle: EngineHandle) => void) | undefined;
  readonly onEvent?: (event: EngineEvent) => void;
  /** How long to wait for a lock of the state that another run has. */
  readonly lockTimeoutSeconds?: number | undefined;
}

/** A saved plan: the file to apply, and what is in it. */
export interface SavedPlan {
  readonly file: string;
  /** Of the file's bytes: another command that plans in the same directory writes the same file. */
  readonly digest: string;
  readonly plan: Plan;
}

/**
 * Runs `init`, unless nothing that it depends on has changed in the directory. The emulator's backend has another address
 * each time and never moves a state; a changed backend of AWS is for a person to decide. A lock file of the engine's own
 * must not keep an older version than the configuration wants.
 */
export async function initialize(workspace: Workspace): Promise<Result<null>> {
  if (await isInitialized(workspace)) return succeed(null);
  const reconfigure = workspace.account === 'emulator' ? ['-reconfigure'] : [];
  const lock = workspace.locked ? '-lockfile=readonly' : '-upgrade';
  const args = ['init', '-input=false', '-no-color', lock, ...reconfigure];
  const ran = await run(workspace, args);
  if (ran.exitCode !== 0) {
    await forgetInit(workspace);
    return failed(workspace, 'init', ran);
  }
  await recordInit(workspace);
  return succeed(null);
}

/**
 * The text of a lock file that pins the provider of a workspace's configuration for every platform. The engine asks the
 * registry, or the mirror if one is given: https://developer.hashicorp.com/terraform/cli/commands/providers/lock
 */
export async function lockProviders(workspace: Workspace, mirror: string | null): Promise<Result<string>> {
  const isUrl = mirror?.startsWith('https://') === true;
  const from = mirror === null ? [] : [isUrl ? `-net-mirror=${mirror}` : `-fs-mirror=${resolve(mirror)}`];
  const args = [
    'providers',
    'lock',
    '-no-color',
    ...from,
    ...LOCKED_PLATFORMS.map((platform) => `-platform=${platform}`),
  ];
  const ran = await run(workspace, args);
  if (ran.exitCode !== 0) return failed(workspace, 'init', ran);
  return succeed(await readFile(join(workspace.directory, LOCK_FILE), 'utf8'));
}

export interface PlanOptions extends CommandOptions {
  /** False for a role that may only read. */
  readonly lock?: boolean;
  /** Addresses: nothing but these, and what they depend on, is planned. Everything where it is left out or empty. */
  readonly targets?: readonly string[];
}

const NOT_READY: readonly FailureCode[] = ['backend-changed', 'provider-unavailable', 'lock-file-mismatch'];

/** Plans, saves the plan and reads it. */
export async function planChanges(workspace: Workspace, options: PlanOptions = {}): Promise<Result<SavedPlan>> {
  const file = join(workspace.directory, PLAN_FILE);
  const reader = streamReader();
  const args = ['plan', '-json', '-input=false', '-detailed-exitcode', `-out=${file}`, ...common(workspace, options)];
  if (options.lock === false) args.push('-lock=false');
  for (const target of options.targets ?? []) args.push(`-target=${target}`);
  const ran = await run(workspace, args, options, reader);
  // 2 is "there are changes" for `-detailed-exitcode`, and nothing else may pass for it.
  if (ran.exitCode !== 0 && ran.exitCode !== 2) {
    const ended = failed(workspace, 'plan', ran, { errors: reader.errors, progress: null });
    if (NOT_READY.includes(ended.failure.code)) await forgetInit(workspace);
    return ended;
  }
  return showPlan(workspace, file, options);
}

/** Reads a saved plan. */
async function showPlan(workspace: Workspace, file: string, options: CommandOptions = {}): Promise<Result<SavedPlan>> {
  const digest = await digestOf(file);
  const ran = await run(workspace, ['show', '-json', '-no-color', file], options);
  if (ran.exitCode !== 0) return failed(workspace, 'plan', ran);
  const plan = parsePlan(ran.stdout);
  return plan.ok ? succeed({ file, digest, plan: plan.value }) : plan;
}

/** What an apply carried out, in steps: a replacement is two. */
export interface ApplyResult {
  readonly done: number;
  readonly total: number;
}

/** Removes the taint of objects that were created before their creation failed; a plan must be able to converge them. */
export async function untaint(
  workspace: Workspace,
  addresses: readonly string[],
  options: CommandOptions = {},
): Promise<Result<null>> {
  for (const address of addresses) {
    const args = ['untaint', '-no-color', ...lockTimeout(options), address];
    const ran = await run(workspace, args, options);
    if (ran.exitCode !== 0) return failed(workspace, 'plan', ran);
  }
  return succeed(null);
}

/** Removes resources from the state alone: what they stand for stays in AWS. */
export async function forget(
  workspace: Workspace,
  addresses: readonly string[],
  options: CommandOptions = {},
): Promise<Result<null>> {
  if (addresses.length === 0) return succeed(null);
  const args = ['state', 'rm', ...lockTimeout(options), ...addresses];
  const ran = await run(workspace, args, options);
  return ran.exitCode === 0 ? succeed(null) : failed(workspace, 'plan', ran);
}

/** Increments the serial of the state, if there is one: Terraform applies no plan that was saved before. */
export async function outdatePlans(workspace: Workspace, options: CommandOptions = {}): Promise<Result<null>> {
  const pulled = await run(workspace, ['state', 'pull'], options);
  if (pulled.exitCode !== 0) return failed(workspace, 'apply', pulled);
  if (pulled.stdout.trim() === '') return succeed(null);
  const state: { readonly serial: number } = JSON.parse(pulled.stdout);
  const file = join(workspace.directory, 'next.tfstate');
  await writeFile(file, JSON.stringify({ ...state, serial: state.serial + 1 }), { mode: 0o600 });
  const pushed = await run(workspace, ['state', 'push', ...lockTimeout(options), file], options);
  await rm(file);
  return pushed.exitCode === 0 ? succeed(null) : failed(workspace, 'apply', pushed);
}

/** Applies exactly the saved plan. An interrupt lets the calls under way finish and the state be written. */
export async function applyPlan(
  workspace: Workspace,
  saved: SavedPlan,
  options: CommandOptions = {},
): Promise<Result<ApplyResult>> {
  // What is applied is what was shown, judged by the blocks and confirmed, or nothing.
  if ((await digestOf(saved.file)) !== saved.digest) return fail('plan-stale', { reason: 'another command planned' });
  const steps = saved.plan.changes.reduce((sum, { change }) => sum + change.actions.filter(isStep).length, 0);
  const reader = streamReader(steps);
  const args = ['apply', '-json', '-input=false', '-auto-approve', ...common(workspace, options), saved.file];
  const ran = await run(workspace, args, options, reader);
  if (ran.exitCode === 0) return succeed(reader.progress);
  return failed(workspace, 'apply', ran, reader);
}

/** An empty text where the file is gone. */
async function digestOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => null);
  return bytes === null ? '' : createHash('sha256').update(bytes).digest('hex');
}

function isStep(action: string): boolean {
  return action === 'create' || action === 'update' || action === 'delete';
}

function common({ parallelism }: Workspace, options: CommandOptions): readonly string[] {
  return [...(parallelism === null ? [] : [`-parallelism=${parallelism}`]), ...lockTimeout(options)];
}

function lockTimeout({ lockTimeoutSeconds }: CommandOptions): readonly string[] {
  return lockTimeoutSeconds === undefined ? [] : [`-lock-timeout=${lockTimeoutSeconds}s`];
}

/** Runs the engine in a workspace; with a reader, its lines are read as they come. */
function run(
  { engine, directory, environment }: Workspace,
  args: readonly string[],
  { onStart, onEvent }: CommandOptions = {},
  reader: ReturnType<typeof streamReader> | null = null,
): Promise<EngineRun> {
  const onLine = (line: string) => {
    const event = reader?.read(line) ?? null;
    if (event !== null) onEvent?.(event);
  };
  return runEngine(engine.binary, args, { directory, environment, onStart, ...(reader === null ? {} : { onLine }) });
}

function failed(
  { engine, directory, environment }: Workspace,
  step: EngineStep,
  run: EngineRun,
  { errors, progress }: Pick<EngineEnding, 'errors' | 'progress'> = { errors: [], progress: null },
) {
  const { TF_CLI_CONFIG_FILE: cliConfig = '' } = environment;
  const command = `TF_CLI_CONFIG_FILE=${pasted(cliConfig)} ${pastedEngine(engine)} -chdir=${pasted(directory)}`;
  return engineFailure({ step, run, errors, progress, command });
}
