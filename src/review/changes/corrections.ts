import { byCapability, type CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import { operationSet } from '../../access/operation-set.ts';
import type { Operation } from '../../catalog/mturk.ts';
import type { Review, ReviewedPerson } from './review.ts';

interface Subject {
  /** IAM name. */
  readonly user: string;
  readonly name: string | null;
}

/** Where a plan says otherwise about a person than the two files alone. */
export type Correction = Subject &
  (
    | {
        readonly kind: 'gains' | 'does-not-gain' | 'loses' | 'does-not-lose';
        readonly capabilities: readonly CapabilityAccess[];
      }
    | { readonly kind: 'joins' | 'does-not-join' | 'leaves' | 'does-not-leave' | 'replaced' | 'boundary' | 'other' }
    /** Access ends at another moment (ISO 8601, UTC) than the files say. */
    | { readonly kind: 'ends'; readonly files: string | null; readonly plan: string | null }
  );

/**
 * Everything in which the review of a plan says otherwise than the one of the files: the first that is to be said. In
 * the order of `ORDER`, and of the plan's people within.
 */
export function corrections(offline: Review, planned: Review): readonly Correction[] {
  const said = new Map(offline.people.map((person) => [person.user, person]));
  const known = new Set(planned.people.map(({ user }) => user));
  return [
    ...planned.people.flatMap((person) => correctionsOf(person, said.get(person.user) ?? null, person)),
    ...offline.people.filter(({ user }) => !known.has(user)).flatMap((person) => correctionsOf(person, person, null)),
  ]
    .map((correction, index) => ({ correction, place: ORDER.indexOf(correction.kind) * 1e6 + index }))
    .sort((one, other) => one.place - other.place)
    .map(({ correction }) => correction);
}

/** What gives somebody more than the files say comes first. */
const ORDER: readonly Correction['kind'][] = [
  ...(['gains', 'does-not-lose', 'does-not-leave', 'boundary', 'replaced', 'leaves', 'joins', 'ends'] as const),
  ...(['other', 'loses', 'does-not-gain', 'does-not-join'] as const),
];

function correctionsOf(
  { user, name }: ReviewedPerson,
  files: ReviewedPerson | null,
  plan: ReviewedPerson | null,
): readonly Correction[] {
  const who = { user, name };
  const found: Correction[] = [];
  const part = (kind: 'gains' | 'does-not-gain' | 'loses' | 'does-not-lose', operations: readonly Operation[]) => {
    if (operations.length === 0) return;
    const set = operationSet((operation) => operations.includes(operation));
    found.push({ ...who, kind, capabilities: byCapability(set, new Map()) });
  };
  const [said, does] = [changeOf(files), changeOf(plan)];
  part('gains', without(does.operations.gained, said.operations.gained));
  part('does-not-gain', without(said.operations.gained, does.operations.gained));
  part('loses', without(does.operations.lost, said.operations.lost));
  part('does-not-lose', without(said.operations.lost, does.operations.lost));
  // Nobody who is not told of changes; who is told to change may be one of whom the other side says nothing.
  if ((said.kind ?? 'changed') !== (does.kind ?? 'changed')) {
    if (does.kind === 'joins') found.push({ ...who, kind: 'joins' });
    if (does.kind === 'leaves') found.push({ ...who, kind: 'leaves' });
    if (said.kind === 'joins') found.push({ ...who, kind: 'does-not-join' });
    if (said.kind === 'leaves') found.push({ ...who, kind: 'does-not-leave' });
  } else if (does.kind !== 'leaves' && does.movesEnd !== said.movesEnd) {
    found.push({ ...who, kind: 'ends', files: said.end, plan: does.end });
  }
  const has = (person: ReviewedPerson | null, kind: 'boundary-changed' | 'identity-replaced') =>
    person?.classes.includes(kind) === true;
  if (has(plan, 'boundary-changed') && !has(files, 'boundary-changed')) found.push({ ...who, kind: 'boundary' });
  if (has(plan, 'identity-replaced')) found.push({ ...who, kind: 'replaced' });
  if (found.length === 0 && files === null) found.push({ ...who, kind: 'other' });
  return found;
}

interface Comparable {
  readonly kind: AccessChange['kind'] | null;
  readonly operations: AccessChange['operations'];
  /** Equal for two changes that end access at the same moment; null where the end stays. */
  readonly movesEnd: string | null;
  readonly end: string | null;
}

function changeOf(person: ReviewedPerson | null): Comparable {
  if (person === null) return { kind: null, operations: { gained: [], lost: [] }, movesEnd: null, end: null };
  const { kind, operations, ends } = person.change;
  const moves = kind === 'joins' ? ends.after !== null : ends.before !== ends.after;
  return { kind, operations, movesEnd: moves ? (ends.after ?? 'never') : null, end: ends.after };
}

function without(items: readonly Operation[], others: readonly Operation[]): readonly Operation[] {
  return items.filter((item) => !others.includes(item));
}
