import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from './workspace.ts';

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
    await textOf(join(directory, 'backend_override.tf.json')),
    Object.entries(environment)
      .filter(([name]) => BACKEND_VARIABLE.test(name) || PROVIDER_VARIABLE.test(name))
      .sort(),
    await textOf(environment.TF_CLI_CONFIG_FILE),
    // A provider in this process has another address each time, which `init` does not use.
    environment.TF_REATTACH_PROVIDERS !== undefined,
    await textOf(join(directory, '.terraform.lock.hcl')),
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
