import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { type Draft, draftOf } from './finding-draft.ts';

/** Attributes without an effect, reverted automatically. */
const TAGS: readonly string[] = ['tags', 'tags_all'];

/** What only a plan knows: attributes that no access depends on, and resources that it would change for no known reason. */
export function planDrafts(plan: PlanClassification | null): readonly Draft[] {
  if (plan === null) return [];
  return [
    ...plan.manualAttributes.map(({ address, attributes }) =>
      draftOf(
        { kind: 'attributes', address, attributes },
        { cause: 'manual', remediation: attributes.every((name) => TAGS.includes(name)) ? 'auto' : 'on-request' },
      ),
    ),
    ...plan.unexplained.map(({ address, attributes }) =>
      draftOf({ kind: 'attributes', address, attributes }, { cause: 'unexplained' }),
    ),
  ];
}
