import { type Difference, differenceKey, differences, inverse, subjectKey } from '../../access/model-difference.ts';
import type { PlannedAccess } from '../../access/sources/planned.ts';
import { changedAttributes } from '../../terraform/plan/changed-attributes.ts';
import type { Plan, ResourceChange } from '../../terraform/plan/plan-read.ts';
import { accessFromPlan } from '../../terraform/resources.ts';

/**
 * How an account stands to its team file:
 * `clean` (no difference), `pending` (the file has changed since it was applied), `drift` (the account was changed
 * behind our back), `refresh-only` (it was, and now is as the file wants it), `unexplained` (the plan changes something
 * that neither explains: another provider, another default).
 */
type PlanClass = 'clean' | 'pending' | 'drift' | 'refresh-only' | 'unexplained';

interface ManualChange {
  readonly difference: Difference;
  /** What applying the plan makes of it: undone, changed to something else again, or left (the file wants it so). */
  readonly outcome: 'reverted' | 'replaced' | 'kept';
}

/** Attributes that nobody's access depends on. */
interface AttributeChange {
  readonly address: string;
  readonly attributes: readonly string[];
}

export interface PlanClassification {
  readonly class: PlanClass;
  /** What was changed on the account since the last run, by anything but this tool. */
  readonly manualChanges: readonly ManualChange[];
  /** The same for attributes that nobody's access depends on; applying puts them back. */
  readonly manualAttributes: readonly AttributeChange[];
  /** What the plan changes besides putting things back. */
  readonly pending: readonly Difference[];
  /** Addresses of resources that come or go besides what the differences tell: guards, attachments of new roles. */
  readonly pendingAddresses: readonly string[];
  readonly unexplained: readonly AttributeChange[];
  /** What exists already and is taken over, by address and id. */
  readonly imported: readonly { readonly address: string; readonly id: string | null }[];
  readonly access: PlannedAccess;
}

/** Reads both lists of one normal plan: neither what drifted nor what changes tells the whole story by itself. */
export function classifyPlan(plan: Plan, account: string): PlanClassification {
  const access = accessFromPlan(plan, account);
  const planned = differences(access.before, access.after);
  const plannedKeys = new Set(planned.map(differenceKey));
  const plannedSubjects = new Set(planned.map(subjectKey));
  const manualChanges = differences(access.recorded, access.before).map((difference): ManualChange => {
    if (plannedKeys.has(differenceKey(inverse(difference)))) return { difference, outcome: 'reverted' };
    return { difference, outcome: plannedSubjects.has(subjectKey(difference)) ? 'replaced' : 'kept' };
  });
  const undone = new Set(manualChanges.filter(isUndone).map(({ difference }) => differenceKey(inverse(difference))));
  const pending = planned.filter((difference) => !undone.has(differenceKey(difference)));

  const drifted = new Map(plan.drift.map((change) => [change.address, change]));
  const changing = plan.changes.filter(
    ({ change }) => !change.actions.every((action) => action === 'no-op' || action === 'read'),
  );
  const manualAttributes: AttributeChange[] = [];
  const unexplained: AttributeChange[] = [];
  const pendingAddresses: string[] = [];
  for (const change of changing) {
    const { address } = change;
    const drift = drifted.get(address);
    const byHand = drift === undefined ? NOTHING : changedAttributes(drift);
    const now = changedAttributes(change);
    const putBack = now.others.filter((name) => byHand.others.includes(name));
    if (putBack.length > 0) manualAttributes.push({ address, attributes: putBack });
    if (isUpdate(change) && now.ofAccess.length === 0 && change.change.importing === null) {
      const rest = now.others.filter((name) => !putBack.includes(name));
      if (rest.length > 0 || putBack.length === 0) unexplained.push({ address, attributes: rest });
    } else if (!isUpdate(change) && drift === undefined) pendingAddresses.push(address);
  }

  const report = { manualChanges, manualAttributes, pending, pendingAddresses, unexplained };
  const imported = plan.changes.flatMap(({ address, change }) =>
    change.importing === null ? [] : [{ address, id: change.importing.id ?? null }],
  );
  return { class: classOf(report), ...report, imported, access };
}

const NOTHING = { ofAccess: [], others: [] } as const;

function isUndone({ outcome }: ManualChange): boolean {
  return outcome === 'reverted';
}

/** Whether something stays and is changed, in place or by being made anew. */
function isUpdate({ change }: ResourceChange): boolean {
  return change.before !== null && change.after !== null;
}

function classOf(report: Omit<PlanClassification, 'class' | 'access' | 'imported'>): PlanClass {
  if (report.manualChanges.some(({ outcome }) => outcome !== 'kept') || report.manualAttributes.length > 0)
    return 'drift';
  if (report.unexplained.length > 0) return 'unexplained';
  if (report.pending.length > 0 || report.pendingAddresses.length > 0) return 'pending';
  return report.manualChanges.length > 0 ? 'refresh-only' : 'clean';
}
