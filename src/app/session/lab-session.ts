import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { WantedRole } from '../../aws/setup/account-roles.ts';
import { bucketFailure, readStateObject } from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { BOUNDARY_PATH } from '../../team/names.ts';
import { DEFAULT_STATE_KEY, type Team } from '../../team/team.ts';
import { applyPlan, initialize, planChanges } from '../../terraform/run/commands.ts';
import { type AccountKind, type Engine, findEngine, pastedEngine } from '../../terraform/run/engine.ts';
import { readLockFile } from '../../terraform/run/lock-file.ts';
import { privateDirectory } from '../../terraform/run/private-directory.ts';
import { unexpectedProviders, wrongState } from '../../terraform/run/state-text.ts';
import { type ImportBlock, prepareWorkspace, type Workspace } from '../../terraform/run/workspace.ts';
import { stackDirectories, synthesize } from '../../terraform/synth/synth.ts';
import { written } from '../files.ts';
import type { Terminal } from '../terminal.ts';
import { type AccountSession, type AccountSessionOptions, accountSession, reachAccount } from './account-session.ts';
import type { LocalEmulator } from './emulator.ts';
import { readTeam } from './read-team.ts';
import { checkRecord, noteOldFile, REAL_DIRECTORY } from './records.ts';

type StackName = 'team' | 'bootstrap';

export interface LabSessionOptions extends AccountSessionOptions {
  readonly json: boolean;
  readonly stack: StackName;
  /** How many resources at a time; null leaves it to the engine. */
  readonly parallelism: number | null;
  /** A directory or an `https` URL in place of the provider's registry. */
  readonly providerMirror?: string | null;
  /** Of the bootstrap stack; asked for when it is synthesized. */
  readonly roles?: () => readonly WantedRole[];
}

/** A valid team, a connection to its account, and the Terraform that changes it. */
export interface LabSession extends AccountSession {
  readonly stack: StackName;
  readonly engine: Engine;
  /** A private directory for the engine. */
  readonly work: string;
  configuration(stack: StackName): Promise<Result<string>>;
  /**
   * A workspace, initialised, that holds the stack as this team makes it; its next plan imports `imports`.
   * There is one directory for each stack: a later workspace replaces the configuration of an earlier one. For `adopting` see
   * `SynthOptions`.
   */
  workspace(
    stack: StackName,
    team: Team,
    imports?: readonly ImportBlock[],
    adopting?: boolean,
  ): Promise<Result<Workspace>>;
}

/** The name of a stack's state in a local AWS emulator, which labs with keys of their own share like a bucket. */
function stateName(stack: StackName, { settings: { state } }: Team): string {
  if (state === null || state.key === DEFAULT_STATE_KEY) return stack;
  return `${state.key}_${stack}`;
}

/** Reads the team file, finds Terraform or OpenTofu, and connects to the account. */
export async function openLabSession(options: LabSessionOptions, terminal: Terminal): Promise<Result<LabSession>> {
  const read = await readTeam(options.file, options.today);
  if (!read.ok) return read;
  const team = read.value;
  const kind: AccountKind = options.emulator === null ? 'real' : 'emulator';
  const engine = await engineOf(team, kind);
  if (!engine.ok) return engine;
  const lock = await lockOf(options.file, engine.value, kind);
  if (!lock.ok) return lock;
  const account = options.emulator === null ? team.account : resolve(options.emulator);
  const work = await written(async () => privateDirectory(process.env, [resolve(options.file), account]));
  if (!work.ok) return work;
  if (process.env.MTURK_TEAM_DEBUG) terminal.stderr(`Terraform works in ${join(work.value, options.stack)}\n`);
  const reached = await reachAccount(team, options, terminal, true);
  if (!reached.ok) return reached;
  const session = labSession(team, { ...options, work: work.value }, engine.value, reached.value);
  const ready = kind === 'real' ? succeed(null) : await bootstrapped(session, terminal);
  const checked = ready.ok && options.stack === 'team' ? await checkRecord(session) : ready;
  if (checked.ok) {
    const isFileOld = options.stack === 'team' && (await noteOldFile(session, options.file, terminal));
    return succeed({ ...session, isFileOld });
  }
  await session.close();
  return checked;
}

/** The text of the lock file; null if there is none. The emulator brings its own provider. */
async function lockOf(file: string, engine: Engine, kind: AccountKind): Promise<Result<string | null>> {
  return kind === 'real' ? readLockFile(file, engine, process.env) : succeed(null);
}

/** Applies the administrator's stack to a new emulator. One with another lab's boundary is not new: the plan says what is wrong. */
async function bootstrapped(session: LabSession, terminal: Terminal): Promise<Result<unknown>> {
  if (session.stack === 'bootstrap') return succeed(null);
  const boundaries = (await session.names.list('policy')).filter(({ path }) => path === BOUNDARY_PATH);
  if (boundaries.length > 0) return succeed(null);
  terminal.stderr('New local AWS emulator: applying its permissions boundary first.\n');
  return applyBootstrap(session);
}

/** Applies the administrator's stack without asking. */
export async function applyBootstrap(session: LabSession): Promise<Result<unknown>> {
  const workspace = await session.workspace('bootstrap', session.team);
  if (!workspace.ok) return workspace;
  const saved = await planChanges(workspace.value);
  return saved.ok ? applyPlan(workspace.value, saved.value) : saved;
}

