import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asText, type Contexts, evaluate, interpolate, truthy } from './expression.ts';
import { type Job, needsOf, type Step, type Workflow } from './workflow-file.ts';

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

/** A job while it runs, as the stand-ins of actions see it. */
export interface RunningJob {
  readonly id: string;
  readonly job: Job;
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
  readonly workflow: Workflow;
  /** `github` of the expressions, `event` included; `token` is made for each job. */
  readonly github: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, string>>;
  /** `actions/checkout` and the like, without a version. */
  readonly uses: Readonly<Record<string, StandIn>>;
  /** An empty directory for workspaces. */
  readonly directory: string;
  /** What GitHub gives every step besides: GITHUB_*, PATH and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** A token that may do what the job's permissions say. */
  readonly tokenFor: (job: Job) => string;
  /** Called for each process that a step starts. It leads its own process group, so that the group can be killed. */
  readonly onProcess?: (pid: number, job: string, step: string) => void;
}

/** Runs every job of a workflow in the order of their needs, each in a workspace of its own. */
export async function runWorkflow(options: RunOptions): Promise<WorkflowResult> {
  const { jobs } = options.workflow;
  const results: Record<string, JobResult> = {};
  const waiting = new Set(Object.keys(jobs));
  while (waiting.size > 0) {
    const ready = [...waiting].find((id) => needsOf(job(jobs, id)).every((need) => results[need] !== undefined));
    if (ready === undefined) throw new Error(`jobs wait for each other: ${[...waiting].join(', ')}`);
    waiting.delete(ready);
    results[ready] = await runJob(ready, job(jobs, ready), results, options);
  }
  const failed = Object.values(results).some(({ result }) => result === 'failure');
  const log = Object.entries(results)
    .flatMap(([id, { result, steps }]) => [
      `== ${id}: ${result}`,
      ...steps.map((step) => `-- ${step.name}: ${step.outcome}\n${step.log}`),
    ])
    .join('\n');
  return { jobs: results, conclusion: failed ? 'failure' : 'success', log };
}

async function runJob(
  id: string,
  definition: Job,
  results: Readonly<Record<string, JobResult>>,
  options: RunOptions,
): Promise<JobResult> {
  if (definition.strategy !== undefined) throw new Error(`${id}: a strategy is not understood`);
  const needs = Object.fromEntries(
    needsOf(definition).map((need) => [need, { result: results[need]?.result, outputs: results[need]?.outputs ?? {} }]),
  );
  const token = options.tokenFor(definition);
  const contexts = { github: { ...options.github, token }, needs, vars: options.vars };
  const ancestorsGood = Object.values(needs).every(({ result }) => result === 'success');
  if (!wanted(definition.if, contexts, ancestorsGood))
    return { result: 'skipped', outputs: {}, steps: [], summary: '' };

  mkdirSync(options.directory, { recursive: true });
  const home = mkdtempSync(join(options.directory, `${id}-`));
  const workspace = join(home, 'workspace');
  mkdirSync(workspace);
  const environment =
    definition.environment === undefined ? null : asText(interpolate(definition.environment, contexts));
  const running: RunningJob = { id, job: definition, deploysTo: environment, workspace, environment: {}, path: [] };
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
    const inStep = { ...contexts, steps: byId };
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
      asText(interpolate(text, { ...contexts, steps: byId })),
    ]),
  );
  return { result: good ? 'success' : 'failure', outputs, steps, summary };
}

/** A condition without a function of its own means "and everything before went well". */
function wanted(condition: string | undefined, contexts: Contexts, good: boolean): boolean {
  if (condition === undefined) return good;
  const text = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1] ?? condition;
  const asks = /\balways\(\)/.test(text);
  return (asks || good) && truthy(evaluate(text, contexts, { always: () => true }));
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
      Object.entries(step.with ?? {}).map(([key, value]) => [
        key,
        typeof value === 'string' ? asText(interpolate(value, contexts)) : String(value),
      ]),
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
    Object.entries(step.env ?? {}).map(([key, value]) => [key, asText(interpolate(String(value), contexts))]),
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
  const { code, log } = await bash(
    script,
    join(running.workspace, step['working-directory'] ?? '.'),
    environment,
    (pid) => options.onProcess?.(pid, running.id, name),
  );
  Object.assign(running.environment, pairsOf(readFileSync(files.GITHUB_ENV, 'utf8')));
  running.path.unshift(...readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter(Boolean));
  return {
    result: { name, outcome: code === 0 ? 'success' : 'failure', log, environment },
    outputs: pairsOf(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
}

/** As GitHub runs a step that names no shell. */
function bash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  started: (pid: number) => void,
): Promise<{ readonly code: number; readonly log: string }> {
  const file = `${script}.log`;
  writeFileSync(file, '');
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    if (child.pid !== undefined) started(child.pid);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => appendFileSync(file, chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, log: readFileSync(file, 'utf8') }));
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

function job(jobs: Readonly<Record<string, Job>>, id: string): Job {
  const found = jobs[id];
  if (found === undefined) throw new Error(`there is no job ${id}`);
  return found;
}
