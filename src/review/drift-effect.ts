import { compare, type PersonChange } from '../access/compare.ts';
import { RISKS } from '../mturk/operations.ts';
import type { DriftReport, Tampering } from './drift.ts';
import { withDifferences } from './with-differences.ts';

/** Something done by hand, and what it alone did to whose access. */
export interface TamperingEffect {
  readonly tampering: Tampering;
  /** Worst risk first; empty where nobody's access changed by it. */
  readonly people: readonly PersonChange[];
}

/** What each tampering did by itself: the worst gain first, then losses, then what changed nobody's access. */
export function effectsOf(report: DriftReport, at: Date): readonly TamperingEffect[] {
  const { recorded, before } = report.access;
  const documents = new Map([...before.policies, ...recorded.policies].map(({ arn, document }) => [arn, document]));
  return report.tampered
    .map((tampering) => {
      const changed = withDifferences(recorded, [tampering.difference], documents);
      return { tampering, people: compare(recorded, changed, at).people.filter(hasEffect) };
    })
    .sort((one, other) => placeOf(one.people) - placeOf(other.people));
}

/** Whether anything that somebody may do, or what limits it, is otherwise than before. */
export function hasEffect(person: PersonChange): boolean {
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
export function placeOf(people: readonly PersonChange[]): number {
  const gains = people.flatMap(({ worstGain }) => (worstGain === null ? [] : [RISKS.indexOf(worstGain)]));
  if (gains.length > 0) return Math.min(...gains);
  if (people.some(({ operations }) => operations.lost.length > 0)) return RISKS.length;
  return RISKS.length + (people.length > 0 ? 1 : 2);
}
