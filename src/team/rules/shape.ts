import { isScalar } from 'yaml';
import { z } from 'zod';
import { type DocumentPath, type DocumentPlaces, sourceOf } from '../../diagnostics/positions.ts';
import { pathText } from '../../text/diagnostic.ts';
import { quoted } from '../../text/escape.ts';
import { codeText, type Text, t, trusted } from '../../text/text.ts';
import type { Reporting } from '../parse/finding-collector.ts';
import { type CountKey, isCountKey, type TeamFile, teamFileSchema } from '../schema.ts';
import type { Suggest } from '../suggest.ts';
import { invalidDate, isPathOfDate } from './dates.ts';
import { accountNotQuoted, unsupportedVersion } from './lab.ts';
import { type Place, rule, shortValue, textsIn, value, valueList } from './rule.ts';
import { invalidCount } from './settings.ts';

/** Rules about keys and kinds of values, which the schema decides. */

type ValueKind = 'text' | 'number' | 'true-or-false' | 'list' | 'map' | 'nothing';

/** `nested` if the value is a map, as that of a member or a role. */
const unknownKey = rule({
  code: 'unknown-key',
  at: 'key',
  message: ({ key, suggestion, nested }: { key: string; suggestion: string | null; nested: boolean }, { path }) => {
    const parent = path.slice(0, -1);
    const section = sectionOf(key);
    const others = t`the keys here are ${valueList(knownKeys(parent))}`;
    const help =
      suggestion !== null
        ? t`write ${value(suggestion)}`
        : nested && path.length === 3
          ? t`indent it like ${value(String(path[1]))} if it belongs to ${value(String(path[0]))}, else remove it; ${others}`
          : section !== null && section !== pathText(path.slice(0, 1))
            ? t`move it below ${value(section)}, or remove it; ${others}`
            : t`remove it; ${others}`;
    return {
      summary: t`unknown key ${shortValue(key)} in ${nameOf(parent)}`,
      reason: t`it would have no effect`,
      help,
    };
  },
});

const missingKey = rule({
  code: 'missing-key',
  at: 'key',
  message: ({ key }: { key: string }, { path }) => ({
    summary: t`${nameOf(path.slice(0, -1))} has no ${shortValue(key)}`,
    help: t`add ${exampleOf(key, path)}`,
  }),
});

/** `source` is the value as written; null for lists and maps. */
const wrongType = rule({
  code: 'wrong-type',
  message: ({ expected, actual, source }: TypeMismatch, place) => ({
    summary: t`${shortValue(pathText(place.path) || place.file)} must be ${trusted(A[expected])}`,
    reason: source === null ? t`it is ${trusted(A[actual])}` : t`${value(source)} is ${trusted(A[actual])}`,
    help: correction({ expected, actual, source }, place),
  }),
});

const emptyValue = rule({
  code: 'empty-value',
  at: 'key',
  message: ({ expected }: { expected: ValueKind }, { path }) => {
    const key = String(path.at(-1) ?? '');
    const isReconcile = pathText(path) === 'settings.reconcile';
    return {
      summary: t`${shortValue(pathText(path))} has no value`,
      help:
        expected === 'list'
          ? t`remove the line, or write ${value(`${key}: []`)} for an empty list`
          : isReconcile
            ? t`write ${value(RECONCILE)}, or remove the line to revert nothing`
            : expected === 'map'
              ? t`indent what belongs to it below ${value(key)}, write ${value(`${key}: {}`)}, or remove the line`
              : t`write ${trusted(A[expected])} after ${value(`${key}:`)}, or remove the line`,
    };
  },
});

const emptyText = rule({
  code: 'empty-text',
  message: (_: Record<never, never>, { path }) => ({
    summary: t`${shortValue(pathText(path))} is empty`,
    help: t`write ${exampleOf(String(path.at(-1) ?? ''), path)}`,
  }),
  check(context, report) {
    for (const [section, field] of [
      ['members', 'name'],
      ['departed', 'reason'],
      ['snoozed', 'reason'],
    ] as const) {
      for (const { text, path } of textsIn(context, section, field)) if (text.trim() === '') report(path, {});
    }
  },
});

export const SHAPE_RULES = [unknownKey, missingKey, wrongType, emptyValue, emptyText];

