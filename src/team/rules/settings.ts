import { CAPABILITY_NAMES, type Capability, capabilityOf, isCapability, isOperation } from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import { COUNTS, isCount } from '../parse/counts.ts';
import { reportCount } from '../parse/report-count.ts';
import { BUCKET_PATTERN, REGION_PATTERN } from '../patterns.ts';
import { RECONCILE_MODES } from '../settings.ts';
import type { Rule } from './rule.ts';

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
  const [operation] = isOperation(name) ? [name] : (retiredOperation(name)?.successors ?? []);
  return operation === undefined ? null : capabilityOf(operation);
}

export const countsAreInRange: Rule = ({ draft: { members, settings }, intact, report }) => {
  const check = (key: keyof typeof COUNTS, value: number | null, ...path: DocumentPath) => {
    if (value === null || isCount(value, COUNTS[key]) || !intact(...path)) return;
    reportCount(report, path, key, String(value));
  };
  for (const { key, keys } of members) check('keys', keys, 'members', key, 'keys');
  check('max-removals', settings.maxRemovals, 'settings', 'max-removals');
  check('key-max-age-days', settings.keyMaxAgeDays, 'settings', 'key-max-age-days');
  check('per-day', settings.reconcile.perDay, 'settings', 'reconcile', 'per-day');
  check('delete-after-days', settings.deleteAfterDays, 'settings', 'delete-after-days');
  check('drift-every-hours', settings.driftEveryHours, 'settings', 'drift-every-hours');
  check('renew-before-days', settings.renewBeforeDays, 'settings', 'renew-before-days');
};

export const reconcileModeExists: Rule = ({ draft, intact, report, suggest }) => {
  const { mode } = draft.settings.reconcile;
  if (mode === null || RECONCILE_MODES.some((each) => each === mode) || !intact('settings', 'reconcile', 'mode'))
    return;
  report('unknown-reconcile-mode', ['settings', 'reconcile', 'mode'], {
    mode,
    suggestion: suggest(mode, RECONCILE_MODES),
  });
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
