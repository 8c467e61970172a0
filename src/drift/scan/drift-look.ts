import { type Applied, pendingChanges } from '../applied.ts';
import type { DriftFinding, DriftLook } from '../finding.ts';
import { snoozedOn } from '../snooze/look-snooze.ts';
import { findingIds } from './finding-id.ts';
import { placeOf } from './finding-place.ts';
import { classOf, fingerprintOf } from './look-class.ts';
import { type Drafts, draftsFromInventory, draftsFromPlan, type Looking } from './look-drafts.ts';

interface Looked extends Omit<Looking, 'since'> {
  /** What is noted of the last apply; null where nothing is. */
  readonly applied: Applied | null;
}

/**
 * Everything in which an account differs from its team file, in one list: what the account holds, read from the
 * inventory, and what a plan says of it. Where nobody told who may do what, only the plan speaks, and the look is an
 * error whatever it says.
 */
export function lookOf({ applied, ...looked }: Looked): DriftLook {
  const { team, today, at, inventory, plan } = looked;
  const looking = { ...looked, since: pendingChanges(applied, team, today) };
  const { drafts, unseen, together } = inventory.isAccessKnown ? draftsFromInventory(looking) : draftsFromPlan(looking);
  const idOf = findingIds(team);
  const found = drafts
    .map(
      (draft): DriftFinding => ({
        ...draft,
        id: idOf(draft.what, draft.risk, draft.administrators),
        place: placeOf(draft.what, draft.people, draft.risk, draft.administrators),
        by: null,
      }),
    )
    .sort((one, other) => one.place - other.place || (one.id < other.id ? -1 : 1));
  const { findings: shown, snoozed, idle } = snoozedOn(today, team.snoozed, found);
  const findings = undoneTogether(shown, together);
  return {
    class: inventory.isAccessKnown ? classOf(findings, unseen.length === 0) : 'error',
    findings,
    snoozed,
    idle,
    unseen,
    fingerprint: fingerprintOf(findings),
    planned: plan !== null,
    at: at.toISOString(),
    reportedAt: inventory.reportedAt,
  };
}

/** What each alone could be undone, and not all of them at once, is left; what is snoozed stays as it is meanwhile. */
function undoneTogether(findings: readonly DriftFinding[], together: Drafts['together']): readonly DriftFinding[] {
  const undoing = findings.flatMap(({ what, fate }) =>
    fate === 'undo' && what.kind === 'difference' ? [what.difference] : [],
  );
  const possible = together(undoing);
  return findings.map((finding) => {
    const { what, fate } = finding;
    const isLeft = fate === 'undo' && what.kind === 'difference' && !possible.has(what.difference);
    return isLeft ? { ...finding, fate: 'leave' } : finding;
  });
}
