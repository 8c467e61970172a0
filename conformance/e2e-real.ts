import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineTitle, findEngine } from '../src/terraform/run/engine.ts';
import { type Aspect, differences, judge } from './compare-steps.ts';
import { type Combination, record, titles } from './lifecycle-rows.ts';
import { pointProvider } from './point-provider.ts';
import { closingLine, differenceLine, outcomeOf, type Row } from './report.ts';
import { startOurs } from './rigs.ts';
import { EngineRefused } from './run-lifecycle.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HOME = join(ROOT, '.conformance', 'e2e-real');

/** What must be equal. Calls are shown and not judged: how often a version reads back what it wrote does not matter. */
const ASPECTS: readonly Aspect[] = ['changes', 'drift', 'access', 'account'];
const CALLS: readonly Aspect[] = ['plan calls', 'apply calls'];

/** What a real engine needs to come by the provider as this machine is set up to: a download, or one that runs already. */
const DOWNLOADING =
  /^((HTTP|HTTPS|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR)|TF_REATTACH_PROVIDERS|TF_PLUGIN_CACHE_DIR|TF_REGISTRY_.+|TF_PROVIDER_.+)$/i;

process.exitCode = await main();

async function main(): Promise<number> {
  const engine = await findEngine({ env: process.env, account: 'emulator', packageRoots: [ROOT] });
  if (!engine.ok) return give(`no engine: ${JSON.stringify(engine.failure)}`);
  await rm(HOME, { recursive: true, force: true });
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => DOWNLOADING.test(name)));
  const mirror = process.env.MTURK_TEAM_PROVIDER_MIRROR || null;
  const ours: Combination = {
    account: { title: 'ours', start: () => startOurs() },
    provider: { title: 'ours', choice: { kind: 'ours' } },
    engine: engine.value,
    directory: join(HOME, 'ours'),
  };
  const real: Combination = {
    ...ours,
    provider: {
      title: 'hashicorp/aws as pinned',
      choice: { kind: 'installed', hasExclusives: true, mirror, environment, configure: pointProvider },
    },
    directory: join(HOME, 'real'),
  };

  say(`the lifecycle with hashicorp/aws, downloaded by ${engineTitle(engine.value)}, against the local AWS emulator`);
  try {
    const recorded = await record(real, (step) => say(`  ${step}`));
    say('the same with our own provider');
    const reference = await record(ours, (step) => say(`  ${step}`));
    const comparison = judge(differences(reference, recorded, ASPECTS), []);
    const compared = 'resource changes, drift, access of everybody, the account itself';
    const row: Row = {
      ...titles(real),
      compared,
      ...outcomeOf(comparison),
      checks: reference.length * ASPECTS.length,
    };
    for (const problem of row.problems) say(problem);
    const calls = differences(reference, recorded, CALLS);
    if (calls.length > 0) say('calls by action, shown and not judged:');
    for (const difference of calls) say(`  ${differenceLine(difference)}`);
    say(`${compared}: ${row.result}`);
    say(closingLine([row]));
    return row.problems.length === 0 ? 0 : 1;
  } catch (error) {
    return give(reasonOf(error));
  } finally {
    await rm(HOME, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof EngineRefused)) return error instanceof Error ? error.message : String(error);
  const { failure } = error;
  const words = 'reason' in failure.args ? failure.args.reason : JSON.stringify(failure.args);
  if (failure.code !== 'provider-unavailable' && failure.code !== 'init-failed' && failure.code !== 'network-failed') {
    return `the engine ended in ${failure.code}: ${words}`;
  }
  return [
    'the AWS provider could not be downloaded here, so nothing was compared:',
    `  ${words}`,
    'Run it where the engine reaches its provider registry, or name a mirror in MTURK_TEAM_PROVIDER_MIRROR.',
  ].join('\n');
}

function give(problem: string): number {
  say(problem);
  say('0 passed, 1 failed');
  return 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
