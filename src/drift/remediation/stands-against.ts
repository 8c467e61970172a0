import { diffAccess } from '../../access/diff.ts';
import { withKnownDocuments } from '../../access/known-documents.ts';
import type { Block } from '../../diagnostics/block.ts';
import { usersToSuspend } from '../../review/apply/suspension.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan/plan-read.ts';
import type { ScanResult } from '../finding.ts';
import { differenceOf } from '../finding.ts';
import { givesSomething } from './fate.ts';
import type { ReconcileDecision } from './reconcile.ts';
import { blocksBesidesKept, otherChanges } from './reconcile-plan.ts';
import type { Refusal } from './reconcile-refusal.ts';

/** A plan of the kept configuration, in every view of it. */
interface PlanToHold {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly blocks: readonly Block[];
  /** What exists already, and would be taken over at these addresses. */
  readonly imported: readonly { readonly to: string }[];
}

/** Why a plan is not to be carried out; null where nothing stands against it. */
export function standsAgainst(
  { plan, classification: report, blocks, imported: takenOver }: PlanToHold,
  { team, at }: { readonly team: Pick<Team, 'lab'>; readonly at: Date },
  look: ScanResult,
  { findings, restored, kept }: Extract<ReconcileDecision, { readonly kind: 'go' }>,
): Refusal | null {
  const others = otherChanges({ plan, report }, findings, team.lab);
  if (others !== null) return { reason: 'other-changes', ...others };
  if (takenOver.length > 0) {
    return { reason: 'other-changes', besides: [], addresses: takenOver.map(({ to }) => to), missing: [] };
  }
  const against = blocksBesidesKept(blocks, kept);
  if (against.length > 0) return { reason: 'blocks', findings: against };
  // The look has decided that nobody gets anything; the plan, which is what is done, has the last word.
  const seen = [...look.findings, ...look.snoozed.map(({ finding }) => finding)].flatMap(
    (finding) => differenceOf(finding) ?? [],
  );
  const before = withKnownDocuments(report.access.before, seen);
  const after = withKnownDocuments(report.access.after, seen);
  const { people } = diffAccess(before, after, at);
  // Whoever a person asked for may get something back, and nobody else.
  const asked = new Set(restored.flatMap(({ changes: concerned }) => concerned.map(({ user }) => user)));
  const gaining = people.filter((one) => givesSomething(one) && !asked.has(one.user)).map(({ user }) => user);
  if (gaining.length > 0) return { reason: 'gives', users: gaining };
  const held = usersToSuspend(before, after, at);
  return held.length > 0 ? { reason: 'held', users: held } : null;
}