interface ShapeContext {
  readonly value: unknown;
  readonly places: DocumentPlaces;
  readonly findings: Reporting;
  readonly suggest: Suggest;
}

/** The file as the schema has it; null, with findings, if it has another shape. */
export function checkShape(context: ShapeContext): TeamFile | null {
  const result = teamFileSchema.safeParse(context.value);
  if (result.success) return result.data;
  const misnamed = new Set<string>();
  // Unknown keys first: a mistyped key is one mistake, so the right one is not also missing.
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      reportUnknownKeys(context, issue.path as DocumentPath, issue.keys, misnamed);
    }
  }
  for (const issue of result.error.issues) {
    const path = issue.path as DocumentPath;
    const resolved = issue.code === 'unrecognized_keys' || misnamed.has(pathText(path));
    if (!resolved && !context.findings.unreadable(path)) reportValue(context, path, issue);
  }
  return null;
}

function reportUnknownKeys(
  { value, findings, suggest }: ShapeContext,
  path: DocumentPath,
  keys: readonly string[],
  misnamed: Set<string>,
) {
  const present = valueAt(value, path);
  // A key that is present is not what was meant by another one.
  const absent = knownKeys(path).filter((key) => typeof present !== 'object' || present === null || !(key in present));
  for (const key of keys) {
    const suggestion = suggest(key, absent);
    if (suggestion !== null) misnamed.add(pathText([...path, suggestion]));
    // A key with an invisible character may be right otherwise.
    if (!findings.keyIntact([...path, key])) continue;
    const nested = kindOf(valueAt(value, [...path, key])) === 'map';
    findings.report(unknownKey, [...path, key], { key, suggestion, nested });
  }
}

function reportValue({ value, places, findings }: ShapeContext, path: DocumentPath, issue: z.core.$ZodIssue) {
  const actual = valueAt(value, path);
  const key = String(path.at(-1) ?? '');
  if (actual === undefined) {
    findings.report(missingKey, path, { key });
    return;
  }
  const node = places.node(path);
  const source = isScalar(node) && actual !== null ? sourceOf(node) : null;
  const count = countAt(path);
  // Of a text that is not allowed at all, nothing else is reported.
  if (source !== null && !findings.intact(...path)) return;
  if (source === null) reportType();
  else if (pathText(path) === 'version') {
    findings.report(unsupportedVersion, path, { source: writtenAs(source, actual) });
  } else if (pathText(path) === 'account' && typeof actual === 'number') {
    findings.report(accountNotQuoted, path, { source });
  } else if (isPathOfDate(path)) findings.report(invalidDate, path, { source });
  else if (count !== null) findings.report(invalidCount, path, { key: count, source: writtenAs(source, actual) });
  // Rules check names in a list of choices: they suggest the nearest one.
  else if (issue.code !== 'invalid_value' || typeof actual !== 'string') reportType();

  function reportType() {
    const expected = issue.code === 'invalid_type' ? (KINDS[issue.expected] ?? 'number') : 'number';
    if (actual === null) findings.report(emptyValue, path, { expected });
    else findings.report(wrongType, path, { expected, actual: kindOf(actual), source });
  }
}

/** The count at a path of the file; null if something else is there. */
function countAt(path: DocumentPath): CountKey | null {
  const key = path.at(-1);
  const isIn = key === 'keys' ? path[0] === 'members' && path.length === 3 : path[0] === 'settings';
  return isIn && isCountKey(key) ? key : null;
}

/** A scalar with the quotes that it has. */
function writtenAs(source: string, actual: unknown): string {
  return typeof actual === 'string' ? JSON.stringify(source) : source;
}

const KINDS: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  number: 'number',
  boolean: 'true-or-false',
  array: 'list',
  object: 'map',
  record: 'map',
};

const A: Readonly<Record<ValueKind, string>> = {
  text: 'a text',
  number: 'a number',
  'true-or-false': 'true or false',
  list: 'a list',
  map: 'a map',
  nothing: 'nothing',
};

function kindOf(something: unknown): ValueKind {
  if (something === null) return 'nothing';
  return Array.isArray(something) ? 'list' : (KINDS[typeof something] ?? 'text');
}

