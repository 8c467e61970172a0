import {
  ALL_OPERATIONS,
  difference,
  intersection,
  isEmpty,
  NO_OPERATIONS,
  type OperationSet,
  operationsOfStatement,
  union,
} from '../../access/operation-set.ts';
import { timeOfDeny } from '../../access/time-conditions.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../iam/document.ts';
import { resourceMatches } from '../../iam/evaluate.ts';

/** Whether a Deny has one of some Sids, as what every apply computes again, and no condition. */
export function isComputed({ Sid = '', Condition }: Statement, sids: readonly string[]): boolean {
  return sids.includes(Sid) && Condition === undefined;
}

/** Mechanical Turk has no resources: every call is made on `*`. */
const RESOURCE = '*';

/** The Mechanical Turk operations that a statement denies; none for an Allow. */
export function deniedBy(statement: Statement): OperationSet {
  const isDeny = statement.Effect === 'Deny' && resourceMatches(statement, undefined, RESOURCE, {});
  return isDeny ? operationsOfStatement(statement) : NO_OPERATIONS;
}

/**
 * The Denies of a user or group that no Deny of `known` covers, without Sids and repetitions: what someone denied outside
 * Terraform. `known` are the Denies of the present team there. In the documents that applies write (`own`), what the applied or
 * a begun team has is theirs, too (`exact`): it covers itself, also as an earlier version wrote it, and what has ended.
 */
export function manualDenies(
  { own, others }: Record<'own' | 'others', readonly (PolicyDocument | null)[]>,
  known: readonly Statement[],
  exact: readonly Statement[],
): readonly Statement[] {
  const found: Statement[] = [];
  const ofTeams = new Set(exact.map(denyKey));
  const isOfTeams = (statement: Statement): boolean => {
    if (ofTeams.has(denyKey(statement))) return true;
    // Every version has written a suspension as a Deny of everything.
    const alike = exact.filter(
      (each) => each.Sid === statement.Sid && each.Condition === undefined && !isOfEverything(each),
    );
    // Equivalent if mutated: every statement of a team has a Sid.
    return statement.Sid !== undefined && isCovered(statement, deniedBy(statement), alike);
  };
  const statementsIn = (documents: readonly (PolicyDocument | null)[]) =>
    documents.flatMap((document) => (document === null ? [] : asNewVersion(document)));
  for (const statement of [...statementsIn(own).filter((each) => !isOfTeams(each)), ...statementsIn(others)]) {
    if (isCovered(statement, deniedBy(statement), known)) continue;
    const { Sid: _sid, ...deny } = statement;
    found.push(deny);
  }
  return distinctDenies(found);
}

/** Each Deny once, in an order that is not the account's: the next apply finds them in another place. */
function distinctDenies(denies: readonly Statement[]): readonly Statement[] {
  const byKey = new Map(denies.map((deny) => [denyKey(deny), deny]));
  // Equivalent if mutated: any order will do that is always the same.
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, deny]) => deny);
}

/** Those of some Denies that are not among others. */
export function withoutDenies(denies: readonly Statement[], others: readonly Statement[] = []): readonly Statement[] {
  const keys = new Set(others.map(denyKey));
  return denies.filter((deny) => !keys.has(denyKey(deny)));
}

/** In a document of an older version `${` begins no variable: copied into one of 2012-10-17, the condition would be another. */
function asNewVersion(document: PolicyDocument): readonly Statement[] {
  return statementsOf(document).map((statement) => {
    const { Condition, ...always } = statement;
    return document.Version !== '2012-10-17' && JSON.stringify(Condition ?? {}).includes('${') ? always : statement;
  });
}

function isCovered(statement: Statement, denied: OperationSet, known: readonly Statement[]): boolean {
  const covered = known
    .filter((other) => isSameCondition(other, statement) || isWiderInTime(other, statement))
    .reduce((all, other) => union(all, deniedBy(other)), NO_OPERATIONS);
  return isEmpty(difference(denied, covered));
}

function isSameCondition(one: Statement, other: Statement): boolean {
  return conditionText(one) === conditionText(other);
}

/** Whether the only condition of both is the time, and the one holds whenever the other does. */
function isWiderInTime(one: Statement, other: Statement): boolean {
  const [wide, narrow] = [timeOfDeny(one), timeOfDeny(other)];
  if (narrow.starts !== null) return wide.starts !== null && wide.starts <= narrow.starts;
  if (narrow.ends === null) return false;
  // Equivalent if mutated: null compares as 1970.
  return wide.ends !== null && wide.ends >= narrow.ends;
}

/** A text that is equal for two statements that say the same. */
export function denyKey(statement: Statement): string {
  return canonicalDocument({ Version: '2012-10-17', Statement: [statement] });
}

const ALWAYS: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };

function conditionText({ Condition }: Statement): string {
  return denyKey(Condition === undefined ? ALWAYS : { ...ALWAYS, Condition });
}

/** Whether a Deny is of everything and ends, or begins, at a moment: a first or last day. */
export function isLastDay(statement: Statement): boolean {
  return isOfEverything(statement) && timeOfDeny(statement).starts !== null;
}

export function isFirstDay(statement: Statement): boolean {
  return isOfEverything(statement) && timeOfDeny(statement).ends !== null;
}

function isOfEverything(statement: Statement): boolean {
  return isEmpty(difference(ALL_OPERATIONS, intersection(ALL_OPERATIONS, deniedBy(statement))));
}
