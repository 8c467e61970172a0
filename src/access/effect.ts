import { RISKS } from '../catalog/mturk.ts';
import type { AccessChange } from './diff.ts';

/** Whether access, its end, a suspension or the boundary changes. */
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

/** Sort key: gains by risk, worst first; then losses; then the rest. */
export function riskRank(people: readonly AccessChange[]): number {
  const gains = people.flatMap(({ worstGain }) => (worstGain === null ? [] : [RISKS.indexOf(worstGain)]));
  if (gains.length > 0) return Math.min(...gains);
  if (people.some(({ operations }) => operations.lost.length > 0)) return RISKS.length;
  return RISKS.length + (people.length > 0 ? 1 : 2);
}
