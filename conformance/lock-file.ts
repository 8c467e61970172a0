import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../src/diagnostics/failure.ts';
import { initialize } from '../src/terraform/run/commands.ts';
import { type Engine, engineEnvironment, engineTitle } from '../src/terraform/run/engine.ts';
import { LOCK_FILE } from '../src/terraform/run/lock-file.ts';
import { runEngine } from '../src/terraform/run/process.ts';
import { prepareWorkspace } from '../src/terraform/run/workspace.ts';
import type { Row } from './report.ts';

const REGISTRIES = { opentofu: 'registry.opentofu.org', terraform: 'registry.terraform.io' } as const;

/**
 * The lock file as an administrator makes it, with `providers lock`, and what a workflow does with it: it installs what is
 * pinned, and refuses other bytes, the other registry's file, and one file for both.
 */
export async function lockFileRow(options: {
  readonly engine: Engine;
  readonly mirror: string;
  readonly directory: string;
}): Promise<Row> {
  const { engine, mirror, directory } = options;
  const lock = await lockedProvider(options);
  const registry = REGISTRIES[engine.flavour];
  const other = REGISTRIES[engine.flavour === 'opentofu' ? 'terraform' : 'opentofu'];
  const ofOther = lock.replaceAll(registry, other);
  const cases: readonly (readonly [name: string, lock: string, ending: 'installed' | Failure['code']])[] = [
    ['as-made', lock, 'installed'],
    ['other-bytes', lock.replace(/"(h1|zh):[^"]+"/g, digestOfNothing), 'lock-file-mismatch'],
    ['other-version', lock.replace(/version( +)= "3.39.0"/, 'version$1= "3.38.0"'), 'lock-file-mismatch'],
    ['other-registry', ofOther, 'lock-file-mismatch'],
    ['both-registries', lock + ofOther.slice(ofOther.indexOf('provider ')), 'lock-file-mismatch'],
  ];
  const problems: string[] = [];
  for (const [name, text, expected] of cases) {
    const workspace = await prepareWorkspace({
      ...{
        engine,
        directory: join(directory, name),
        configuration: CONFIGURATION,
        account: 'emulator',
        env: process.env,
      },
      ...{ providerMirror: mirror, lock: text },
    });
    const ready = await initialize(workspace);
    const ending = ready.ok ? 'installed' : ready.failure.code;
    const words = ready.ok ? '' : JSON.stringify(ready.failure.args);
    if (ending !== expected) problems.push(`${name}: ${ending}, expected ${expected} ${words}`);
  }
  return {
    account: 'none',
    provider: 'HashiCorp aws 3.39.0',
    engine: engineTitle(engine),
    compared:
      '`init -lockfile=readonly` with a file of `providers lock`: installs what it pins; refuses other bytes, another version, the file of the other registry, and one for both',
    result: problems.length === 0 ? 'holds' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: cases.length,
  };
}

const CONFIGURATION = JSON.stringify({
  terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '3.39.0' } } },
});

async function lockedProvider({ engine, mirror, directory }: Parameters<typeof lockFileRow>[0]): Promise<string> {
  const made = join(directory, 'made');
  await mkdir(made, { recursive: true });
  await writeFile(join(made, 'cdk.tf.json'), CONFIGURATION);
  const args = ['providers', 'lock', '-no-color', `-fs-mirror=${mirror}`, '-platform=linux_amd64'];
  const environment = engineEnvironment({ account: 'emulator', from: process.env, home: made });
  const run = await runEngine(engine.binary, args, { directory: made, environment });
  if (run.exitCode !== 0) throw new Error(`providers lock failed: ${run.stderr}`);
  return readFile(join(made, LOCK_FILE), 'utf8');
}

function digestOfNothing(_: string, scheme: string): string {
  return scheme === 'h1' ? `"h1:${'A'.repeat(43)}="` : `"zh:${'0'.repeat(64)}"`;
}
