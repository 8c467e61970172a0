import type { AccessChange } from '../../access/diff.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import {
  type ReviewedPerson,
  RISK_CLASSES,
  type RiskClass,
  type RoleChange,
  type SettingsChange,
  type UnexplainedChange,
} from '../manifest/schema.ts';

/** All classes of one person's change, worst first; never empty. */
export function classesOf(
  change: AccessChange,
  options: { readonly at: Date; readonly replaced: ReadonlySet<string> },
): readonly RiskClass[] {
  const found = new Set<RiskClass>();
  for (const { risk } of change.capabilities.gained) {
    found.add(risk === 'spends' ? 'gains-spending' : risk === 'harms-workers' ? 'gains-harm' : 'gains-other');
  }
  if (change.capabilities.lost.length > 0) found.add('loses');
  if (change.kind === 'leaves') found.add('identity-deleted');
  if (options.replaced.has(change.user)) found.add('identity-replaced');
  if (boundaryChanges(change)) found.add('boundary-changed');
  if (change.kind === 'changed') {
    const { ends, suspended } = change;
    if (ends.before !== ends.after) found.add(isLater(ends.after, ends.before) ? 'gains-other' : 'loses');
    if (suspended.before !== suspended.after) found.add(suspended.after ? 'loses' : 'gains-other');
  }
  if (change.ownPolicies.gained.some((policy) => policy !== LIMITS_POLICY)) found.add('gains-other');
  // A role or policy without effect today can grant access later.
  if (found.size === 0) found.add(onlyLoses(change) ? 'loses' : 'gains-other');
  return RISK_CLASSES.filter((each) => found.has(each));
}

function boundaryChanges({ kind, boundary }: AccessChange): boolean {
  if (kind === 'leaves') return false;
  return kind === 'joins' ? boundary.after === null : boundary.before !== boundary.after;
}

/** Whether access ends later; no last day is the latest. */
export function isLater(end: string | null, than: string | null): boolean {
  return than !== null && (end === null || end > than);
}

function onlyLoses({ kind, groups, ownPolicies }: AccessChange): boolean {
  const gains = groups.gained.length + ownPolicies.gained.length;
  return kind === 'changed' && gains === 0 && groups.lost.length + ownPolicies.lost.length > 0;
}

/** Worst class first; within a class in the order of `compare`. */
export function byClass(people: readonly ReviewedPerson[]): readonly ReviewedPerson[] {
  const place = ({ classes }: ReviewedPerson) => RISK_CLASSES.indexOf(classes[0] ?? 'nothing');
  return [...people].sort((one, other) => place(one) - place(other));
}

/** The worst of a whole review. */
export function riskOf(review: {
  readonly people: readonly ReviewedPerson[];
  readonly roles: readonly RoleChange[];
  readonly settings: readonly SettingsChange[];
  readonly unexplained: readonly UnexplainedChange[];
  readonly descriptive: readonly string[];
}): RiskClass {
  const found = new Set<RiskClass>(review.people.flatMap(({ classes }) => classes));
  // A role without members grants nothing yet; a member who gets it is reviewed then.
  for (const { gained, lost } of review.roles) {
    if (gained.length > 0) found.add('gains-other');
    if (lost.length > 0) found.add('loses');
  }
  for (const setting of review.settings) found.add(riskOfSetting(setting));
  for (const { difference } of review.unexplained) {
    found.add(difference?.kind === 'boundary-changed' ? 'boundary-changed' : 'gains-other');
  }
  if (review.descriptive.length > 0) found.add('descriptive-only');
  return RISK_CLASSES.find((each) => found.has(each)) ?? 'nothing';
}

/**
 * Reviewers rely on approvals, state, removal limit and drift checks: weakening one, or automating more, counts as a
 * changed boundary.
 */
function riskOfSetting(setting: SettingsChange): RiskClass {
  switch (setting.kind) {
    // The people whom a freeze affects are listed one by one.
    case 'freeze':
      return setting.lost.length > 0 ? 'gains-other' : 'loses';
    case 'max-removals':
    case 'key-age':
    case 'drift-period':
      return setting.to < setting.from ? 'descriptive-only' : 'boundary-changed';
    case 'reconcile':
      // With fewer reverts or none, added access stays; `all` also grants access.
      return setting.to.mode === setting.from.mode && setting.to.perDay < setting.from.perDay
        ? 'descriptive-only'
        : 'boundary-changed';
    case 'delete-after':
      return setting.to === null ? 'descriptive-only' : 'boundary-changed';
    case 'renewal':
      return 'descriptive-only';
    case 'keys':
      return setting.to > (setting.from ?? 0) ? 'gains-other' : 'descriptive-only';
    case 'snooze':
      return setting.to !== null && (setting.from === null || setting.to > setting.from)
        ? 'boundary-changed'
        : 'descriptive-only';
    default:
      return 'boundary-changed';
  }
}
