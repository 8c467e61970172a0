import { isMap, isScalar, type Node, type Pair, YAMLMap } from 'yaml';
import * as z from 'zod';
import {
  type DocumentPath,
  type DocumentPlaces,
  keyTextOf,
  placesIn,
  rangeOf,
  sourceOf,
} from '../../diagnostics/positions.ts';
import { pathText } from '../../text/diagnostic.ts';
import { quoted } from '../../text/escape.ts';
import { codeText, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { type CountKey, isCountKey, type TeamFile, teamFileSchema } from '../schema.ts';
import { invalidDate, isPathOfDate } from './dates.ts';
import type { Report, Reporting } from './finding-collector.ts';
import { accountNotQuoted, unsupportedVersion } from './lab.ts';
import { NO, type Place, type RuleContext, rule, shortValue, textCheck, value, valueList, YES } from './rule.ts';
import { invalidCount } from './settings.ts';
import { FREE } from './texts.ts';

/** Rules about keys and kinds of values, which the schema decides. */

type ValueKind = 'text' | 'number' | 'true-or-false' | 'list' | 'map' | 'nothing';

interface UnknownKey extends Readonly<Record<string, unknown>> {
  readonly key: string;
  readonly suggestion: string | null;
  /** The section whose entries have the keys of the value: `members` for what looks like a member. */
  readonly entryOf: string | null;
  /** What was meant if it is no key at all: another form of what is written. */
  readonly meant: { readonly lacks: 'space' | 'quotes'; readonly text: string } | null;
}

const unknownKey = rule({
  code: 'unknown-key',
  at: 'key',
  message: ({ key, suggestion, entryOf, meant }: UnknownKey, { path }) => {
    const parent = path.slice(0, -1);
    if (meant?.lacks === 'space') {
      return {
        summary: t`${shortValue(key)} has no space after the colon`,
        reason: t`without it, YAML takes all of it for a key`,
        help: t`write ${value(meant.text)}`,
      };
    }
    const section = sectionOf(key);
    const others = t`the keys here are ${valueList(knownKeys(parent))}`;
    const help =
      suggestion !== null
        ? t`write ${value(suggestion)}`
        : meant !== null
          ? t`if it belongs to the text before it, quote both: ${value(meant.text)}; else remove it`
          : entryOf === path[0]
            ? t`indent it like ${value(String(path[1]))} if it belongs to ${value(entryOf)}, else remove it; ${others}`
            : entryOf !== null
              ? t`if it is a ${trusted(KIND_NAMES[entryOf] ?? '')}, move it below ${value(entryOf)} and indent it like the others; else remove it`
              : section !== null
                ? t`move it ${trusted(section in KIND_NAMES ? 'to an entry of the section' : 'below')} ${value(section)}, or remove it; ${others}`
                : t`remove it; ${others}`;
    return {
      summary: t`unknown key ${shortValue(key)} in ${nameOf(parent)}`,
      reason: t`it would have no effect`,
      help,
    };
  },
});

/** Keys as far left as what they belong to, or in the same braces. */
const notIndented = rule({
  code: 'not-indented',
  message: ({ owner, keys, inBraces }: { owner: string; keys: readonly string[]; inBraces: boolean }) => ({
    summary: t`what belongs to ${shortValue(owner)} is not ${trusted(inBraces ? 'in braces behind it' : 'indented below it')}`,
    reason: inBraces
      ? t`in YAML, braces enclose what belongs to a key`
      : t`in YAML, only indented lines belong to the line above them`,
    help: inBraces
      ? t`put ${someTexts(keys.map(value))} in braces behind ${value(`${owner}:`)}`
      : t`put two more spaces before ${someTexts(keys.map(value))}`,
  }),
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
    const orRemove = isRequired(path) ? t`` : t`, or remove the line`;
    return {
      summary: t`${shortValue(pathText(path))} has no value`,
      help: t`${missingValue(expected, path)}${orRemove}`,
    };
  },
});

