import { actionOf, isOfMechanicalTurk, OPERATIONS, type Operation } from '../catalog/mturk.ts';
import { type Statement, toList } from '../iam/document.ts';
import { actionMatches } from '../iam/evaluate.ts';

/** A set of operations as bits in catalog order: 5,000 members times 39 operations are decided by a few `&` and `|` each. */
export type OperationSet = bigint;

export const NO_OPERATIONS: OperationSet = 0n;

const BITS = new Map(OPERATIONS.map((operation, index) => [operation, 1n << BigInt(index)]));

function bitOf(operation: Operation): bigint {
  return BITS.get(operation) ?? NO_OPERATIONS;
}

export function operationSet(operations: Iterable<Operation>): OperationSet {
  return [...operations].reduce((set, operation) => set | bitOf(operation), NO_OPERATIONS);
}

export const ALL_OPERATIONS = operationSet(OPERATIONS);

export function union(one: OperationSet, other: OperationSet): OperationSet {
  return one | other;
}

export function intersection(one: OperationSet, other: OperationSet): OperationSet {
  return one & other;
}

/** What is in the first and not in the second. */
export function difference(one: OperationSet, other: OperationSet): OperationSet {
  return one & ~other;
}

export function isEmpty(set: OperationSet): boolean {
  return set === NO_OPERATIONS;
}

export function includesOperation(set: OperationSet, operation: Operation): boolean {
  return (set & bitOf(operation)) !== NO_OPERATIONS;
}

const HALF = 32;

/** The operations of a set, in catalog order. Read from two numbers: each test of a bigint makes another bigint. */
export function listOperations(set: OperationSet): readonly Operation[] {
  const low = Number(BigInt.asUintN(HALF, set));
  const high = Number(set >> BigInt(HALF));
  return OPERATIONS.filter((_, index) => (((index < HALF ? low : high) >>> (index % HALF)) & 1) === 1);
}

const singleByAction = new Map(
  OPERATIONS.map((operation) => [actionOf(operation).toLowerCase(), operationSet([operation])]),
);

/** The operations that an action pattern of a policy names: `mechanicalturk:Get*`. */
function operationsOfPattern(pattern: string): OperationSet {
  const lowered = pattern.toLowerCase();
  if (!lowered.includes('*') && !lowered.includes('?')) return singleByAction.get(lowered) ?? NO_OPERATIONS;
  let set = wildcards.get(lowered);
  if (set === undefined) {
    set = operationSet(
      OPERATIONS.filter((each) => actionMatches({ Effect: 'Allow', Action: pattern }, actionOf(each))),
    );
    wildcards.set(lowered, set);
  }
  return set;
}

/** What patterns with wildcards name: few are ever written, and the same ones again and again. */
const wildcards = new Map<string, OperationSet>();

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

/** The patterns by which a statement allows more than Mechanical Turk; `*` for all but some actions. */
export function otherActions({ Effect, Action = '*' }: Statement): readonly string[] {
  return toList(Effect === 'Deny' ? [] : Action).filter((action) => !isOfMechanicalTurk(action));
}
