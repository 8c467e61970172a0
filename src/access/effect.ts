import { RISKS } from '../catalog/mturk.ts';
import type { AccessChange } from './diff.ts';

/** Whether anything that somebody may do, or what limits it, is otherwise than before. */
export function hasEffect(person: AccessChange): boolean {
  const { operations, ends, boundary, suspended } = person;
  return (
    operations.gained.length > 0 ||
    operations.lost.length > 0 ||
    ends.before !== ends.after ||
    suspended.before !== suspended.after ||
    boundary.before !== boundary.after
  );
}

/** Where something stands in a report: the smaller, the worse is what somebody gains by it; losses come after gains. */
export function riskRank(people: readonly AccessChange[]): number {
  const gains = people.flatMap(({ worstGain }) => (worstGain === null ? [] : [RISKS.indexOf(worstGain)]));
  if (gains.length > 0) return Math.min(...gains);
  if (people.some(({ operations }) => operations.lost.length > 0)) return RISKS.length;
  return RISKS.length + (people.length > 0 ? 1 : 2);
}