function missingValue(expected: ValueKind, path: DocumentPath): Text {
  const key = String(path.at(-1) ?? '');
  if (isPathOfDate(path)) return t`write a day such as ${value(`${key}: "2027-05-31"`)}`;
  if (isPathOfMode(path)) return t`write ${value(`${key}: all`)}`;
  if (expected === 'list') return t`write ${value(`${key}: []`)} for an empty list`;
  if (expected !== 'map') return t`write ${trusted(A[expected])} after ${value(`${key}:`)}`;
  const below = t`indent what belongs to it below ${value(key)}`;
  // An entry, as that of a member, is never an empty map.
  return path.length === 1 && !isRequired(path) ? t`${below}, write ${value(`${key}: {}`)}` : below;
}

const emptyText = rule({
  code: 'empty-text',
  message: (_: Record<never, never>, { path }) => ({
    summary: t`${shortValue(pathText(path))} is empty`,
    help: t`write ${exampleOf(String(path.at(-1) ?? ''), path)}`,
  }),
  check: textCheck(['members.*.name', 'departed.*.reason', 'snoozed.*.reason'], (text) =>
    text.trim() === '' ? {} : false,
  ),
});

export const SHAPE_RULES = [unknownKey, notIndented, missingKey, wrongType, emptyValue, emptyText];

type ShapeContext = Pick<RuleContext, 'value' | 'suggest'> & {
  readonly places: DocumentPlaces;
  readonly findings: Reporting;
};

/** Moves keys that are not indented to what they belong to and reports them, so that the rest is checked as it was meant. */
export function reindent(root: Node, report: Report): void {
  const top = knownKeys([]);
  const sections = Object.keys(KIND_NAMES);
  move(
    [],
    (owner, entry) => sections.includes(owner) && isEmpty(entry),
    (key, entry) => !top.includes(key) && isMap(entry),
  );
  for (const section of sections) {
    const fields = knownKeys([section, 'key']);
    move(
      [section],
      (_owner, entry) => isEmpty(entry) || isMap(entry),
      (key, entry) => fields.includes(key) && !isMap(entry),
    );
  }

  function move(
    parent: DocumentPath,
    owns: (key: string, entry: unknown) => boolean,
    belongs: (key: string, entry: unknown) => boolean,
  ) {
    const places = placesIn(root);
    const map = places.node(parent);
    if (!isMap(map)) return;
    const owners: { readonly key: string; readonly pair: Pair; readonly moved: Pair[] }[] = [];
    const kept: Pair[] = [];
    let owner: (typeof owners)[number] | null = null;
    for (const pair of map.items) {
      const key = keyTextOf(pair.key) ?? '';
      if (owner !== null && belongs(key, pair.value) && places.node([...parent, owner.key, key]) === undefined) {
        owner.moved.push(pair);
        continue;
      }
      kept.push(pair);
      owner = owns(key, pair.value) ? { key, pair, moved: [] } : null;
      if (owner !== null) owners.push(owner);
    }
    for (const { key, pair, moved } of owners) {
      const [first] = moved;
      if (first === undefined) continue;
      const keys = moved.map((each) => keyTextOf(each.key) ?? '');
      const args = { owner: key, keys, inBraces: map.flow === true };
      report(notIndented, [...parent, key], args, { range: rangeOf(first.key) ?? undefined });
      const entry = isMap(pair.value) ? pair.value : new YAMLMap();
      entry.items = [...entry.items, ...moved];
      pair.value = entry;
    }
    map.items = kept;
  }
}

