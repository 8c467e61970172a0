import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { type Draft, draftOf } from './finding-draft.ts';

/** Attributes that are put back without a question: they are words. */
const WORDS: readonly string[] = ['tags', 'tags_all'];

/** What a plan tells of resources that no difference between two models can: nobody's access depends on it. */
export function planDrafts(report: PlanClassification | null): readonly Draft[] {
  if (report === null) return [];
  const { manualAttributes: tamperedAttributes, unexplained, pending, pendingAddresses, imported: takenOver } = report;
  const changed = tamperedAttributes.map(({ address, attributes }) =>
    draftOf(
      { kind: 'attributes', address, attributes },
      { cause: 'manual', remediation: attributes.every((name) => WORDS.includes(name)) ? 'auto' : 'on-request' },
    ),
  );
  const unclear = unexplained.map(({ address, attributes }) =>
    draftOf({ kind: 'attributes', address, attributes }, { cause: 'unexplained' }),
  );
  // Resources come with what they are for: by themselves they are news only where nothing else is pending.
  const alone = pending.length > 0 ? [] : [...pendingAddresses, ...takenOver.map(({ address }) => address)];
  const known = new Set([...tamperedAttributes, ...unexplained].map(({ address }) => address));
  const waiting = [...new Set(alone)]
    .filter((address) => !known.has(address))
    .map((address) => draftOf({ kind: 'attributes', address, attributes: [] }, { cause: 'pending' }));
  return [...changed, ...unclear, ...waiting];
}
