import { readDate } from '../iam/condition-operators.ts';
import { toList } from '../iam/context.ts';
import type { Statement } from '../iam/document.ts';

const TIME_KEYS: readonly string[] = ['aws:currenttime', 'aws:epochtime'];
const FROM_A_MOMENT_ON: readonly string[] = ['DateGreaterThanEquals', 'DateGreaterThan'];

/**
 * The moment (milliseconds) from which a Deny holds for ever, when its only condition is the time; null where it has no
 * condition or another one.
 */
export function startOfDeny(statement: Statement): number | null {
  const [only, ...others] = Object.entries(statement.Condition ?? {});
  if (only === undefined || others.length > 0 || !FROM_A_MOMENT_ON.includes(only[0])) return null;
  const [key, ...otherKeys] = Object.entries(only[1]);
  if (key === undefined || otherKeys.length > 0 || !TIME_KEYS.includes(key[0].toLowerCase())) return null;
  const moments = toList(key[1]).map(readDate);
  // A date that cannot be read makes the Deny hold always: that is no end, it is a suspension.
  return moments.every((moment) => moment !== null) && moments.length > 0 ? Math.min(...moments) : null;
}

/** The earlier of two moments (milliseconds), either of which may be none. */
export function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
