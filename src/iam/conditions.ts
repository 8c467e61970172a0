import { BlockList, isIP, isIPv6 } from 'node:net';
import { matchesArn } from './arn.ts';
import { type Statement, toList } from './document.ts';
import {
  compilePattern,
  isOpen,
  matchesPattern,
  type Pattern,
  type RequestContext,
  resolvePattern,
  valuesOf,
  type Wildcards,
} from './pattern.ts';

/** `unknown` if a condition is not understood, such as a date that is none: it must never widen access. */
type Truth = boolean | 'unknown';

/** The operator that asks whether the request has a key; it takes no quantifier. */
const NULL = 'Null';

const NAME = /^(?:(ForAnyValue|ForAllValues):)?(.+?)(IfExists)?$/;

interface NamedOperator {
  readonly quantifier: string | undefined;
  readonly operator: ConditionOperator;
  readonly ifExists: boolean;
}

const named = new Map<string, NamedOperator>();

/** Whether an operator with its quantifier and `IfExists`, such as `ForAllValues:StringLikeIfExists`, and its values are understood. */
export function isUnderstood(name: string, values: readonly string[]): boolean {
  // Equivalent if mutated: whether the key is there decides what it says, not whether it says anything.
  if (name === NULL) return nullHolds(values, true) !== 'unknown';
  const operator = operatorNamed(name)?.operator;
  return operator !== undefined && values.every((value) => operator.matches('', value, compilePattern) !== 'unknown');
}

/** The operator behind `ForAllValues:StringLikeIfExists`, or null if it is not understood. */
function operatorNamed(name: string): NamedOperator | null {
  let found = named.get(name);
  if (found === undefined) {
    const [, quantifier, base = '', ifExists] = NAME.exec(name) ?? [];
    const operator = CONDITION_OPERATORS.get(base);
    if (operator === undefined) return null;
    found = { quantifier, operator, ifExists: ifExists !== undefined };
    named.set(name, found);
  }
  return found;
}

/**
 * Whether all conditions of a statement hold.
 *
 * Missing keys count as AWS documents: a plain operator fails, a negated one (`StringNotEquals`, `NotIpAddress`, ...)
 * holds, `...IfExists` holds, and `Null` asks just this. `ForAllValues` holds and `ForAnyValue` fails, whatever the operator
 * and its `IfExists`.
 *
 * What is not understood (an operator unknown here, a value that its operator cannot read) fails closed: it never lets
 * an Allow match and never keeps a Deny from matching.
 *
 * `openKeys` (in lower case) are keys that the context lacks because their value is unknown, not because the request
 * has none: a condition on one, or on a policy variable of one, may turn out either way, and counts as what allows more.
 */
export function conditionsHold(
  { Condition, Effect }: Pick<Statement, 'Condition' | 'Effect'>,
  version: string | undefined,
  context: RequestContext,
  openKeys: readonly string[] = [],
): boolean {
  if (Condition === undefined) return true;
  for (const [operator, byKey] of Object.entries(Condition)) {
    for (const [key, wanted] of Object.entries(byKey)) {
      if (isOpen(key, context, openKeys)) {
        if (Effect === 'Deny') return false;
        continue;
      }
      const more = (negated: boolean) => ((Effect === 'Allow') === negated ? [] : openKeys);
      const resolve =
        (negated: boolean): Resolve =>
        (text, wildcards) =>
          resolvePattern(text, wildcards, version, context, more(negated));
      const truth = conditionHolds(operator, key, toList(wanted), context, resolve);
      if (truth === false || (truth === 'unknown' && Effect === 'Allow')) return false;
    }
  }
  return true;
}

function conditionHolds(
  name: string,
  key: string,
  wanted: readonly string[],
  context: RequestContext,
  resolve: (negated: boolean) => Resolve,
): Truth {
  const actual = valuesOf(context, key);
  if (name === NULL) return nullHolds(wanted, actual === null);
  const found = operatorNamed(name);
  if (found === null) return 'unknown';
  const { quantifier, operator, ifExists } = found;
  if (actual === null) {
    if (quantifier !== undefined) return quantifier === 'ForAllValues';
    return ifExists || operator.negated;
  }
  const truths = actual.map((value) => valueHolds(operator, value, wanted, resolve(operator.negated)));
  if (truths.includes('unknown')) return 'unknown';
  // Several values without a quantifier: one that matches is enough for a plain operator, none may for a negated one.
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated);
  return all ? truths.every((truth) => truth === true) : truths.includes(true);
}

/** One value of the request: it must match a value of the policy's list, or none of them for a negated operator. */
function valueHolds(operator: ConditionOperator, actual: string, wanted: readonly string[], resolve: Resolve): Truth {
  let unknown = false;
  for (const value of wanted) {
    const matches = operator.matches(actual, value, resolve);
    if (matches === true) return !operator.negated;
    if (matches === 'unknown') unknown = true;
  }
  return unknown ? 'unknown' : operator.negated;
}

function nullHolds(wanted: readonly string[], absent: boolean): Truth {
  let holds: Truth = false;
  for (const value of wanted) {
    const text = value.toLowerCase();
    if (text !== 'true' && text !== 'false') return 'unknown';
    if ((text === 'true') === absent) holds = true;
  }
  return holds;
}

interface ConditionOperator {
  /** True for the operators that hold when nothing in the list matches. */
  readonly negated: boolean;
  readonly matches: (actual: string, wanted: string, resolve: Resolve) => Truth;
}

