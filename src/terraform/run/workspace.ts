import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AccountKind, Engine } from './engine.ts';
import { type Environment, engineEnvironment } from './environment.ts';

/** Takes over what exists already: `to` is an address, `id` a user's or group's name or a policy's ARN. */
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
}

const BACKEND_OVERRIDE = 'backend_override.tf.json';
const IMPORTS = 'imports.tf.json';

/**
 * Writes a stack's configuration into its directory (made where it is missing) and leaves what the engine keeps there:
 * its lock file, its providers, a local state.
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
  readonly extra?: Environment;
  /** Keeps the state in the backend whose address and lock stand in TF_HTTP_*, whatever the configuration says. */
  readonly httpState?: boolean;
  /** What to take over; earlier import blocks are removed. */
  readonly imports?: readonly ImportBlock[];
}): Promise<Workspace> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, 'cdk.tf.json'), options.configuration);
  const backend = { terraform: { backend: { http: {} } } };
  await writeOrRemove(join(directory, BACKEND_OVERRIDE), options.httpState === true ? backend : null);
  const { engine, account, env, extra } = options;
  const environment = engineEnvironment({
    account,
    from: env,
    home: directory,
    ...(extra === undefined ? {} : { extra }),
  });
  const workspace: Workspace = { directory, engine, account, environment };
  await writeImports(workspace, options.imports ?? []);
  return workspace;
}

/** Replaces the workspace's import blocks; the next plan takes these objects over. */
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
