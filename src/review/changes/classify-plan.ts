import { type Difference, differenceKey, differences, inverse, subjectKey } from '../../access/model-difference.ts';
import type { PlannedAccess } from '../../access/sources/planned.ts';
import { isReplaced, userName, users } from '../../guardrails/members.ts';
import { isChange, type Plan, type ResourceChange } from '../../terraform/plan.ts';
import { accessFromPlan, changedAttributes } from '../../terraform/resources.ts';
import type { ReviewedPlan } from '../manifest/schema.ts';

interface ManualChange {
  readonly difference: Difference;
  /** What an apply does with it; `kept` if the file asks for the same. */
  readonly outcome: 'reverted' | 'replaced' | 'kept';
}

/** Attributes on which no access depends. */
interface AttributeChange {
  readonly address: string;
  readonly attributes: readonly string[];
}

export interface PlanClassification {
  readonly manualChanges: readonly ManualChange[];
  /** Manual changes of attributes on which no access depends; an apply reverts them. */
  readonly manualAttributes: readonly AttributeChange[];
  /** What the plan changes besides reverting manual changes. */
  readonly pending: readonly Difference[];
  /** Addresses of created and deleted resources that no difference names: exclusive-policy resources, attachments. */
  readonly pendingAddresses: readonly string[];
  readonly unexplained: readonly AttributeChange[];
  /** Addresses of resources that exist already. */
  readonly imported: readonly string[];
  readonly access: PlannedAccess;
}

/** Classifies a plan by both of its lists: what drifted, and what changes. */
export function classifyPlan(...of: Parameters<typeof accessFromPlan>): PlanClassification {
  const [plan] = of;
  const access = accessFromPlan(...of);
  const planned = differences(access.before, access.after);
  const plannedKeys = new Set(planned.map(differenceKey));
  const plannedSubjects = new Set(planned.map(subjectKey));
  const manualChanges = differences(access.recorded, access.before).map((difference): ManualChange => {
    if (plannedKeys.has(differenceKey(inverse(difference)))) return { difference, outcome: 'reverted' };
    return { difference, outcome: plannedSubjects.has(subjectKey(difference)) ? 'replaced' : 'kept' };
  });
  const reverts = new Set(
    manualChanges
      .filter(({ outcome }) => outcome === 'reverted')
      .map(({ difference }) => differenceKey(inverse(difference))),
  );
  const pending = planned.filter((difference) => !reverts.has(differenceKey(difference)));

  const drifted = new Map(plan.drift.map((change) => [change.address, change]));
  const manualAttributes: AttributeChange[] = [];
  const unexplained: AttributeChange[] = [];
  const pendingAddresses: string[] = [];
  for (const change of plan.changes.filter(isChange)) {
    const { address } = change;
    const drift = drifted.get(address);
    const manual = drift === undefined ? NOTHING : changedAttributes(drift);
    const now = changedAttributes(change);
    const reverted = now.others.filter((name) => manual.others.includes(name));
    if (reverted.length > 0) manualAttributes.push({ address, attributes: reverted });
    if (isUpdate(change) && now.ofAccess.length === 0 && change.change.importing === null) {
      const rest = now.others.filter((name) => !reverted.includes(name));
      if (rest.length > 0 || reverted.length === 0) unexplained.push({ address, attributes: rest });
    } else if (!isUpdate(change) && drift === undefined) pendingAddresses.push(address);
  }

  const imported = plan.changes.flatMap(({ address, change }) => (change.importing === null ? [] : [address]));
  return { manualChanges, manualAttributes, pending, pendingAddresses, unexplained, imported, access };
}

const NOTHING = { ofAccess: [], others: [] } as const;

/** Whether a resource exists before and after, updated in place or replaced. */
function isUpdate({ change }: ResourceChange): boolean {
  return change.before !== null && change.after !== null;
}

/** The counts of a plan and the changed attributes of each resource, without values. */
export function reviewedPlan(plan: Plan): ReviewedPlan {
  const changes = plan.changes.filter((change) => isChange(change) || change.change.importing !== null);
  const having = (action: string) => changes.filter(({ change }) => change.actions.includes(action)).length;
  return {
    add: having('create'),
    change: having('update'),
    destroy: having('delete'),
    replace: changes.filter(isReplaced).length,
    import: changes.filter(({ change }) => change.importing !== null).length,
    resources: changes.map((each) => {
      const { ofAccess, others } = changedAttributes(each);
      return { address: each.address, actions: each.change.actions, attributes: [...ofAccess, ...others].sort() };
    }),
  };
}

/** Names of the IAM users that the plan replaces: they lose their access keys and MFA devices. */
export function replacedUsers(plan: Plan): ReadonlySet<string> {
  return new Set(users(plan).filter(isReplaced).map(userName));
}