/** Replaces the policy variables in a value. */
type Resolve = (text: string, wildcards: Wildcards) => Pattern | null;

type Matcher = ConditionOperator['matches'];

/** A text operator is the only kind that knows policy variables, besides the ARN ones. */
function text(wildcards: Wildcards, ignoreCase: boolean): Matcher {
  return (actual, wanted, resolve) => {
    const pattern = resolve(wanted, wildcards);
    if (pattern === null) return false;
    return ignoreCase ? matchesPattern(pattern.flatMap(lower), actual.toLowerCase()) : matchesPattern(pattern, actual);
  };
}

function lower(token: number): Pattern {
  return token < 0 ? [token] : compilePattern(String.fromCharCode(token).toLowerCase(), 'literal');
}

const arn: Matcher = (actual, wanted, resolve) => matchesArn(wanted, actual, (part) => resolve(part, 'text'));

function ordered(read: (value: string) => number | null, holds: (actual: number, wanted: number) => boolean): Matcher {
  return (actual, wanted) => {
    const limit = read(wanted);
    if (limit === null) return 'unknown';
    const value = read(actual);
    return value !== null && holds(value, limit);
  };
}

const bool: Matcher = (actual, wanted) => {
  const flag = wanted.toLowerCase();
  return flag === 'true' || flag === 'false' ? actual.toLowerCase() === flag : 'unknown';
};

const address: Matcher = (actual, wanted) => {
  const block = addressBlock(wanted);
  if (block === null) return 'unknown';
  return isIP(actual) !== 0 && block.check(actual, isIPv6(actual) ? 'ipv6' : 'ipv4');
};

function addressBlock(text: string): BlockList | null {
  const [host = '', prefix, ...rest] = text.split('/');
  const version = isIP(host);
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null;
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return null;
  const block = new BlockList();
  block.addSubnet(host, length, version === 6 ? 'ipv6' : 'ipv4');
  return block;
}

function readNumber(value: string): number | null {
  return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

const W3C_DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;

/**
 * A date as condition values have it, in milliseconds: the W3C profile of ISO 8601, or seconds since 1970, before the year 1 or
 * after 9999 as its first or last moment. Null for anything else, 31 February included. Four digits are a year.
 */
export function readDate(value: string): number | null {
  let moment = dates.get(value);
  if (moment === undefined) {
    moment = parseDate(value);
    // Equivalent if mutated: only the memory that it takes differs.
    if (dates.size >= MOST_DATES) dates.clear();
    dates.set(value, moment);
  }
  return moment;
}

/** One moment is compared with many policies, and one policy's date is read several times. */
const dates = new Map<string, number | null>();
// Equivalent if mutated: as above.
const MOST_DATES = 1_000;

const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:58Z');

function parseDate(value: string): number | null {
  const parts = W3C_DATE.exec(value);
  if (parts === null) {
    return /^-?\d{5,}(\.\d+)?$/.test(value) ? Math.max(FIRST, Math.min(Number(value) * 1000, LAST)) : null;
  }
  const [, year, month = '01', day = '01'] = parts;
  // JavaScript takes 31 February for 3 March.
  if (Number(day) > daysOfMonth(Number(year), Number(month))) return null;
  const moment = Date.parse(value.includes('T') ? value : `${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(moment) ? null : moment;
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const COMPARISONS = {
  Equals: (actual: number, wanted: number) => actual === wanted,
  LessThan: (actual: number, wanted: number) => actual < wanted,
  LessThanEquals: (actual: number, wanted: number) => actual <= wanted,
  GreaterThan: (actual: number, wanted: number) => actual > wanted,
  GreaterThanEquals: (actual: number, wanted: number) => actual >= wanted,
};

function orderedOperators(
  prefix: string,
  read: (value: string) => number | null,
): [name: string, operator: ConditionOperator][] {
  return [
    ...Object.entries(COMPARISONS).map(([name, holds]): [string, ConditionOperator] => [
      `${prefix}${name}`,
      { negated: false, matches: ordered(read, holds) },
    ]),
    [`${prefix}NotEquals`, { negated: true, matches: ordered(read, COMPARISONS.Equals) }],
  ];
}

/** Every operator that is understood, by its name without `ForAnyValue:`, `ForAllValues:` and `IfExists`. */
const CONDITION_OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map([
  ['StringEquals', { negated: false, matches: text('literal', false) }],
  ['StringNotEquals', { negated: true, matches: text('literal', false) }],
  ['StringEqualsIgnoreCase', { negated: false, matches: text('literal', true) }],
  ['StringNotEqualsIgnoreCase', { negated: true, matches: text('literal', true) }],
  ['StringLike', { negated: false, matches: text('text', false) }],
  ['StringNotLike', { negated: true, matches: text('text', false) }],
  ['ArnEquals', { negated: false, matches: arn }],
  ['ArnLike', { negated: false, matches: arn }],
  ['ArnNotEquals', { negated: true, matches: arn }],
  ['ArnNotLike', { negated: true, matches: arn }],
  ['Bool', { negated: false, matches: bool }],
  ['IpAddress', { negated: false, matches: address }],
  ['NotIpAddress', { negated: true, matches: address }],
  ...orderedOperators('Date', readDate),
  ...orderedOperators('Numeric', readNumber),
]);
