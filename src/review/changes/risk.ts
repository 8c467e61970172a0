import type { AccessChange } from '../../access/diff.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import type { ReviewedPerson, ReviewedRole, RiskClass, SettingsChange, Unexplained } from './review.ts';

/** Worst first: the order of every list and headline. */
export const RISK_CLASSES: readonly RiskClass[] = [
  'gains-spending',
  'gains-harm',
  'boundary-changed',
  'identity-replaced',
  'identity-deleted',
  'gains-other',
  'loses',
  'descriptive-only',
  'nothing',
];

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
  // What gives nothing today (a role that adds nothing, a policy that does not count) may be the way to more tomorrow.
  if (found.size === 0) found.add(onlyLoses(change) ? 'loses' : 'gains-other');
  return RISK_CLASSES.filter((each) => found.has(each));
}

function boundaryChanges({ kind, boundary }: AccessChange): boolean {
  if (kind === 'leaves') return false;
  return kind === 'joins' ? boundary.after === null : boundary.before !== boundary.after;
}

/** Whether access ends later than it did; no end is the latest. */
export function isLater(end: string | null, than: string | null): boolean {
  return than !== null && (end === null || end > than);
}

function onlyLoses({ kind, groups, ownPolicies }: AccessChange): boolean {
  const gains = groups.gained.length + ownPolicies.gained.length;
  return kind === 'changed' && gains === 0 && groups.lost.length + ownPolicies.lost.length > 0;
}

/** Worst class first; who is in the same class stays in the order of `compare`. */
export function byClass(people: readonly ReviewedPerson[]): readonly ReviewedPerson[] {
  const place = ({ classes }: ReviewedPerson) => RISK_CLASSES.indexOf(classes[0] ?? 'nothing');
  return [...people].sort((one, other) => place(one) - place(other));
}

/** The worst of a whole review. */
export function riskOf(review: {
  readonly people: readonly ReviewedPerson[];
  readonly roles: readonly ReviewedRole[];
  readonly settings: readonly SettingsChange[];
  readonly unexplained: readonly Unexplained[];
  readonly descriptive: readonly string[];
}): RiskClass {
  const found = new Set<RiskClass>(review.people.flatMap(({ classes }) => classes));
  // A role that nobody has yet gives nobody anything; whoever gets it later is reviewed then.
  for (const { gained, lost } of review.roles) {
    if (gained.length > 0) found.add('gains-other');
    if (lost.length > 0) found.add('loses');
  }
  for (const guard of review.settings) found.add(riskOfGuard(guard));
  for (const { difference } of review.unexplained) {
    found.add(difference?.kind === 'boundary-changed' ? 'boundary-changed' : 'gains-other');
  }
  if (review.descriptive.length > 0) found.add('descriptive-only');
  return RISK_CLASSES.find((each) => found.has(each)) ?? 'nothing';
}

/**
 * Who approves, where the state is kept, how many may leave at once, and what is found, told and undone on the account
 * is what a reviewer relies on: every way in which that gets less, or more is done unasked, is a changed boundary.
 */
function riskOfGuard(guard: SettingsChange): RiskClass {
  switch (guard.kind) {
    // What a freeze takes or gives back is told person by person.
    case 'freeze':
      return guard.lost.length > 0 ? 'gains-other' : 'loses';
    case 'max-removals':
    case 'key-age':
    case 'drift-period':
      return guard.to < guard.from ? 'descriptive-only' : 'boundary-changed';
    case 'reconcile':
      // Switched off, what is added by hand stays.
      return guard.from !== null && guard.to !== null && guard.to < guard.from
        ? 'descriptive-only'
        : 'boundary-changed';
    case 'renewal':
      return 'descriptive-only';
    case 'keys':
      return guard.to > (guard.from ?? 0) ? 'gains-other' : 'descriptive-only';
    case 'snooze':
      return guard.to !== null && (guard.from === null || guard.to > guard.from)
        ? 'boundary-changed'
        : 'descriptive-only';
    default:
      return 'boundary-changed';
  }
}
