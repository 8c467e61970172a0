import { readDate } from '../iam/conditions.ts';
import { conditionsOf, type PolicyDocument, type Statement, statementsOf } from '../iam/document.ts';
import type { AccessModel } from './model.ts';

const TIME_KEYS: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

function isTime(key: string): boolean {
  return TIME_KEYS.includes(key.toLowerCase());
}

/** Up to so many users the moments of their own policies count; of more, only those of the policies that they share. */
const FEW_USERS = 20;
const MOST_MOMENTS = 16;

/**
 * The next moments after `at` from which on access can change: those that the policies of some
 * models and some other documents name, and the moment after each.
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
  const later = momentsIn([...held.map(({ document }) => document), ...documents]).filter((one) => one > at.getTime());
  return later.slice(0, MOST_MOMENTS).flatMap((moment) => [new Date(moment), new Date(moment + 1)]);
}

/** The moments (milliseconds) that documents name, in their order. */
function momentsIn(documents: readonly (PolicyDocument | null)[]): readonly number[] {
  const conditions = documents.flatMap((each) => (each === null ? [] : statementsOf(each))).flatMap(conditionsOf);
  const values = conditions.flatMap((each) => (isTime(each.key) ? each.values : []));
  return [...new Set(values.flatMap((value) => readDate(value) ?? []))].sort((one, other) => one - other);
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
