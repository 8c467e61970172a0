import { conditionsHold } from '../iam/conditions.ts';
import type { Statement } from '../iam/document.ts';
import type { PolicySource, RequestContext } from '../iam/evaluate.ts';
import { resourceMatches, statementsOf } from '../iam/statement.ts';
import { dependsOnUser, OPEN_KEYS } from './context.ts';
import {
  ALL_OPERATIONS,
  isEmpty,
  NO_OPERATIONS,
  type OperationSet,
  operationsOfStatement,
  sameSet,
  union,
} from './operation-set.ts';
import { earlier, startOfDeny } from './time-conditions.ts';

/** A statement that speaks about MTurk, with the operations that it names. */
interface ReadStatement {
  readonly source: PolicySource;
  readonly statement: Statement;
  readonly operations: OperationSet;
  /** Whether it must be evaluated for each user. */
  readonly personal: boolean;
}

export interface Verdict {
  readonly allowed: OperationSet;
  readonly denied: OperationSet;
  readonly allowing: readonly ReadStatement[];
}

/** Policies read once, to be judged for many users. */
export interface Reading {
  /** `personal` is called only where a statement depends on who asks. */
  readonly judge: (common: RequestContext, personal: () => RequestContext) => Verdict;
  /** Whether a Deny of everything has no condition. */
  readonly suspends: boolean;
  /** The first moment (milliseconds) from which a Deny of everything holds for ever. */
  readonly ends: number | null;
}

/** MTurk has no resources: every call is made on `*`. */
const RESOURCE = '*';

/**
 * Reads the statements about MTurk, to be judged for many users. Written as one loop: it runs once for each member with
 * a last day.
 */
export function readSources(sources: readonly PolicySource[]): Reading {
  const statements: ReadStatement[] = [];
  let constant = true;
  let suspends = false;
  let ends: number | null = null;
  for (const source of sources) {
    for (const statement of statementsOf(source.document)) {
      const operations = operationsOfStatement(statement);
      if (isEmpty(operations)) continue;
      const personal = dependsOnUser(statement, source.document.Version);
      const read = { source, statement, operations, personal };
      statements.push(read);
      if (personal || statement.Condition !== undefined) constant = false;
      if (!deniesEverything(read)) continue;
      if (statement.Condition === undefined) suspends = true;
      else ends = earlier(ends, startOfDeny(statement));
    }
  }
  let verdict: Verdict | null = null;
  return {
    judge: (common, personal) => {
      if (verdict !== null) return verdict;
      const judged = judge(statements, common, personal);
      if (constant) verdict = judged;
      return judged;
    },
    suspends,
    ends,
  };
}

function judge(statements: readonly ReadStatement[], common: RequestContext, personal: () => RequestContext): Verdict {
  let allowed = NO_OPERATIONS;
  let denied = NO_OPERATIONS;
  let allowing = NO_STATEMENTS;
  for (const read of statements) {
    const { statement, source } = read;
    const context = read.personal ? personal() : common;
    const version = source.document.Version;
    if (!resourceMatches(statement, version, RESOURCE, context)) continue;
    if (!conditionsHold(statement.Condition, statement.Effect, version, context, OPEN_KEYS)) continue;
    if (statement.Effect === 'Deny') denied = union(denied, read.operations);
    else {
      allowed = union(allowed, read.operations);
      allowing = [...allowing, read];
    }
  }
  return { allowed, denied, allowing };
}

const NO_STATEMENTS: readonly ReadStatement[] = [];

function deniesEverything({ statement, operations, source, personal }: ReadStatement): boolean {
  return (
    statement.Effect === 'Deny' &&
    !personal &&
    sameSet(operations, ALL_OPERATIONS) &&
    resourceMatches(statement, source.document.Version, RESOURCE, {})
  );
}
