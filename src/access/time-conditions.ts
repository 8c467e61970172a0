import { readDate } from '../iam/conditions.ts';
import { conditionsOf, type PolicyDocument, type Statement, statementsOf } from '../iam/document.ts';
import type { AccessModel } from './model.ts';

const TIME_KEYS: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

export function isTime(key: string): boolean {
  return TIME_KEYS.includes(key.toLowerCase());
}

/** Whether a condition on the time compares it with moments, as no text operator does. */
export function readsMoments(operator: string, values: readonly string[]): boolean {
  return /Date|Numeric/.test(operator) && values.every((value) => readDate(value) !== null);
}

/** Up to so many users the moments of their own policies count; of more, only those of the policies that they share. */
const FEW_USERS = 20;
const MOST_MOMENTS = 16;

/** Whether `laterMoments` has all moments that a document names. */
export function hasFewMoments(document: PolicyDocument): boolean {
  return momentsIn(document).length <= MOST_MOMENTS;
}

/**
 * The next moments after `at` from which on access can change: those that the policies of some models and some other
 * documents name, of each the first 16, and the moment and the second after each.
 */
export function laterMoments(
  models: readonly AccessModel[],
  documents: readonly (PolicyDocument | null)[],
  at: Date,
): readonly Date[] {
  const held = models.flatMap(({ users, groups, policies }) => [
    ...(users.length > FEW_USERS ? [] : users.flatMap(({ inline }) => inline)),
    ...groups.flatMap(({ inline }) => inline),
    ...policies,
  ]);
  const named = new Set([...held.map(({ document }) => document), ...documents]);
  const later = [...named].flatMap((document) =>
    (document === null ? [] : momentsIn(document)).filter((one) => one > at.getTime()).slice(0, MOST_MOMENTS),
  );
  // `aws:EpochTime` has whole seconds.
  const each = new Set(later.flatMap((moment) => [moment, moment + 1, moment + 1_000]));
  return [...each].sort((one, other) => one - other).map((moment) => new Date(moment));
}

/** The moments (milliseconds) that a document names, in their order. */
function momentsIn(document: PolicyDocument): readonly number[] {
  const named = statementsOf(document)
    .flatMap(conditionsOf)
    .filter(({ key }) => isTime(key));
  const moments = named.flatMap(({ values }) => values.flatMap((value) => readDate(value) ?? []));
  return [...new Set(moments)].sort((one, other) => one - other);
}

const FROM_A_MOMENT_ON: readonly string[] = ['DateGreaterThanEquals', 'DateGreaterThan'];
const UNTIL_A_MOMENT: readonly string[] = ['DateLessThan', 'DateLessThanEquals'];

/**
 * When a Deny holds whose only condition is the time: from the moment `starts` on for ever, or until `ends`, when it no
 * longer holds (milliseconds). Both are null if it has no condition or another one.
 */
export function timeOfDeny(statement: Statement): { readonly starts: number | null; readonly ends: number | null } {
  const [only, ...others] = conditionsOf(statement);
  if (only === undefined || others.length > 0 || !isTime(only.key)) return NEVER;
  const { operator } = only;
  const isStart = FROM_A_MOMENT_ON.includes(operator);
  if (!isStart && !UNTIL_A_MOMENT.includes(operator)) return NEVER;
  const moments = only.values.map(readDate);
  // A date that cannot be read makes the Deny hold always: that is no end, it is a suspension.
  if (!moments.every((moment) => moment !== null) || moments.length === 0) return NEVER;
  if (isStart) return { starts: Math.min(...moments), ends: null };
  // `DateLessThanEquals` still holds at the moment itself, and `aws:EpochTime` has whole seconds.
  return { starts: null, ends: Math.max(...moments) + (operator === 'DateLessThanEquals' ? 1_000 : 0) };
}

const NEVER = { starts: null, ends: null };

/** The earlier of two moments (milliseconds), either of which may be none. */
export function earlier(one: number | null, other: number | null): number | null {
  return other === null ? one : Math.min(one ?? other, other);
}

/** The later of two moments (milliseconds), either of which may be none. */
export function later(one: number | null, other: number | null): number | null {
  return other === null ? one : Math.max(one ?? other, other);
}
