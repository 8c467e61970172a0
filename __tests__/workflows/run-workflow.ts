import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Contexts, holds, interpolate } from './expression.ts';
import { logReader } from './runner-log.ts';
import { type Call, isCall, type Job, needsOf, type Step, type Workflow } from './workflow-file.ts';

type Outcome = 'success' | 'failure' | 'skipped';

interface StepResult {
  readonly name: string;
  readonly outcome: Outcome;
  /** What went to the log: standard output and standard error. */
  readonly log: string;
  /** The whole environment that the step was given; empty for `uses` and for what was skipped. */
  readonly environment: Readonly<Record<string, string>>;
}

interface JobResult {
  readonly result: Outcome;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepResult[];
  readonly summary: string;
}

export interface WorkflowResult {
  readonly jobs: Readonly<Record<string, JobResult>>;
  readonly conclusion: 'success' | 'failure';
  readonly log: string;
}

/** A workflow file. A job's own is in its context: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#job-context */
interface Source {
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** `.github/workflows/plan.yml` */
  readonly path: string;
  /** `refs/heads/main`, or a commit if a call names one. */
  readonly ref: string;
  readonly sha: string;
}

/** A job while it runs, as the stand-ins of actions see it. */
export interface RunningJob {
  readonly id: string;
  readonly job: Job;
  /** The file that the job is in: `job_workflow_ref` of its identity. */
  readonly source: Source;
  /** The name of its environment on GitHub; null without one. */
  readonly deploysTo: string | null;
  readonly workspace: string;
  /** What later steps get in their environment. */
  readonly environment: Record<string, string>;
  /** Directories in front of PATH. */
  readonly path: string[];
}

/** An action's stand-in: gives its outputs, or throws where the action would fail. */
export type StandIn = (
  inputs: Readonly<Record<string, string>>,
  job: RunningJob,
) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;

export interface RunOptions {
  readonly source: Source;
  readonly read: (source: Source) => Workflow;
  /** `github` of the expressions, `event` included; `token` is made for each job. */
  readonly github: Readonly<Record<string, unknown>>;
  /** `actions/checkout` and the like, without a version. */
  readonly uses: Readonly<Record<string, StandIn>>;
  /** An empty directory for workspaces. */
  readonly directory: string;
  /** What every step has besides: GITHUB_*, PATH and the like, and the runner's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** A token that may do what the job's permissions say. */
  readonly tokenFor: (job: Job) => string;
  /** Called for each process that a step starts. It leads its own process group, so that the group can be killed. */
  readonly onProcess?: (pid: number, job: string, step: string) => void;
}

/** Runs every job of a workflow and of those that it calls in the order of their needs, each in a workspace of its own. */
export async function runWorkflow(options: RunOptions): Promise<WorkflowResult> {
  const workflow = options.read(options.source);
  for (const [id, job] of Object.entries(workflow.jobs)) if (isCall(job)) checkCall(id, job, options);
  const called: Record<string, JobResult> = {};
  const own = await runJobs(options.source, workflow, options, called);
  const jobs = { ...called, ...own };
  const failed = Object.values(own).some(({ result }) => result === 'failure');
  const log = Object.entries(jobs)
    .flatMap(([id, { result, steps }]) => [
      `== ${id}: ${result}`,
      ...steps.map((step) => `-- ${step.name}: ${step.outcome}\n${step.log}`),
    ])
    .join('\n');
  return { jobs, conclusion: failed ? 'failure' : 'success', log };
}

/**
 * A run does not even start if a called job asks for more than the calling job has: PermissionsHelper.cs of
 * https://github.com/actions/runner.
 */
function checkCall(id: string, call: Call, { read, source }: RunOptions): void {
  for (const [nested, job] of Object.entries(read(calledSource(call, source)).jobs)) {
    for (const [scope, level] of Object.entries(job.permissions)) {
      const allowed = call.permissions[scope] ?? 'none';
      if (allowed === 'write' || allowed === level) continue;
      throw new Error(`${id}: the nested job '${nested}' asks for '${scope}: ${level}', and may have '${allowed}'`);
    }
  }
}

