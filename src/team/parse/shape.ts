import { isScalar } from 'yaml';
import { z } from 'zod';
import type { ValueKind } from '../../diagnostics/team-codes.ts';
import { type DocumentPath, type DocumentPlaces, sourceOf } from '../../diagnostics/yaml-positions.ts';
import { teamFileSchema } from '../schema/schema.ts';
import type { Suggest } from '../suggest.ts';
import { countAt } from './counts.ts';
import type { Reporting } from './finding-collector.ts';
import { reportCount } from './report-count.ts';

interface ShapeContext {
  readonly value: unknown;
  readonly places: DocumentPlaces;
  readonly findings: Reporting;
  readonly suggest: Suggest;
}

/** Reports where a file has another shape than a team file: keys, and kinds of values. */
export function checkShape(context: ShapeContext): void {
  const result = teamFileSchema.safeParse(context.value);
  if (result.success) return;
  const misnamed = new Set<string>();
  // Unknown keys first: a mistyped key is one mistake, and the right one is then not missing besides.
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys')
      reportUnknownKeys(context, issue.path as DocumentPath, issue.keys, misnamed);
  }
  for (const issue of result.error.issues) {
    const path = issue.path as DocumentPath;
    const settled = issue.code === 'unrecognized_keys' || misnamed.has(joined(path));
    if (!settled && !context.findings.unreadable(path)) reportValue(context, path, issue);
  }
}

function reportUnknownKeys(
  { value, findings, suggest }: ShapeContext,
  path: DocumentPath,
  keys: readonly string[],
  misnamed: Set<string>,
) {
  const known = knownKeys(path);
  const present = valueAt(value, path);
  // A key that stands there already is not what was meant by another one.
  const absent = known.filter((key) => typeof present !== 'object' || present === null || !(key in present));
  for (const key of keys) {
    const suggestion = suggest(key, absent);
    if (suggestion !== null) misnamed.add(joined([...path, suggestion]));
    // A key with a character that is not seen may be the right one otherwise.
    if (!findings.keyIntact([...path, key])) continue;
    const nested = kindOf(valueAt(value, [...path, key])) === 'map';
    findings.report('unknown-key', [...path, key], { key, known, suggestion, nested }, { at: 'key' });
  }
}

function joined(path: DocumentPath): string {
  return path.join('\u0000');
}

function reportValue({ value, places, findings }: ShapeContext, path: DocumentPath, issue: z.core.$ZodIssue) {
  const actual = valueAt(value, path);
  const key = String(path.at(-1) ?? '');
  if (actual === undefined) {
    findings.report('missing-key', path, { key }, { at: 'key' });
    return;
  }
  const node = places.node(path);
  const source = isScalar(node) ? sourceOf(node) : null;
  const count = countAt(path);
  // A text that must not be in the file at all is not also the wrong one here.
  if (source !== null && !findings.intact(...path)) return;
  if (path.length === 1 && key === 'version' && source !== null && actual !== null) {
    findings.report('unsupported-version', path, { source: writtenAs(source, actual) });
  } else if (path.length === 1 && key === 'account' && typeof actual === 'number' && source !== null) {
    findings.report('account-not-quoted', path, { source });
  } else if (isDate(path) && source !== null && actual !== null) {
    findings.report('invalid-date', path, { source, because: 'format' });
  } else if (count !== null && source !== null && actual !== null) {
    reportCount(findings.report, path, count, writtenAs(source, actual));
  } else {
    const expected = expectedKind(issue);
    if (actual === null) findings.report('empty-value', path, { expected }, { at: 'key' });
    else findings.report('wrong-type', path, { expected, actual: kindOf(actual), source });
  }
}

function isDate(path: DocumentPath): boolean {
  return path.length === 3 && (path[2] === 'until' || path[2] === 'left');
}

/** A scalar with the quotes that it needs to be what it is. */
function writtenAs(source: string, value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(source) : source;
}

const KINDS: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  number: 'number',
  boolean: 'true-or-false',
  array: 'list',
  object: 'map',
  record: 'map',
};

function expectedKind(issue: z.core.$ZodIssue): ValueKind {
  return (issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined) ?? 'number';
}

function kindOf(value: unknown): ValueKind {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'list' : (KINDS[typeof value] ?? 'text');
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.hasOwn(here, part) ? (here as Record<string | number, unknown>)[part] : undefined;
  }
  return here;
}

/** The keys that may stand at a path, from the schema itself. */
function knownKeys(path: DocumentPath): readonly string[] {
  let here: unknown = teamFileSchema;
  for (const part of path) {
    if (here instanceof z.ZodObject) here = here.shape[part];
    else if (here instanceof z.ZodRecord) here = here.valueType;
    if (here instanceof z.ZodOptional) here = here.unwrap();
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}
