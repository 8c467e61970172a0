import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { codeText, t } from '../../text/text.ts';
import type { DriftCause, RuleData } from '../finding.ts';
import { type Detected, detected, type Rule } from './rule.ts';

export const resourceChanged: Rule<'resource-changed'> = {
  severity: 'low',
  detect: ({ plan }) => changedResources(plan),
  idParts: ({ address, attributes }) => [address, ...attributes],
  title: ({ address }) => t`Terraform resource ${codeText(address)} changed`,
  remedy: () => ({ toFix: t`Run the apply workflow, or ${codeText('mturk-team apply')}: it reverts the change.` }),
};

/** What only a plan shows: attributes that no access depends on, and resources that it would change without a reason. */
export function changedResources(plan: PlanClassification | null): readonly Detected[] {
  if (plan === null) return [];
  const found = (changes: readonly RuleData['resource-changed'][], cause: DriftCause) =>
    changes.map(({ address, attributes }) => detected('resource-changed', { address, attributes }, { cause }));
  return [...found(plan.manualAttributes, 'manual'), ...found(plan.unexplained, 'unexplained')];
}