/** A path is of the caller's own repository and commit; else the call names another's. */
function calledSource({ uses }: Call, caller: Source): Source {
  if (uses.startsWith('./')) return { ...caller, path: uses.slice(2) };
  const [, repository = '', path = '', sha = ''] = /^([^/@]+\/[^/@]+)\/([^@]+)@([0-9a-f]{40})$/.exec(uses) ?? [];
  if (sha === '') throw new Error(`${uses} names no commit`);
  return { repository, path, ref: sha, sha };
}

async function runJobs(
  source: Source,
  { jobs }: Workflow,
  options: RunOptions,
  called: Record<string, JobResult>,
): Promise<Readonly<Record<string, JobResult>>> {
  const results: Record<string, JobResult> = {};
  const waiting = new Map(Object.entries(jobs));
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, job]) => needsOf(job).every((need) => results[need] !== undefined));
    if (ready === undefined) throw new Error(`jobs wait for each other: ${[...waiting.keys()].join(', ')}`);
    const [id, job] = ready;
    waiting.delete(id);
    const needs = Object.fromEntries(
      needsOf(job).map((need) => [need, { result: results[need]?.result, outputs: results[need]?.outputs ?? {} }]),
    );
    const ancestorsGood = Object.values(needs).every(({ result }) => result === 'success');
    if (!wanted(job.if, { github: options.github, needs }, ancestorsGood)) results[id] = SKIPPED;
    else if (isCall(job)) {
      const nestedSource = calledSource(job, source);
      const nested = await runJobs(nestedSource, options.read(nestedSource), options, called);
      Object.assign(called, nested);
      results[id] = { ...SKIPPED, result: resultOf(Object.values(nested).map(({ result }) => result)) };
    } else results[id] = await runJob(id, job, source, needs, options);
  }
  return results;
}

const SKIPPED: JobResult = { result: 'skipped', outputs: {}, steps: [], summary: '' };

function resultOf(results: readonly Outcome[]): Outcome {
  return (['failure', 'success'] as const).find((each) => results.includes(each)) ?? 'skipped';
}

async function runJob(
  id: string,
  definition: Job,
  source: Source,
  needs: Readonly<Record<string, unknown>>,
  options: RunOptions,
): Promise<JobResult> {
  if (definition.strategy !== undefined) throw new Error(`${id}: a strategy is not understood`);
  const token = options.tokenFor(definition);
  const own = {
    workflow_repository: source.repository,
    workflow_ref: `${source.repository}/${source.path}@${source.ref}`,
    workflow_sha: source.sha,
    workflow_file_path: source.path,
  };
  const contexts = { github: { ...options.github, token }, needs };
  mkdirSync(options.directory, { recursive: true });
  const home = mkdtempSync(join(options.directory, `${id}-`));
  const workspace = join(home, 'workspace');
  mkdirSync(workspace);
  const environment = definition.environment === undefined ? null : interpolate(definition.environment, contexts);
  const given = { id, job: definition, source, deploysTo: environment, workspace };
  const running: RunningJob = { ...given, environment: {}, path: [] };
  // The right to become a role is in the environment of every step of a job that has it.
  if (definition.permissions['id-token'] === 'write') {
    running.environment.ACTIONS_ID_TOKEN_REQUEST_URL = 'https://token.actions.example/';
    running.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'may-become-a-role';
  }
  const steps: StepResult[] = [];
  const byId: Record<string, { outcome: Outcome; outputs: Readonly<Record<string, string>> }> = {};
  for (const step of definition.steps) if (step.id !== undefined) byId[step.id] = { outcome: 'skipped', outputs: {} };
  let good = true;
  let summary = '';
  for (const [index, step] of definition.steps.entries()) {
    const inStep = { ...contexts, job: own, steps: byId };
    const name = step.name ?? step.uses ?? step.run ?? `step ${index}`;
    if (!wanted(step.if, inStep, good)) {
      steps.push({ name, outcome: 'skipped', log: '', environment: {} });
      continue;
    }
    const done = await runStep(step, name, index, inStep, running, home, options);
    steps.push(done.result);
    summary += done.summary;
    if (step.id !== undefined) byId[step.id] = { outcome: done.result.outcome, outputs: done.outputs };
    if (done.result.outcome === 'failure' && step['continue-on-error'] !== true) good = false;
  }
  const outputs = Object.fromEntries(
    Object.entries(definition.outputs ?? {}).map(([name, text]) => [
      name,
      interpolate(text, { ...contexts, steps: byId }),
    ]),
  );
  // Such a job lets the run pass, and no job here waits for one.
  const passes = good || definition['continue-on-error'] === true;
  return { result: passes ? 'success' : 'failure', outputs, steps, summary };
}

