import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { checkCaller } from '../account/caller.ts';
import { type IamNames, iamNames } from '../account/iam-names.ts';
import { type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Naming } from '../render/access-words.ts';
import { failureText } from '../render/failure-text.ts';
import { bootstrapNotice } from '../render/plan-text.ts';
import { sandboxBusy, sandboxNotStarted, sandboxUnusable, sandboxWaiting } from '../render/sandbox-text.ts';
import { SandboxUnavailable, SandboxUnreadable } from '../sandbox/host-lock.ts';
import { openSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { BOUNDARY_PATH } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { AccountKind, Engine } from '../terraform/engine.ts';
import { applyPlan, initialise, planChanges } from '../terraform/engine-commands.ts';
import { findEngine } from '../terraform/find-engine.ts';
import { synthesise, synthesisedStacks } from '../terraform/synth.ts';
import { type ImportBlock, prepareWorkspace, type Workspace } from '../terraform/workspace.ts';
import type { Terminal } from './io.ts';
import { namingOf } from './naming.ts';
import { momentOf, readTeamOrReport } from './read-team-or-report.ts';
import { isSystemError } from './sandbox.ts';

type StackName = 'team' | 'bootstrap';

export interface LabOptions {
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly json: boolean;
  /** The directory of the account in a process; null for the real account. */
  readonly sandbox: string | null;
  readonly stack: StackName;
  /** How many resources at a time; null leaves it to the engine. */
  readonly parallelism: number | null;
  /**
   * A directory that `synth` wrote and somebody looked at since: its configuration is taken as it is, and no code that
   * makes one is loaded. Left out or null: it is made here.
   */
  readonly synthesised?: string | null;
}

/** A valid team, the account it is about, and the engine that changes it. */
export interface Lab {
  readonly team: Team;
  readonly today: string;
  readonly at: Date;
  readonly stack: StackName;
  readonly kind: AccountKind;
  readonly engine: Engine;
  readonly naming: Naming;
  readonly names: IamNames;
  readonly parallelism: number | null;
  /**
   * A workspace, initialised, that holds the stack as this team makes it; its next plan takes the `imports` over.
   * There is one directory for each stack: a later workspace replaces the configuration of an earlier one.
   */
  workspace(stack: StackName, team: Team, imports?: readonly ImportBlock[]): Promise<Result<Workspace>>;
  close(): Promise<void>;
}

/**
 * Where the real account's workspaces and, without `settings.state`, its state are kept. The lab is not part of it: a
 * lab that is renamed must meet the state of its old name, to be refused. The account is: what another account holds would
 * be taken for deleted, and forgotten.
 */
export const REAL_DIRECTORY = '.mturk-team/account';

/** IAM throttles a whole account together; the SDK's own three attempts end sooner than the engine's patience. */
const ATTEMPTS = 10;

/**
 * Reads the team file, finds the engine and reaches the account. What stands in the way is printed, and the exit code
 * is returned in the lab's place: 2 where the file cannot be read, else 1.
 */
export async function openLab(options: LabOptions, terminal: Terminal): Promise<Lab | number> {
  const team = await readTeamOrReport(options.file, options.today, terminal);
  if (typeof team === 'number') return team;
  const kind: AccountKind = options.sandbox === null ? 'real' : 'sandbox';
  const needsStateLock = kind === 'real' && team.settings.state !== null;
  const engine = await findEngine({ env: process.env, account: kind, needsStateLock });
  if (!engine.ok) return reportFailure(engine.failure, terminal);

  if (options.sandbox === null) {
    const sts = new STSClient({ region: 'us-east-1', maxAttempts: ATTEMPTS });
    const caller = await checkCaller(sts, team.account);
    sts.destroy();
    if (!caller.ok) return reportFailure(caller.failure, terminal);
    return labOf(team, options, engine.value, null);
  }
  const sandbox = await openOrReport(options.sandbox, team.account, momentOf(options.today), terminal);
  if (sandbox === null) return 1;
  const lab = labOf(team, options, engine.value, sandbox);
  const ready = sandbox.accountId === team.account ? await bootstrapped(lab, terminal) : wrongAccount(sandbox, team);
  if (ready === null) return lab;
  await lab.close();
  return reportFailure(ready, terminal);
}

/** Opening an account takes less, unless somebody else has it open. */
const WAIT_IN_SILENCE_MS = 1500;

async function openOrReport(dir: string, accountId: string, at: Date, terminal: Terminal): Promise<Sandbox | null> {
  const waiting = setTimeout(() => terminal.stderr(sandboxWaiting(dir)), WAIT_IN_SILENCE_MS);
  try {
    return await openSandbox({ dir, accountId, clock: clockFrom(at) });
  } catch (error) {
    if (error instanceof SandboxUnavailable) terminal.stderr(sandboxBusy(dir, error.problem.pid));
    else if (error instanceof SandboxUnreadable) terminal.stderr(sandboxUnusable(dir, error.message));
    else if (isSystemError(error)) terminal.stderr(sandboxNotStarted(dir, 0, error.message));
    else throw error;
    return null;
  } finally {
    clearTimeout(waiting);
  }
}

function wrongAccount(sandbox: Sandbox, team: Team): Failure {
  return fail('wrong-account', { expected: team.account, actual: sandbox.accountId }).failure;
}

/**
 * An account in a process that is new has had no administrator yet; what she does once is done here. Where another lab's
 * boundary exists it is not new, and what is wrong is for the plan to say. Null when nothing stands in the way.
 */
async function bootstrapped(lab: Lab, terminal: Terminal): Promise<Failure | null> {
  if (lab.stack === 'bootstrap') return null;
  const boundaries = (await lab.names.list('policy')).filter(({ path }) => path === BOUNDARY_PATH);
  if (boundaries.length > 0) return null;
  terminal.stderr(`${bootstrapNotice()}\n`);
  return applyBootstrap(lab);
}

/** Applies the administrator's stack without asking. Null when it is applied. */
export async function applyBootstrap(lab: Lab): Promise<Failure | null> {
  const workspace = await lab.workspace('bootstrap', lab.team);
  if (!workspace.ok) return workspace.failure;
  const saved = await planChanges(workspace.value);
  if (!saved.ok) return saved.failure;
  const applied = await applyPlan(workspace.value, saved.value);
  return applied.ok ? null : applied.failure;
}

/** A lab of a team that is already read, on an account in a process that is already open; closing it closes neither. */
export function labInSandbox(
  team: Team,
  options: Pick<LabOptions, 'today' | 'stack' | 'parallelism'> & { readonly directory: string },
  engine: Engine,
  sandbox: Sandbox,
): Lab {
  const { directory } = options;
  return labOf(team, { ...options, sandbox: directory }, engine, { ...sandbox, close: async () => {} });
}

/** Prints why something could not be done; the exit code is 1. */
export function reportFailure(failure: Failure, terminal: Terminal): number {
  terminal.onFailure?.(failure);
  terminal.stderr(`${failureText(failure)}\n`);
  return 1;
}

function labOf(
  team: Team,
  options: Pick<LabOptions, 'sandbox' | 'today' | 'stack' | 'parallelism' | 'synthesised'>,
  engine: Engine,
  sandbox: Sandbox | null,
): Lab {
  const iam = new IAMClient(
    sandbox === null
      ? { region: 'us-east-1', maxAttempts: ATTEMPTS }
      : {
          region: 'us-east-1',
          maxAttempts: ATTEMPTS,
          endpoint: sandbox.endpoint,
          credentials: sandbox.rootCredentials,
        },
  );
  const kind: AccountKind = sandbox === null ? 'real' : 'sandbox';
  const directory = options.sandbox ?? join(REAL_DIRECTORY, team.account);
  return {
    team,
    today: options.today,
    at: momentOf(options.today),
    stack: options.stack,
    kind,
    engine,
    naming: namingOf(team),
    names: iamNames(iam),
    parallelism: options.parallelism,
    async workspace(stack, wanted, imports = []) {
      // What was written beforehand is one team's: where another is wanted for a while, it is made here.
      const given = wanted === team && stack === options.stack ? (options.synthesised ?? null) : null;
      const outDir = join(directory, 'cdktf.out');
      const configuration =
        given === null
          ? await synthesise(wanted, { today: options.today, outDir }).then(({ stacks }) => readStack(stacks[stack]))
          : await readStack(synthesisedStacks(given)[stack]);
      if (configuration === null) return fail('configuration-missing', { directory: given ?? outDir });
      const workspace = await prepareWorkspace({
        engine,
        directory: join(directory, 'work', stack),
        configuration,
        account: kind,
        env: process.env,
        ...(sandbox === null ? {} : { extra: sandbox.engineEnv(stack), httpState: true }),
        imports,
      });
      const ready = await initialise(workspace);
      return ready.ok ? succeed(workspace) : ready;
    },
    async close() {
      iam.destroy();
      await sandbox?.close();
    },
  };
}

/** The configuration in a stack's directory; null where there is none. */
async function readStack(directory: string): Promise<string | null> {
  try {
    return await readFile(join(directory, 'cdk.tf.json'), 'utf8');
  } catch {
    return null;
  }
}

/** A clock that goes on from that moment. */
function clockFrom(start: Date): () => Date {
  const offset = start.getTime() - Date.now();
  return () => new Date(Date.now() + offset);
}
