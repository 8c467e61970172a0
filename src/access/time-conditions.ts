import { readDate } from '../iam/conditions.ts';
import { conditionsOf, type PolicyDocument, type Statement, statementsOf } from '../iam/document.ts';
import type { AccessModel } from './model.ts';

/** The keys of the time, and in what steps (milliseconds) their values are. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['aws:currenttime', 1],
  ['aws:epochtime', 1_000],
]);

/** Whether a condition key has the same value at any moment. */
export function isLasting(key: string): boolean {
  return !STEPS.has(key.toLowerCase());
}

/** Whether a condition on the time compares it with moments, as no text operator does. */
export function readsMoments(operator: string, values: readonly string[]): boolean {
  return /Date|Numeric/.test(operator) && values.every((value) => readDate(value) !== null);
}

/** Up to so many users the moments of their own policies count; of more, only those of the policies that they share. */
const FEW_USERS = 20;
/** Of a document, or a principal: those that it names, and what follows each. Beyond, conditions on the time are in doubt. */
export const MOST_MOMENTS = 32;

/** Whether `laterMoments` has all moments of a document. */
export function hasFewMoments(document: PolicyDocument): boolean {
  return momentsIn(document).length <= MOST_MOMENTS;
}

/**
 * The next moments after `at` from which on access can change: those that the policies of some models and some other
 * documents name, and the moment after each; of each document the first 32.
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
  return ordered(later).map((moment) => new Date(moment));
}

/** The moments (milliseconds) that a document names, each with the one after it, in their order. */
function momentsIn(document: PolicyDocument): readonly number[] {
  const conditions = statementsOf(document).flatMap(conditionsOf);
  const moments = conditions.flatMap(({ key, values }) => {
    const step = STEPS.get(key.toLowerCase());
    if (step === undefined) return [];
    const named = values.flatMap((value) => readDate(value) ?? []);
    return named.flatMap((moment) => [moment, (Math.floor(moment / step) + 1) * step]);
  });
  return ordered(moments);
}

function ordered(moments: readonly number[]): readonly number[] {
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
  if (only === undefined || others.length > 0 || isLasting(only.key)) return NEVER;
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
