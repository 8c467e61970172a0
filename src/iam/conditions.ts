import { CONDITION_OPERATORS, type ConditionOperator } from './condition-operators.ts';
import { type RequestContext, toList, valuesOf } from './context.ts';
import type { ConditionBlock, Effect } from './document.ts';

/** `unknown` where the condition is not understood: it must never widen access. */
type Truth = boolean | 'unknown';

const NAME = /^(?:(ForAnyValue|ForAllValues):)?(.+?)(IfExists)?$/;

interface NamedOperator {
  readonly quantifier: string | undefined;
  readonly operator: ConditionOperator;
  readonly ifExists: boolean;
}

const named = new Map<string, NamedOperator>();

/** The operator behind `ForAllValues:StringLikeIfExists`, or null where it is not understood. */
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
 * has none: a condition on one may turn out either way, and counts as what allows more.
 */
export function conditionsHold(
  conditions: ConditionBlock | undefined,
  effect: Effect,
  version: string | undefined,
  context: RequestContext,
  openKeys: readonly string[] = [],
): boolean {
  if (conditions === undefined) return true;
  for (const [operator, byKey] of Object.entries(conditions)) {
    for (const [key, wanted] of Object.entries(byKey)) {
      if (isOpen(key, context, openKeys)) {
        if (effect === 'Deny') return false;
        continue;
      }
      const truth = conditionHolds(operator, key, toList(wanted), version, context);
      if (truth === false || (truth === 'unknown' && effect === 'Allow')) return false;
    }
  }
  return true;
}

function isOpen(key: string, context: RequestContext, openKeys: readonly string[]): boolean {
  return openKeys.length > 0 && openKeys.includes(key.toLowerCase()) && valuesOf(context, key) === null;
}

function conditionHolds(
  name: string,
  key: string,
  wanted: readonly string[],
  version: string | undefined,
  context: RequestContext,
): Truth {
  const actual = valuesOf(context, key);
  if (name === 'Null') return nullHolds(wanted, actual === null);
  const found = operatorNamed(name);
  if (found === null) return 'unknown';
  const { quantifier, operator, ifExists } = found;
  if (actual === null) {
    if (quantifier !== undefined) return quantifier === 'ForAllValues';
    return ifExists || operator.negated;
  }
  const truths = actual.map((value) => valueHolds(operator, value, wanted, version, context));
  if (truths.includes('unknown')) return 'unknown';
  // Several values without a quantifier: one that matches is enough for a plain operator, none may for a negated one.
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated);
  return all ? truths.every((truth) => truth === true) : truths.includes(true);
}

/** One value of the request against the policy's list: any of it for a plain operator, none of it for a negated one. */
function valueHolds(
  operator: ConditionOperator,
  actual: string,
  wanted: readonly string[],
  version: string | undefined,
  context: RequestContext,
): Truth {
  let unknown = false;
  for (const value of wanted) {
    const matches = operator.matches(actual, value, version, context);
    if (matches === true) return !operator.negated;
    if (matches === 'unreadable') unknown = true;
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
