import { deadOperation } from '../../mturk/legacy.ts';
import { CAPABILITY_NAMES, type Capability, capabilityOf, isCapability, isOperation } from '../../mturk/operations.ts';
import { BUCKET_PATTERN, REGION_PATTERN } from '../patterns.ts';
import type { Rule } from '../rule.ts';

const FREEZABLE: readonly string[] = ['spend', ...CAPABILITY_NAMES];

export const freezeNamesCapabilities: Rule = ({ draft, intact, report, suggest }) => {
  for (const [index, name] of draft.freeze.entries()) {
    if (name === null || name === 'spend' || isCapability(name) || !intact('freeze', index)) continue;
    report('unknown-freeze', ['freeze', index], {
      name,
      suggestion: capabilityMeant(name) ?? suggest(name, FREEZABLE),
    });
  }
};

/** Somebody in a hurry writes the operation that is to stop, by its name of today or of old. */
function capabilityMeant(name: string): Capability | null {
  const [operation] = isOperation(name) ? [name] : (deadOperation(name)?.successors ?? []);
  return operation === undefined ? null : capabilityOf(operation);
}

export const maxRemovalsIsACount: Rule = ({
  draft: {
    settings: { maxRemovals },
  },
  intact,
  report,
}) => {
  if (maxRemovals === null || !intact('settings', 'max-removals')) return;
  if (Number.isSafeInteger(maxRemovals) && maxRemovals >= 0) return;
  report('invalid-max-removals', ['settings', 'max-removals'], { source: String(maxRemovals) });
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const stateBucketCanExist: Rule = ({
  draft: {
    settings: { state },
  },
  intact,
  report,
}) => {
  const bucket = state?.bucket;
  if (bucket === undefined || bucket === null || !intact('settings', 'state', 'bucket')) return;
  const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(bucket);
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(bucket);
  if (BUCKET_PATTERN.test(bucket) && !bucket.includes('..') && !address && !reserved) return;
  report('invalid-bucket-name', ['settings', 'state', 'bucket'], { bucket });
};

export const stateRegionIsOne: Rule = ({
  draft: {
    settings: { state },
  },
  intact,
  report,
}) => {
  const region = state?.region;
  if (region === undefined || region === null || REGION_PATTERN.test(region)) return;
  if (intact('settings', 'state', 'region')) report('invalid-region', ['settings', 'state', 'region'], { region });
};