function valueAt(root: unknown, path: DocumentPath): unknown {
  let here = root;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.hasOwn(here, part) ? (here as Record<string | number, unknown>)[part] : undefined;
  }
  return here;
}

/** The keys that the schema has at a path. */
function knownKeys(path: DocumentPath): readonly string[] {
  let here: unknown = teamFileSchema;
  for (const part of path) {
    if (here instanceof z.ZodObject) here = here.shape[part];
    else if (here instanceof z.ZodRecord) here = here.valueType;
    if (here instanceof z.ZodOptional) here = here.unwrap();
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

/** The section in which a key is known that was written elsewhere. */
function sectionOf(key: string): string | null {
  const sections: readonly (readonly [string, DocumentPath])[] = [
    ...['members', 'roles', 'departed'].map((section) => [section, [section, 'key']] as const),
    ['settings', ['settings']],
    ['settings.reconcile', ['settings', 'reconcile']],
    ['settings.state', ['settings', 'state']],
  ];
  return sections.find(([, path]) => knownKeys(path).includes(key))?.[0] ?? null;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  roles: 'role',
  members: 'member',
  departed: 'departed member',
  snoozed: 'snooze',
};

/** What a key of the file belongs to: `the file`, `member bo`, `settings.state`. */
function nameOf(parent: DocumentPath): Text {
  const [section, key] = parent;
  const kind = KIND_NAMES[String(section)];
  if (parent.length === 0) return trusted('the file');
  return parent.length === 2 && kind !== undefined
    ? t`${trusted(kind)} ${shortValue(String(key))}`
    : codeText(pathText(parent));
}

const RECONCILE = 'reconcile: { mode: additions, per-day: 3 }';

/** What can be pasted for a key that is missing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  version: '`version: 1`',
  lab: '`lab: perception-lab`',
  account: '`account: "123456789012"`',
  owners: '`owners: [ada]`, with the key of a member',
  roles: '`roles:`, with at least one role below it',
  members: '`members:`, with at least one member below it',
  name: '`name:` and the name of the person',
  left: '`left: "2026-06-30"`, the day of leaving',
  reason: '`reason: graduated`, or another reason',
  bucket: '`bucket:` and the name of the S3 bucket',
  region: '`region: eu-central-1`, or where the bucket is',
  mode: '`mode: none`, `mode: additions` or `mode: all`',
};

const SNOOZE_EXAMPLES: Readonly<Record<string, string>> = {
  until: '`until: "2027-01-31"`, the last day of the snooze',
  reason: '`reason:` and why the finding is acceptable',
};

function exampleOf(key: string, path: DocumentPath): Text {
  const example = (path[0] === 'snoozed' ? SNOOZE_EXAMPLES[key] : undefined) ?? EXAMPLES[key];
  return example === undefined ? value(`${key}:`) : trusted(example);
}

interface TypeMismatch extends Readonly<Record<string, unknown>> {
  readonly expected: ValueKind;
  readonly actual: ValueKind;
  readonly source: string | null;
}

function correction({ expected, actual, source }: TypeMismatch, { path }: Place): Text {
  if (expected === 'list') return source === null ? t`write a list in brackets` : t`write ${value(`[${source}]`)}`;
  if (expected === 'text' && source !== null) return t`quote it: ${value(JSON.stringify(quoted(source)))}`;
  if (expected === 'true-or-false') {
    if (source !== null && YES.test(source)) return t`write ${value('true')}, without quotes`;
    if (source !== null && NO.test(source)) return t`write ${value('false')}, without quotes`;
    return t`write ${value('true')} or ${value('false')}, without quotes`;
  }
  if (pathText(path) === 'settings.reconcile') {
    return source !== null && NO.test(source)
      ? t`remove the line: without it nothing is reverted`
      : t`write ${value(RECONCILE)}, or remove the line to revert nothing`;
  }
  if (expected === 'map' && path.length === 0) return t`copy the sample from the README and edit it`;
  if (expected === 'map')
    return t`indent ${value('key: value')} lines below ${value(String(path.at(-1)))}, without dashes`;
  return t`write ${trusted(A[expected])} instead of ${trusted(A[actual])}`;
}

/** What other languages and YAML 1.1 take for true and false. */
const YES = /^(?:y|yes|on|true|1)$/i;
const NO = /^(?:n|no|off|false|0|never|none|null)$/i;
