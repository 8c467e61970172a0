import { type Difference, differenceKey, differences, inverse } from '../../access/model-difference.ts';
import type { Block } from '../../diagnostics/block.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { keyOfIamName } from '../../team/names.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../../terraform/addresses.ts';
import { changedAttributes } from '../../terraform/plan/changed-attributes.ts';
import { hasChanges, type Plan, type ResourceChange } from '../../terraform/plan/plan-read.ts';
import type { DriftFinding } from '../finding.ts';
import { differenceOf } from '../finding.ts';
import { namesIn } from './reconcile.ts';

/** In what a plan is not what was decided. */
export interface OtherChanges {
  /** What it would change besides. */
  readonly besides: readonly Difference[];
  /** Addresses of what it would create, delete, replace or change besides. */
  readonly addresses: readonly string[];
  /** What it would not put right. */
  readonly missing: readonly DriftFinding[];
}

/** What may be created where nothing but an undone removal asks for it: a guard, and what attaches a policy. */
const MAY_BE_CREATED = ['aws_iam_user_policy', 'aws_iam_group_policy_attachment'];

/**
 * Holds a plan of the kept configuration against what was decided: it must do the inverses of the findings and nothing
 * else, and delete nothing. Null where it does.
 */
export function otherChanges(
  { plan, report }: { readonly plan: Plan; readonly report: PlanClassification },
  findings: readonly DriftFinding[],
  lab: string,
): OtherChanges | null {
  const undone = findings.flatMap((finding) => differenceOf(finding) ?? []);
  // Whoever comes back does so with all that the file gives her.
  const back = new Set(undone.flatMap((each) => (REMOVALS.includes(each.kind) ? namesIn(each) : [])));
  const planned = differences(report.access.before, report.access.after);
  const wanted = new Set(undone.map((difference) => differenceKey(inverse(difference))));
  const isOfBack = (difference: Difference) => namesIn(difference).some((name) => back.has(name));
  const besides = planned.filter((each) => !wanted.has(differenceKey(each)) && !isOfBack(each));

  const attributes = new Map(
    findings.flatMap(({ rule, data }) =>
      rule === 'resource-changed' ? [[data.address, data.attributes] as const] : [],
    ),
  );
  const mayChange = (each: ResourceChange): boolean => {
    const { address, type, change } = each;
    if (change.importing !== null || each.deposed !== null || each.previousAddress !== null) return false;
    switch (change.actions.join()) {
      case 'no-op':
      case 'read':
        return true;
      case 'update': {
        const { others } = changedAttributes(each);
        return others.every((name) => attributes.get(address)?.includes(name) === true);
      }
      case 'create': {
        const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address);
        return MAY_BE_CREATED.includes(type) || [...back].some((name) => keyOfIamName(lab, name) === key);
      }
      default:
        return false;
    }
  };
  const outputs = Object.entries(plan.outputs).filter(([, { actions }]) => actions.join() !== 'no-op');
  const addresses = [
    ...plan.changes.filter((each) => !mayChange(each)).map(({ address }) => address),
    ...outputs.map(([name]) => `output.${name}`),
  ];
  const done = new Set(planned.map(differenceKey));
  const missing = findings.filter((finding) => {
    const difference = differenceOf(finding);
    return difference === null ? !hasChanges(plan) : !done.has(differenceKey(inverse(difference)));
  });
  return besides.length + addresses.length + missing.length === 0 ? null : { besides, addresses, missing };
}

const REMOVALS: readonly Difference['kind'][] = ['user-deleted', 'group-deleted', 'policy-deleted'];

/**
 * The blocks that stand against a plan of a kept configuration. What is kept was not put there by this plan: a boundary
 * that somebody narrowed, a policy from elsewhere that somebody attached in an emergency.
 */
export function blocksBesidesKept(blocks: readonly Block[], kept: readonly Difference[]): readonly Block[] {
  const bounded = new Set(kept.flatMap((each) => (each.kind === 'boundary-changed' ? [each.user] : [])));
  const attached = new Set(kept.flatMap((each) => (each.kind === 'policy-attached' ? [`policy ${each.arn}`] : [])));
  return blocks.filter((finding) => {
    if (finding.code === 'user-without-boundary') return !bounded.has(finding.args.user);
    if (finding.code === 'outside-managed-path') return !attached.has(finding.args.what);
    return true;
  });
}