/** Whether a value is left out; with an anchor or a tag, it is not. */
function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && node.anchor === undefined && node.tag === undefined;
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
  { value, places, findings, suggest }: ShapeContext,
  path: DocumentPath,
  keys: readonly string[],
  misnamed: Set<string>,
) {
  const present = Object.keys(valueAt(value, path) ?? {});
  // A key that is present is not what was meant by another one.
  const absent = knownKeys(path).filter((key) => !present.includes(key));
  const parts = new Set<string>();
  for (const key of keys) {
    const [, field = '', text = ''] = /^([\w-]+):(.+)$/.exec(key) ?? [];
    const isUnspaced = absent.includes(field);
    const suggestion = isUnspaced ? null : suggest(key, absent);
    if (isUnspaced || suggestion !== null) misnamed.add(pathText([...path, suggestion ?? field]));
    if (parts.has(key)) continue;
    // A key with an invisible character may be right otherwise.
    if (!findings.keyIntact([...path, key])) continue;
    // Equivalent if mutated: it only ends earlier. A part of a text is a key without a value.
    const isPart = !isUnspaced && suggestion === null && valueAt(value, [...path, key]) === null;
    const divided = isPart ? dividedText(places.node(path), key) : null;
    for (const part of divided?.parts ?? []) parts.add(part);
    const meant = isUnspaced ? ({ lacks: 'space', text: `${field}: ${text}` } as const) : (divided?.meant ?? null);
    const entryOf = sectionOfEntry(valueAt(value, [...path, key]));
    findings.report(unknownKey, [...path, key], { key, suggestion, entryOf, meant });
  }
}

/** The whole text of which a comma in braces made several keys, `{ name: Bo Chen, PhD, roles: [reader] }`; else null. */
function dividedText(map: unknown, key: string) {
  if (!isMap(map)) return null;
  let field: Pair | undefined;
  let parts: string[] = [];
  for (const pair of map.items) {
    if (pair.value === null) parts.push(keyTextOf(pair.key) ?? '');
    else if (parts.includes(key)) break;
    else [field, parts] = [pair, []];
  }
  const [name, text] = [keyTextOf(field?.key), field?.value];
  if (!parts.includes(key) || !FREE.has(name)) return null;
  // Equivalent if mutated: only a scalar has this style.
  if (!isScalar(text) || text.type !== 'PLAIN') return null;
  const whole = JSON.stringify([sourceOf(text), ...parts].join(', '));
  return { parts, meant: { lacks: 'quotes', text: `${name}: ${whole}` } as const };
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
  // A rule checks the names of a list of choices: it suggests the nearest one.
  if (isPathOfMode(path) && actual !== null) return;
  // Of a text that is not allowed at all, nothing else is reported.
  if (source !== null && !findings.intact(...path)) return;
  if (source === null) reportType();
  else if (pathText(path) === 'version') {
    findings.report(unsupportedVersion, path, { source: writtenAs(source, actual) });
  } else if (pathText(path) === 'account' && typeof actual === 'number') {
    findings.report(accountNotQuoted, path, { source });
  } else if (isPathOfDate(path)) findings.report(invalidDate, path, { source });
  else if (count !== null) findings.report(invalidCount, path, { key: count, source: writtenAs(source, actual) });
  else reportType();

  function reportType() {
    const expected = issue.code === 'invalid_type' ? (KINDS[issue.expected] ?? 'number') : 'number';
    if (actual === null) findings.report(emptyValue, path, { expected });
    else findings.report(wrongType, path, { expected, actual: kindOf(actual), source });
  }
}

function isPathOfMode(path: DocumentPath): boolean {
  return pathText(path) === 'settings.reconcile';
}

/** The count at a path of the file; null if something else is there. */
function countAt(path: DocumentPath): CountKey | null {
  const key = path.at(-1);
  const isIn = key === 'keys' ? path.length === 3 : path[0] === 'settings';
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
    // Equivalent if mutated: no path goes on behind a text.
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.hasOwn(here, part) ? (here as Record<string | number, unknown>)[part] : undefined;
  }
  return here;
}