/** A condition without a function of its own means "and everything before went well". */
function wanted(condition: string | undefined, contexts: Contexts, good: boolean): boolean {
  if (condition === undefined) return good;
  return (good || /\balways\(\)/.test(condition)) && holds(condition, contexts);
}

async function runStep(
  step: Step,
  name: string,
  index: number,
  contexts: Contexts,
  running: RunningJob,
  home: string,
  options: RunOptions,
): Promise<{
  readonly result: StepResult;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}> {
  if (step.uses !== undefined) {
    const action = step.uses.split('@')[0] ?? '';
    const standIn = options.uses[action];
    if (standIn === undefined) throw new Error(`${action} has no stand-in`);
    const inputs = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([key, value]) => [key, interpolate(String(value), contexts)]),
    );
    try {
      const outputs = await standIn(inputs, running);
      return { result: { name, outcome: 'success', log: '', environment: {} }, outputs, summary: '' };
    } catch (error) {
      const log = error instanceof Error ? error.message : String(error);
      return { result: { name, outcome: 'failure', log, environment: {} }, outputs: {}, summary: '' };
    }
  }

  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'].map((file) => [
      file,
      join(home, `${index}-${file.toLowerCase()}`),
    ]),
  ) as Record<'GITHUB_OUTPUT' | 'GITHUB_ENV' | 'GITHUB_PATH' | 'GITHUB_STEP_SUMMARY', string>;
  for (const file of Object.values(files)) writeFileSync(file, '');
  const script = join(home, `${index}.sh`);
  writeFileSync(script, step.run ?? '');
  const own = Object.fromEntries(
    Object.entries(step.env ?? {}).map(([key, value]) => [key, interpolate(String(value), contexts)]),
  );
  const environment: Record<string, string> = {
    ...options.environment,
    ...running.environment,
    ...files,
    GITHUB_WORKSPACE: running.workspace,
    GITHUB_JOB: running.id,
    RUNNER_TEMP: home,
    HOME: home,
    PATH: [...running.path, options.environment.PATH ?? ''].join(':'),
    ...own,
  };
  const { code, log, outputs } = await bash(
    script,
    join(running.workspace, step['working-directory'] ?? '.'),
    environment,
    (pid) => options.onProcess?.(pid, running.id, name),
  );
  Object.assign(running.environment, pairsOf(readFileSync(files.GITHUB_ENV, 'utf8')));
  running.path.unshift(...readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter(Boolean));
  return {
    result: { name, outcome: code === 0 ? 'success' : 'failure', log, environment },
    outputs: { ...outputs, ...pairsOf(readFileSync(files.GITHUB_OUTPUT, 'utf8')) },
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
}

/** As GitHub runs a step that names no shell. `outputs` are what the log set. */
function bash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  started: (pid: number) => void,
): Promise<{ readonly code: number; readonly log: string; readonly outputs: Readonly<Record<string, string>> }> {
  const file = `${script}.log`;
  writeFileSync(file, '');
  const commands = logReader();
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    if (child.pid !== undefined) started(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => appendFileSync(file, chunk));
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', commands.line);
    }
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, log: readFileSync(file, 'utf8'), outputs: commands.outputs });
    });
  });
}

/** `name=value` lines and `name<<END` blocks, as GitHub reads them. */
function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    const [, name = '', end = ''] = block ?? [];
    if (block !== null) {
      const until = lines.indexOf(end, at + 1);
      if (until === -1) throw new Error(`${name} does not end with ${end}`);
      pairs[name] = lines.slice(at + 1, until).join('\n');
      at = until;
    } else {
      const sign = line.indexOf('=');
      if (sign < 1) throw new Error(`not name=value: ${line}`);
      pairs[line.slice(0, sign)] = line.slice(sign + 1);
    }
  }
  return pairs;
}
