import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';

const DIRECTORY = join(import.meta.dirname, '../fixtures/aws-provider');

/** Names of the recorded files with that ending, without it: `12-drift`. */
export function recordedNames(ending: '.plan.json' | '.apply.jsonl'): readonly string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

export function recordedText(file: string): string {
  return readFileSync(join(DIRECTORY, file), 'utf8');
}

export function recordedJson(name: string): unknown {
  return JSON.parse(recordedText(`${name}.plan.json`));
}

export function recordedPlan(name: string): Plan {
  const read = readPlan(recordedJson(name));
  if (!read.ok) throw new Error(`${name}: ${JSON.stringify(read.failure)}`);
  return read.value;
}
