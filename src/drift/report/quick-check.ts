import { differenceKey, differences, inverse, isResource } from '../../access/model-difference.ts';
import { type DisplayNames, named } from '../../access/text/names.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import type { QuickCheck } from '../../review/manifest/schema.ts';
import { BOUNDARY_PATH } from '../../team/names.ts';
import { type DriftFinding, differenceOf, isPending, peopleOf, type ScanResult, worstEffect } from '../finding.ts';

/**
 * A quick check as plan, apply and comments report it. With a plan: without what that plan or a later apply carries out;
 * with null, after an apply, everything that is not as team.yaml says. `complete`: whether AWS said who may do what.
 */
export function quickCheckOf(
  { scan, complete }: { readonly scan: ScanResult; readonly complete: boolean },
  plan: Pick<PlanClassification, 'access'> | null,
  names: DisplayNames,
): QuickCheck {
  const isCarriedOut = plan === null ? () => false : carriedOutBy(plan);
  return {
    findings: (complete ? scan.findings : [])
      .filter((finding) => finding.cause !== 'resolved' && !isCarriedOut(finding))
      .map((finding) => ({
        id: finding.id,
        effect: worstEffect(finding),
        people: peopleOf(finding).map((user) => ({ user, ...named(user, names) })),
      })),
    isAccessKnown: complete,
    notChecked: scan.notChecked.map(({ what }) => what),
  };
}

function carriedOutBy({ access }: Pick<PlanClassification, 'access'>): (finding: DriftFinding) => boolean {
  const planned = differences(access.before, access.after);
  const keys = new Set(planned.map((difference) => differenceKey(inverse(difference))));
  const arns = new Set(planned.flatMap((difference) => ('arn' in difference ? [difference.arn] : [])));
  return (finding) => {
    const difference = differenceOf(finding);
    if (finding.rule === 'nothing-applied')
      return !finding.data.needsBoundary || [...arns].some((arn) => arn.includes(`:policy${BOUNDARY_PATH}`));
    if (isPending(finding)) return true;
    if (finding.rule === 'unmanaged-group') {
      const { members, group } = finding.data;
      const added = members.map((user) => ({ kind: 'membership-added', user, group, unmanaged: false }) as const);
      return members.length > 0 && added.every((each) => keys.has(differenceKey(each)));
    }
    if (finding.rule === 'boundary-policy-changed') return arns.has(finding.data.arn);
    if (difference === null) return false;
    // Without a record of an apply, what is missing was never applied.
    const isUnapplied = finding.cause === 'unknown' && isResource('deleted', difference);
    return isUnapplied || keys.has(differenceKey(difference));
  };
}