/** The schema of what is at a path; undefined for a key that it does not have. */
function schemaAt(path: DocumentPath): unknown {
  let here: unknown = teamFileSchema;
  for (const part of path) {
    if (here instanceof z.ZodOptional) here = here.unwrap();
    if (here instanceof z.ZodObject) here = here.shape[part];
    else if (here instanceof z.ZodRecord) here = here.valueType;
    else return undefined;
  }
  return here;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function knownKeys(path: DocumentPath): readonly string[] {
  const schema = unwrapped(schemaAt(path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Whether a key of the schema cannot be left out; an entry of the lab's own can. */
function isRequired(path: DocumentPath): boolean {
  return knownKeys(path.slice(0, -1)).includes(String(path.at(-1))) && !(schemaAt(path) instanceof z.ZodOptional);
}

/** `[results-reader]`: the first list that the schema gives as an example. */
function exampleList(path: DocumentPath): string {
  const schema = unwrapped(schemaAt(path));
  const examples = schema instanceof z.ZodArray ? (schema.meta()?.examples ?? []) : [];
  const [example = []] = (examples as readonly (readonly string[])[]).filter(({ length }) => length > 0);
  return `[${example.join(', ')}]`;
}

/** The section whose entries have all keys of a map; null if it is none, or none has. */
function sectionOfEntry(entry: unknown): string | null {
  const keys = kindOf(entry) === 'map' ? Object.keys(entry as object) : [];
  const hasAll = (section: string) => keys.every((key) => knownKeys([section, 'key']).includes(key));
  return keys.length === 0 ? null : (Object.keys(KIND_NAMES).find(hasAll) ?? null);
}

function sectionOf(key: string): string | null {
  const entries = ['members', 'roles', 'departed'].find((section) => knownKeys([section, 'key']).includes(key));
  if (entries !== undefined) return entries;
  const path = [['settings'], ['settings', 'state'], ['settings', 'keys']].find((each) =>
    knownKeys(each).includes(key),
  );
  return path === undefined ? null : pathText(path);
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
};

const SNOOZE_EXAMPLES: Readonly<Record<string, string>> = {
  until: '`until: "2027-01-31"`, the last day of the snooze',
  reason: '`reason:` and why the finding is acceptable',
};

function exampleOf(key: string, path: DocumentPath): Text {
  const example = (path[0] === 'snoozed' ? SNOOZE_EXAMPLES[key] : undefined) ?? EXAMPLES[key];
  return example === undefined ? value(`${key}:`) : trusted(example);
}

const EVERYTHING = /^(?:all|any|every|everything|\*)$/i;

interface TypeMismatch extends Readonly<Record<string, unknown>> {
  readonly expected: ValueKind;
  readonly actual: ValueKind;
  readonly source: string | null;
}

function correction({ expected, actual, source }: TypeMismatch, { path }: Place): Text {
  if (expected === 'list') {
    if (source === null) return t`write a list in brackets`;
    const [, dashed] = /^[-–—]\s*([^\s–—-]\S*)/.exec(source) ?? [];
    if (dashed !== undefined) return t`begin each entry with a hyphen and a space, as in ${value(`- ${dashed}`)}`;
    if (path[0] === 'roles' && EVERYTHING.test(source)) return t`write ${value('["*"]')} for every operation`;
    if (actual === 'text' && !YES.test(source) && !NO.test(source)) return t`write ${value(`[${source}]`)}`;
    const example = t`write a list such as ${value(exampleList(path))}`;
    return NO.test(source) && !isRequired(path) ? t`remove the line, or ${example}` : example;
  }
  if (expected === 'text' && source !== null) return t`quote it: ${value(JSON.stringify(quoted(source)))}`;
  if (expected === 'true-or-false') {
    const text = source ?? '';
    if (YES.test(text)) return t`write ${value('true')}, without quotes`;
    if (NO.test(text)) return t`write ${value('false')}, without quotes`;
    return t`write ${value('true')} or ${value('false')}, without quotes`;
  }
  if (path.length === 0) return t`restore it, or delete it and run ${value('mturk-team init')}`;
  if (expected === 'map')
    return t`indent ${value('key: value')} lines below ${value(String(path.at(-1)))}, without dashes`;
  return t`write ${trusted(A[expected])} instead of ${trusted(A[actual])}`;
}