/** A session of a team that is already read, on an emulator that is already open; closing it closes neither. */
export function emulatorSession(
  team: Team,
  options: Pick<LabSessionOptions, 'today' | 'stack' | 'parallelism' | 'roles'> & { readonly directory: string },
  engine: Engine,
  emulator: LocalEmulator,
): LabSession {
  const { directory } = options;
  const places = { file: '', emulator: directory, work: join(directory, 'work') };
  return labSession(team, { ...options, ...places }, engine, { ...emulator, close: async () => {} });
}

function engineOf({ settings }: Team, kind: AccountKind): ReturnType<typeof findEngine> {
  return findEngine({ env: process.env, account: kind, needsStateLock: kind === 'real' && settings.state !== null });
}

/**
 * How a person runs Terraform on the team stack of the real account: the program that a session takes, null if there is none, and
 * the file of the state, null if it is in a bucket.
 */
export async function programOf(team: Team) {
  const engine = await engineOf(team, 'real');
  const program = engine.ok ? pastedEngine(engine.value) : null;
  return { program, state: team.settings.state === null ? stateFileOf(team.account, 'team') : null };
}

/** Of a lab without `settings.state`. */
function stateFileOf(account: string, stack: StackName): string {
  return resolve(REAL_DIRECTORY, account, `${stack}.tfstate`);
}

/** `backend` is in place of the configuration's own. */
function stateFile(stack: StackName, team: Team, http: Readonly<Record<string, string>> | undefined) {
  const { state } = team.settings;
  if (http !== undefined) {
    const { TF_HTTP_ADDRESS: address = '' } = http;
    const read = async () => {
      const answer = await fetch(address);
      return answer.ok ? answer.text() : null;
    };
    return { name: stateName(stack, team), backend: { http: {} }, bucket: null, read };
  }
  if (state !== null) {
    const key = `${state.key}/${stack}.tfstate`;
    const read = async () => (await readStateObject({ ...state, account: team.account, key }))?.text ?? null;
    return { name: `s3://${state.bucket}/${key}`, backend: null, bucket: state.bucket, read };
  }
  const path = stateFileOf(team.account, stack);
  return { name: path, backend: { local: { path } }, bucket: null, read: () => readFile(path, 'utf8') };
}

/** Before `init`, which would download the providers that the state names. */
async function checkState({ name, bucket, read }: ReturnType<typeof stateFile>, lab: string): Promise<Result<null>> {
  let text = '';
  try {
    text = (await read()) ?? '';
  } catch (error) {
    // Terraform does not ask whose a bucket is: it would trust the state of a stranger who created it again.
    const unusable = bucket === null ? null : bucketFailure(bucket, error);
    if (unusable !== null) return unusable;
    // Otherwise the engine cannot read it either, and says why.
  }
  const failure = wrongState({ name, text }, lab);
  if (failure !== null) return { ok: false, failure };
  const providers = unexpectedProviders(text);
  return providers.length > 0 ? fail('unexpected-provider', { state: name, providers }) : succeed(null);
}

function labSession(
  team: Team,
  options: Omit<LabSessionOptions, 'json'> & Pick<LabSession, 'work'>,
  engine: Engine,
  emulator: LocalEmulator | null,
): LabSession {
  const session = accountSession(team, options, emulator);
  const { work, providerMirror = null, roles = () => [] } = options;
  // By stack and team: a second plan needs no second synthesis.
  const configurations = new Map<string, string>();
  const configurationOf = async (stack: StackName, wanted: Team, adopting = false): Promise<Result<string>> => {
    const outDir = join(work, 'cdktf.out');
    return written(async () => {
      // A local AWS emulator keeps the state itself: the S3 backend of the real account would need a newer engine.
      const state = emulator === null ? team.settings.state : null;
      const kept = { ...wanted, settings: { ...wanted.settings, state } };
      await synthesize(kept, { today: options.today, outDir, roles: roles(), adopting });
      return readFile(join(stackDirectories(outDir)[stack], 'cdk.tf.json'), 'utf8');
    });
  };
  return {
    ...session,
    stack: options.stack,
    engine,
    work,
    configuration: (stack) => configurationOf(stack, team),
    async workspace(stack, wanted, imports = [], adopting = false) {
      const extra = emulator?.engineEnv(stateName(stack, team));
      const state = stateFile(stack, team, extra);
      const checked = await checkState(state, wanted.lab);
      if (!checked.ok) return checked;
      const of = `${stack} ${adopting} ${JSON.stringify(wanted)}`;
      const known = configurations.get(of);
      const configuration = known === undefined ? await configurationOf(stack, wanted, adopting) : succeed(known);
      if (!configuration.ok) return configuration;
      configurations.set(of, configuration.value);
      const lock = await lockOf(options.file, engine, session.kind);
      if (!lock.ok) return lock;
      const workspace = await written(() =>
        prepareWorkspace({
          engine,
          directory: join(work, stack),
          configuration: configuration.value,
          account: session.kind,
          env: process.env,
          extra,
          backend: state.backend,
          providerMirror,
          lock: lock.value,
          imports,
          parallelism: options.parallelism,
        }),
      );
      if (!workspace.ok) return workspace;
      const ready = await initialize(workspace.value);
      return ready.ok ? workspace : ready;
    },
  };
}
