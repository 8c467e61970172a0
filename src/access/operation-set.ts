import { actionOf, OPERATIONS, type Operation } from '../catalog/mturk.ts';
import type { Statement } from '../iam/document.ts';
import { actionMatches } from '../iam/evaluate.ts';

/**
 * A set of operations as bits, in catalogue order: 5,000 members times 39 operations are decided by a few `and` and `or`
 * each. Two numbers, because JavaScript's bit operations end at 32 bits.
 */
export interface OperationSet {
  readonly low: number;
  readonly high: number;
}

const BITS = 32;

export const NO_OPERATIONS: OperationSet = { low: 0, high: 0 };

/** The set of those operations that the predicate holds for. */
export function operationSet(includes: (operation: Operation) => boolean): OperationSet {
  let low = 0;
  let high = 0;
  for (const [index, operation] of OPERATIONS.entries()) {
    if (!includes(operation)) continue;
    if (index < BITS) low |= 1 << index;
    else high |= 1 << (index - BITS);
  }
  return { low, high };
}

export const ALL_OPERATIONS = operationSet(() => true);

export function union(one: OperationSet, other: OperationSet): OperationSet {
  return { low: one.low | other.low, high: one.high | other.high };
}

export function intersection(one: OperationSet, other: OperationSet): OperationSet {
  return { low: one.low & other.low, high: one.high & other.high };
}

/** What is in the first and not in the second. */
export function difference(one: OperationSet, other: OperationSet): OperationSet {
  return { low: one.low & ~other.low, high: one.high & ~other.high };
}

export function isEmpty(set: OperationSet): boolean {
  return set.low === 0 && set.high === 0;
}

export function sameSet(one: OperationSet, other: OperationSet): boolean {
  return one.low === other.low && one.high === other.high;
}

export function includesOperation(set: OperationSet, operation: Operation): boolean {
  return hasBit(set, places.get(operation) ?? OPERATIONS.length);
}

/** The operations of a set, in catalogue order. */
export function listOperations(set: OperationSet): readonly Operation[] {
  return OPERATIONS.filter((_operation, index) => hasBit(set, index));
}

const places = new Map(OPERATIONS.map((operation, index) => [operation, index]));

function hasBit(set: OperationSet, index: number): boolean {
  return index < BITS ? (set.low & (1 << index)) !== 0 : (set.high & (1 << (index - BITS))) !== 0;
}

const singleByAction = new Map(
  OPERATIONS.map((operation) => [actionOf(operation).toLowerCase(), operationSet((other) => other === operation)]),
);

/** The operations that an action pattern of a policy names: `mechanicalturk:Get*`. */
function operationsOfPattern(pattern: string): OperationSet {
  if (pattern === '*') return ALL_OPERATIONS;
  const lowered = pattern.toLowerCase();
  if (!lowered.includes('*') && !lowered.includes('?')) return singleByAction.get(lowered) ?? NO_OPERATIONS;
  let set = wildcards.get(lowered);
  if (set === undefined) {
    set = operationSet((operation) => actionMatches({ Effect: 'Allow', Action: pattern }, actionOf(operation)));
    if (wildcards.size >= MOST_WILDCARDS) wildcards.clear();
    wildcards.set(lowered, set);
  }
  return set;
}

/** What patterns with wildcards name: few are ever written, and the same ones again and again. */
const wildcards = new Map<string, OperationSet>();
const MOST_WILDCARDS = 1_000;

/** The operations that a statement's Action or NotAction speaks about. */
export function operationsOfStatement(statement: Statement): OperationSet {
  const patterns = statement.Action ?? statement.NotAction;
  if (patterns === undefined) return NO_OPERATIONS;
  const named =
    typeof patterns === 'string'
      ? operationsOfPattern(patterns)
      : patterns.map(operationsOfPattern).reduce(union, NO_OPERATIONS);
  return statement.Action === undefined ? difference(ALL_OPERATIONS, named) : named;
}
