import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

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
}

export interface Job {
  readonly name: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: unknown;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOW_KEYS = ['name', 'on', 'permissions', 'concurrency', 'jobs'];
const JOB_KEYS = [
  'name',
  'needs',
  'if',
  'runs-on',
  'timeout-minutes',
  'environment',
  'permissions',
  'outputs',
  'strategy',
  'steps',
];
const STEP_KEYS = ['id', 'name', 'if', 'uses', 'run', 'working-directory', 'with', 'env', 'continue-on-error'];

/** Reads a workflow; a key that the test runner does not support is an error, so that none is ignored. */
export function readWorkflow(file: string): Workflow {
  const workflow = parse(readFileSync(file, 'utf8')) as Workflow;
  expectKeys(file, workflow, WORKFLOW_KEYS);
  for (const [id, job] of Object.entries(workflow.jobs)) {
    expectKeys(`${file}, ${id}`, job, JOB_KEYS);
    for (const step of job.steps) expectKeys(`${file}, ${id}, ${step.name ?? step.uses ?? step.run}`, step, STEP_KEYS);
  }
  return workflow;
}

export function needsOf(job: Job): readonly string[] {
  return job.needs === undefined ? [] : typeof job.needs === 'string' ? [job.needs] : job.needs;
}

function expectKeys(where: string, value: object, known: readonly string[]): void {
  const other = Object.keys(value).filter((key) => !known.includes(key));
  if (other.length > 0) throw new Error(`${where}: ${other.join(', ')} is not understood`);
}
