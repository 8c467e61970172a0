import { conditionsHold } from '../iam/conditions.ts';
import type { Statement } from '../iam/document.ts';
import type { PolicySource, RequestContext } from '../iam/evaluate.ts';
import { resourceMatches, statementsOf } from '../iam/statement.ts';
import { dependsOnUser, OPEN_KEYS } from './context.ts';
import { earlier, startOfDeny } from './end-of-access.ts';
import {
  ALL_OPERATIONS,
  isEmpty,
  NO_OPERATIONS,
  type OperationSet,
  operationsOfStatement,
  sameSet,
  union,
} from './operation-set.ts';

/** A statement that speaks about MTurk, with the operations that it names. */
interface ReadStatement {
  /** Its place among those read together. */
  readonly number: number;
  readonly source: PolicySource;
  readonly statement: Statement;
  readonly operations: OperationSet;
  /** Whether it has to be judged for each user anew. */
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

/** Reads the statements about MTurk, to be judged for many users. */
export function readSources(sources: readonly PolicySource[]): Reading {
  const statements: ReadStatement[] = [];
  for (const source of sources) {
    for (const statement of statementsOf(source.document)) {
      const operations = operationsOfStatement(statement);
      if (isEmpty(operations)) continue;
      const personal = dependsOnUser(statement, source.document.Version);
      statements.push({ number: statements.length, source, statement, operations, personal });
    }
  }
  const unconditional = statements.every(({ personal, statement }) => !personal && statement.Condition === undefined);
  let verdict: Verdict | null = null;
  const total = statements.filter(deniesEverything);
  return {
    judge: (common, personal) => {
      if (verdict !== null) return verdict;
      const judged = judge(statements, common, personal);
      if (unconditional) verdict = judged;
      return judged;
    },
    suspends: total.some(({ statement }) => statement.Condition === undefined),
    ends: total.map(({ statement }) => startOfDeny(statement)).reduce(earlier, null),
  };
}

function judge(statements: readonly ReadStatement[], common: RequestContext, personal: () => RequestContext): Verdict {
  let allowed = NO_OPERATIONS;
  let denied = NO_OPERATIONS;
  const allowing: ReadStatement[] = [];
  for (const read of statements) {
    const { statement, source } = read;
    const context = read.personal ? personal() : common;
    const version = source.document.Version;
    if (!resourceMatches(statement, version, RESOURCE, context)) continue;
    if (!conditionsHold(statement.Condition, statement.Effect, version, context, OPEN_KEYS)) continue;
    if (statement.Effect === 'Deny') denied = union(denied, read.operations);
    else {
      allowed = union(allowed, read.operations);
      allowing.push(read);
    }
  }
  return { allowed, denied, allowing };
}

function deniesEverything({ statement, operations, source, personal }: ReadStatement): boolean {
  return (
    statement.Effect === 'Deny' &&
    !personal &&
    sameSet(operations, ALL_OPERATIONS) &&
    resourceMatches(statement, source.document.Version, RESOURCE, {})
  );
}
