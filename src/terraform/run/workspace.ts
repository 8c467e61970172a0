import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AccountKind, type Engine, type Environment, engineEnvironment } from './engine.ts';
import { LOCK_FILE } from './lock-file.ts';

/** Imports what exists already: `to` is an address, `id` a user's or group's name or a policy's ARN. */
export interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/** A directory in which the engine works on one stack: its configuration, its lock file, its saved plan. */
export interface Workspace {
  readonly directory: string;
  readonly engine: Engine;
  readonly account: AccountKind;
  /** The whole environment of the engine. */
  readonly environment: Record<string, string>;
  /** The lock file was given: `init` installs what it pins, or nothing. */
  readonly locked: boolean;
  /** How many resources at a time; null leaves it to the engine, whose default is 10. */
  readonly parallelism: number | null;
}

const BACKEND_OVERRIDE = 'backend_override.tf.json';
const IMPORTS = 'imports.tf.json';
const CLI_CONFIG = 'providers.tfrc';

/** Where the state is kept, if not where the configuration says. `http` takes address and lock from TF_HTTP_*. */
export type Backend = { readonly http: Readonly<Record<never, never>> } | { readonly local: { readonly path: string } };

/**
 * Writes a stack's configuration into its directory (made where it is missing) and leaves what the engine keeps there:
 * its lock file and its providers.
 */
export async function prepareWorkspace(options: {
  readonly engine: Engine;
  readonly directory: string;
  /** The text of the synthesized `cdk.tf.json`. */
  readonly configuration: string;
  readonly account: AccountKind;
  /** Where the environment comes from: the process's own. */
  readonly env: Environment;
  /** Set besides, whatever the environment: TF_HTTP_*, TF_REATTACH_PROVIDERS, keys of the local AWS emulator. */
  readonly extra?: Environment | undefined;
  /** In place of the configuration's own backend. */
  readonly backend?: Backend | null;
  /** Takes the AWS provider from there, a directory or an `https` URL, in place of its registry. */
  readonly providerMirror?: string | null;
  /** The text of the lock file that pins the provider; without one the engine writes its own. */
  readonly lock?: string | null;
  readonly parallelism?: number | null;
  /** What to import; earlier import blocks are removed. */
  readonly imports?: readonly ImportBlock[];
}): Promise<Workspace> {
  const { engine, account, env, backend = null, providerMirror = null, lock = null, parallelism = null } = options;
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, 'cdk.tf.json'), options.configuration);
  await writeOrRemove(join(directory, BACKEND_OVERRIDE), backend === null ? null : { terraform: { backend } });
  const cliConfig = join(directory, CLI_CONFIG);
  await writeWhole(cliConfig, providerInstallation(providerMirror));
  if (lock !== null) await writeWhole(join(directory, LOCK_FILE), lock);
  const extra = { ...options.extra, TF_CLI_CONFIG_FILE: cliConfig };
  const environment = engineEnvironment({ account, from: env, home: directory, extra });
  const workspace: Workspace = { directory, engine, account, environment, locked: lock !== null, parallelism };
  await writeImports(workspace, options.imports ?? []);
  return workspace;
}

/** Each engine has a registry of its own, and the same provider in it. */
export const PROVIDER_ADDRESSES = ['registry.terraform.io/hashicorp/aws', 'registry.opentofu.org/hashicorp/aws'];

/**
 * A CLI configuration by which no other provider can be installed, whatever state or configuration name. With it neither
 * the user's own is read nor the directories where engines look for providers by themselves.
 * https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
 */
function providerInstallation(mirror: string | null): string {
  const method = mirror === null ? 'direct' : mirror.startsWith('https://') ? 'network_mirror' : 'filesystem_mirror';
  const place = {
    direct: [],
    network_mirror: [`url = ${JSON.stringify(mirror?.replace(/\/*$/, '/'))}`],
    filesystem_mirror: [`path = ${JSON.stringify(resolve(mirror ?? ''))}`],
  }[method];
  const lines = [...place, `include = ${JSON.stringify(PROVIDER_ADDRESSES)}`].map((line) => `    ${line}\n`);
  return `provider_installation {\n  ${method} {\n${lines.join('')}  }\n}\n`;
}

