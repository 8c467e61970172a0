import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { labCallers } from '../../src/setup/init/lab-files.ts';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly 'working-directory'?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'continue-on-error'?: boolean;
  readonly 'timeout-minutes'?: number;
}

type Permissions = Readonly<Record<string, 'read' | 'write'>>;

interface AnyJob {
  readonly name: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly permissions: Permissions;
}

export interface Job extends AnyJob {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly environment?: string;
  readonly 'continue-on-error'?: boolean;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: unknown;
  readonly steps: readonly Step[];
}

/** A job that is another workflow; its permissions are the most that the other's jobs may have. */
export interface Call extends AnyJob {
  readonly uses: string;
}

export interface Workflow {
  readonly name: string;
  readonly on: 'workflow_call' | 'workflow_dispatch' | Readonly<Record<string, unknown>>;
  readonly permissions: Permissions;
  /** A called workflow has none: its caller holds it. */
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job | Call>>;
}

const ANY_JOB = ['name', 'needs', 'if', 'permissions'];
const JOB = [
  ...ANY_JOB,
  'runs-on',
  'timeout-minutes',
  'environment',
  'continue-on-error',
  'outputs',
  'strategy',
  'steps',
];
const STEP = [
  'id',
  'name',
  'if',
  'uses',
  'run',
  'working-directory',
  'with',
  'env',
  'continue-on-error',
  'timeout-minutes',
];

/** Reads a workflow; a key that the test runner does not support is an error, so that none is ignored. */
export function readWorkflow(file: string): Workflow {
  return parseWorkflow(readFileSync(file, 'utf8'), file);
}

function parseWorkflow(text: string, file: string): Workflow {
  const workflow = parse(text) as Workflow;
  expectKeys(file, workflow, ['name', 'on', 'permissions', 'concurrency', 'jobs']);
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const where = `${file}, ${id}`;
    expectKeys(where, job, isCall(job) ? [...ANY_JOB, 'uses'] : JOB);
    for (const step of isCall(job) ? [] : job.steps)
      expectKeys(`${where}, ${step.name ?? step.uses ?? step.run}`, step, STEP);
  }
  return workflow;
}

export const FOLDER = '.github/workflows';

/** What `init` writes for a lab, by file name. */
export const LAB_RELEASE = {
  version: '1.2.3',
  repository: 'mturk-tools/mturk-team',
  commit: '0123456789abcdef0123456789abcdef01234567',
};
export const LAB_CALLERS = labCallers(LAB_RELEASE);

export function workflowNamed(name: string): Workflow {
  const found = allWorkflows().find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found.workflow;
}

/** The workflows of this repository, and those that `init` writes, as `lab plan.yml`: the same rules hold. */
export function allWorkflows() {
  const texts = [
    ...readdirSync(FOLDER)
      .sort()
      .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const),
    ...Object.entries(LAB_CALLERS).map(([name, text]) => [`lab ${name}`, text] as const),
  ];
  return texts.map(([name, text]) => ({ name, text, workflow: parseWorkflow(text, name) }));
}

/** Their jobs that run by themselves. */
export function allJobs() {
  return allWorkflows().flatMap(({ name, workflow }) =>
    Object.entries(ownJobs(workflow)).map(([id, job]) => ({ where: `${name}, ${id}`, name, id, job })),
  );
}

export function allSteps() {
  return allJobs().flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })));
}

export function isCall(job: Job | Call): job is Call {
  return 'uses' in job;
}

/** The jobs of a workflow that run by themselves. */
export function ownJobs({ jobs }: Workflow): Readonly<Record<string, Job>> {
  return Object.fromEntries(Object.entries(jobs).flatMap(([id, job]) => (isCall(job) ? [] : [[id, job] as const])));
}

export function needsOf({ needs }: Job | Call): readonly string[] {
  return needs === undefined ? [] : typeof needs === 'string' ? [needs] : needs;
}

function expectKeys(where: string, value: object, known: readonly string[]): void {
  const other = Object.keys(value).filter((key) => !known.includes(key));
  if (other.length > 0) throw new Error(`${where}: ${other.join(', ')} is not understood`);
}
