import { toList } from './document.ts';

/** Values of the request's condition keys. Key names are compared ignoring case, as IAM does. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

const lowered = new WeakMap<RequestContext, ReadonlyMap<string, readonly string[]>>();

/** The values of a condition key, ignoring the case of its name; null if the request does not have it. */
export function valuesOf(context: RequestContext, key: string): readonly string[] | null {
  let byKey = lowered.get(context);
  if (byKey === undefined) {
    byKey = new Map(Object.entries(context).map(([name, value]) => [name.toLowerCase(), toList(value)]));
    lowered.set(context, byKey);
  }
  const values = byKey.get(key.toLowerCase());
  return values === undefined || values.length === 0 ? null : values;
}

/**
 * A compiled pattern: char codes, and the three wildcards as negative numbers. Wildcards are distinguished from literal
 * stars here, because the value of a policy variable and `${*}` are literal text even where `*` is a wildcard.
 */
export type Pattern = readonly number[];

/** `*` of an action or a string condition. */
const ANY_TEXT = -1;
/** `?` */
const ANY_CHARACTER = -2;
/** `*` of a resource that is not the last of its segment: IAM does not let it run across a colon. */
const ANY_TEXT_IN_SEGMENT = -3;

/** How `*` and `?` are read: as text, as wildcards, or as wildcards of a resource ARN. */
export type Wildcards = 'literal' | 'text' | 'resource';

const STAR = 42;
const QUESTION = 63;
const COLON = 58;

/** Compiles text; `*` and `?` in it are read as `wildcards` says. */
export function compilePattern(text: string, wildcards: Wildcards): Pattern {
  const pattern: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Of stars in a row the last has the widest meaning, and each would cost as much as the text is long.
    if (wildcards !== 'literal' && code === STAR && text.charCodeAt(index + 1) === STAR) continue;
    if (wildcards === 'literal' || (code !== STAR && code !== QUESTION)) pattern.push(code);
    else if (code === QUESTION) pattern.push(ANY_CHARACTER);
    else if (wildcards === 'text') pattern.push(ANY_TEXT);
    else {
      const next = text.charCodeAt(index + 1);
      pattern.push(Number.isNaN(next) || next === COLON ? ANY_TEXT : ANY_TEXT_IN_SEGMENT);
    }
  }
  return pattern;
}

/**
 * Whether the whole text matches. Time is bounded by the product of both lengths: a policy is hostile input, and a
 * regular expression of many stars is not.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const last = pattern.length;
  let states = new Uint8Array(last + 1);
  let next = new Uint8Array(last + 1);
  enter(pattern, states, 0);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    next.fill(0);
    for (let state = 0; state < last; state += 1) {
      if (states[state] === 0) continue;
      const token = pattern[state];
      if (token === ANY_TEXT || (token === ANY_TEXT_IN_SEGMENT && code !== COLON)) enter(pattern, next, state);
      else if (token === code || token === ANY_CHARACTER) enter(pattern, next, state + 1);
    }
    // Equivalent if mutated: it only ends earlier.
    if (!next.includes(1)) return false;
    [states, next] = [next, states];
  }
  return states[last] === 1;
}

/** A star may match nothing, so being before it is being behind it, too. */
function enter(pattern: Pattern, states: Uint8Array, state: number): void {
  states[state] = 1;
  const token = pattern[state];
  if (token === ANY_TEXT || token === ANY_TEXT_IN_SEGMENT) enter(pattern, states, state + 1);
}

/** Policy variables are text in documents of the older version, and in those that name none. */
const VERSION_WITH_VARIABLES = '2012-10-17';

const VARIABLE = /\$\{([^}]*)\}/g;
const WITH_DEFAULT = /^([^,]+?)\s*,\s*'(.*)'$/s;
const SPECIAL: readonly string[] = ['*', '?', '$'];

/** Whether the context lacks a key because its value is unknown; `openKeys` are in lower case. */
export function isOpen(key: string, context: RequestContext, openKeys: readonly string[]): boolean {
  return openKeys.includes(key.toLowerCase()) && valuesOf(context, key) === null;
}

/**
 * Replaces the policy variables in a resource or a condition's value. What a variable stands for is literal text: a
 * `*` in it is no wildcard. One of an open key stands for any text. Null if a variable has no value and no default, or
 * has many values: nothing is equal or like it, so neither the resource nor the value matches anything.
 */
export function resolvePattern(
  text: string,
  wildcards: Wildcards,
  version: string | undefined,
  context: RequestContext,
  openKeys: readonly string[] = [],
): Pattern | null {
  if (version !== VERSION_WITH_VARIABLES || !text.includes('${')) return compilePattern(text, wildcards);
  const pattern: number[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    // The end of the literal part is compiled with what follows in mind: a star before a variable is inside a segment.
    pattern.push(...literalPart(text.slice(end, match.index), wildcards));
    const value = variablePattern(match[1] ?? '', context, openKeys);
    if (value === null) return null;
    // Of wildcards in a row one is enough, and each would cost as much as the text is long.
    if (value[0] !== ANY_TEXT || pattern.at(-1) !== ANY_TEXT) pattern.push(...value);
    end = match.index + match[0].length;
  }
  pattern.push(...compilePattern(text.slice(end), wildcards));
  return pattern;
}

/** Whether the meaning of the text depends on who asks. */
export function hasVariables(text: string, version: string | undefined): boolean {
  return version === VERSION_WITH_VARIABLES && text.includes('${');
}

function literalPart(text: string, wildcards: Wildcards): Pattern {
  return compilePattern(`${text}x`, wildcards).slice(0, -1);
}

function variablePattern(variable: string, context: RequestContext, openKeys: readonly string[]): Pattern | null {
  if (SPECIAL.includes(variable)) return compilePattern(variable, 'literal');
  const [, name = variable, fallback] = WITH_DEFAULT.exec(variable) ?? [];
  const key = name.trim();
  if (isOpen(key, context, openKeys)) return [ANY_TEXT];
  const [value = fallback, ...others] = valuesOf(context, key) ?? [];
  return value === undefined || others.length > 0 ? null : compilePattern(value, 'literal');
}
