import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Team } from '../../src/team/team.ts';
import { synthesize } from '../../src/terraform/synth/synth.ts';

export interface ResourceBlock {
  readonly depends_on?: readonly string[];
  readonly [attribute: string]: unknown;
}

export interface StackJson {
  readonly terraform: {
    readonly backend: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly required_providers: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
    readonly required_version: string;
  };
  readonly provider: { readonly aws: readonly Readonly<Record<string, unknown>>[] };
  readonly resource: Readonly<Record<string, Readonly<Record<string, ResourceBlock>>>>;
}

export interface Synthesized {
  readonly text: { readonly team: string; readonly bootstrap: string };
  readonly team: StackJson;
  readonly bootstrap: StackJson;
}

/** Both stacks as they are written to disk, read back. */
export async function synthesized(team: Team, today = '2026-11-25'): Promise<Synthesized> {
  const outDir = await mkdtemp(join(tmpdir(), 'mturk-team-synth-'));
  try {
    const { stacks } = await synthesize(team, { today, outDir });
    const text = {
      team: await readFile(join(stacks.team, 'cdk.tf.json'), 'utf8'),
      bootstrap: await readFile(join(stacks.bootstrap, 'cdk.tf.json'), 'utf8'),
    };
    return { text, team: JSON.parse(text.team), bootstrap: JSON.parse(text.bootstrap) };
  } finally {
    await rm(outDir, { recursive: true });
  }
}

/** `type.name` of every resource, sorted. */
export function addressesOf(stack: StackJson): string[] {
  return Object.entries(stack.resource)
    .flatMap(([type, blocks]) => Object.keys(blocks).map((name) => `${type}.${name}`))
    .sort();
}

/** One resource by its address. */
export function resourceAt(stack: StackJson, address: string): ResourceBlock {
  const [type = '', name = ''] = address.split('.');
  const block = stack.resource[type]?.[name];
  if (block === undefined) throw new Error(`no ${address} in ${addressesOf(stack).join(', ')}`);
  return block;
}

/**
 * Everything that the engine finishes before it creates or updates this, from `depends_on` and from references in
 * values, followed to the end.
 */
export function dependenciesOf(stack: StackJson, address: string): Set<string> {
  const found = new Set<string>();
  const visit = (from: string) => {
    for (const next of direct(stack, from)) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(address);
  return found;
}

function direct(stack: StackJson, address: string): string[] {
  const { depends_on: named = [], '//': _metadata, ...values } = resourceAt(stack, address);
  return [...named, ...references(values)];
}

/** Addresses of resources in the expressions of any value. */
function references(value: unknown): string[] {
  return stringsOf(value).flatMap((text) =>
    [...text.matchAll(/(?<!\$)\$\{(aws_[a-z_]+\.[A-Za-z0-9_-]+)\.[a-z_]+\}/g)].map(([, address = '']) => address),
  );
}

/** Every string in a JSON value, keys included. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}
