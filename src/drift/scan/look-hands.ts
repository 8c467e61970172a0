import { type Difference, inverse } from '../../access/model-difference.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { namesIn } from '../remediation/reconcile.ts';
import { isPartOf, ownersIn } from './look-differences.ts';
import type { SinceApplied } from './look-since.ts';

/**
 * What a plan says, with what its state has forgotten: once it is run with something kept as the account has it, a state
 * takes that for what it always was, and putting it right for a change of the file. What the file has not changed since
 * it was applied was done by hand, and the plan undoes it. Without knowing the file's own changes, nothing is added.
 */
export function withHands(report: PlanClassification, since: SinceApplied | null): PlanClassification {
  if (since === null) return report;
  // Who leaves does so by the file or by the day: a plan deletes nothing that only a hand has made.
  const leaving = ownersIn(report.pending, 'deleted');
  // A state that has lost somebody has lost what she has, too: what looks new about her may well be there.
  const lost = new Set(report.imported.flatMap(({ id }) => (id === null ? [] : [id.slice(id.lastIndexOf('/') + 1)])));
  const isByHand = (planned: Difference): boolean =>
    !DELETIONS.includes(planned.kind) &&
    !isPartOf(planned, leaving) &&
    !namesIn(planned).some((name) => lost.has(name)) &&
    !since.has(planned);
  const undone = report.pending.filter(isByHand);
  if (undone.length === 0) return report;
  const pending = report.pending.filter((planned) => !undone.includes(planned));
  return {
    ...report,
    class: 'drift',
    manualChanges: [
      ...report.manualChanges,
      ...undone.map((planned) => ({ difference: inverse(planned), outcome: 'reverted' as const })),
    ],
    pending,
    // Resources come and go with what they are for.
    pendingAddresses: pending.length === 0 ? [] : report.pendingAddresses,
  };
}

const DELETIONS: readonly Difference['kind'][] = ['user-deleted', 'group-deleted', 'policy-deleted'];