/** Replaces the workspace's import blocks; the next plan imports these objects. */
export async function writeImports(workspace: Workspace, imports: readonly ImportBlock[]): Promise<void> {
  const blocks = imports.length === 0 ? null : { import: imports.map(({ to, id }) => ({ to, id })) };
  await writeOrRemove(join(workspace.directory, IMPORTS), blocks);
}

async function writeOrRemove(path: string, content: object | null): Promise<void> {
  if (content === null) await rm(path, { force: true });
  else await writeWhole(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Never half a file: a run that is interrupted here must not leave a configuration that means something else. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** Written into Terraform's data directory, so that deleting that directory deletes the record too. */
const RECORD = join('.terraform', 'mturk-team-init');

/** Whether nothing that `terraform init` depends on has changed since it last succeeded in this directory. */
export async function isInitialized(workspace: Workspace): Promise<boolean> {
  const recorded = await textOf(join(workspace.directory, RECORD));
  return recorded !== null && recorded === (await initDigest(workspace));
}

export async function recordInit(workspace: Workspace): Promise<void> {
  const digest = await initDigest(workspace);
  if (digest !== null) await writeFile(join(workspace.directory, RECORD), digest);
}

/** After a plan that failed because the directory was not ready after all. */
export async function forgetInit({ directory }: Workspace): Promise<void> {
  await rm(join(directory, RECORD), { force: true });
}

/** Backend settings that come from the environment; credentials are not among them, because a plan checks them itself. */
const BACKEND_VARIABLE = /^(TF_HTTP_.+|AWS_(DEFAULT_)?REGION|AWS_ENDPOINT_URL(_S3)?|AWS_S3_ENDPOINT)$/;
const PROVIDER_VARIABLE = /^TF_(CLI_CONFIG_FILE|PLUGIN_CACHE_.+|REGISTRY_.+|PROVIDER_.+)$/;

/**
 * SHA-256 of the binary, the `terraform` blocks (backend, required providers), the environment, the lock file, the
 * initialized backend and the installed providers; null if there is no data directory or no configuration.
 */
async function initDigest({ directory, engine, environment }: Workspace): Promise<string | null> {
  const backend = await textOf(join(directory, '.terraform', 'terraform.tfstate'));
  const configuration = await textOf(join(directory, 'cdk.tf.json'));
  if (backend === null || configuration === null) return null;
  const parts = [
    [engine.binary, engine.flavour, engine.version],
    terraformBlock(configuration),
    await textOf(join(directory, BACKEND_OVERRIDE)),
    Object.entries(environment)
      .filter(([name]) => BACKEND_VARIABLE.test(name) || PROVIDER_VARIABLE.test(name))
      .sort(),
    await textOf(environment.TF_CLI_CONFIG_FILE),
    // A provider in this process has another address each time, which `init` does not use.
    environment.TF_REATTACH_PROVIDERS !== undefined,
    await textOf(join(directory, LOCK_FILE)),
    backend,
    await filesIn(join(directory, '.terraform', 'providers')),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function terraformBlock(configuration: string): unknown {
  const { terraform, provider }: { terraform?: unknown; provider?: object } = JSON.parse(configuration);
  return [terraform, Object.keys(provider ?? {})];
}

async function textOf(path: string | undefined): Promise<string | null> {
  return path === undefined ? null : readFile(path, 'utf8').catch(() => null);
}

/** Paths and sizes; a link into a plugin cache that is gone has none. */
async function filesIn(directory: string): Promise<readonly (readonly [string, number])[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => [name, (await stat(join(directory, name)).catch(() => null))?.size ?? -1]);
  return (await Promise.all(sizes)) as [string, number][];
}
