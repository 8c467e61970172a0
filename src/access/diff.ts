import * as z from 'zod';
import { RISKS } from '../catalog/mturk.ts';
import { COUNT, many, TEXT } from '../diagnostics/parse-data.ts';
import { accessOf, accessOnceBegun, type UserAccess } from './access-of.ts';
import { byCapability, CAPABILITY_ACCESS, OPERATION, RISK, rankOf, risksOf, worstRisk } from './capability-access.ts';
import { conservativeModel } from './conservative.ts';
import type { AccessModel, AccessUser } from './model.ts';
import {
  difference,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  operationSet,
  union,
} from './operation-set.ts';
import { GRANT } from './policies-of.ts';
import { isLasting, laterMoments } from './time-conditions.ts';

interface BeforeAfter<Value> {
  readonly before: Value;
  readonly after: Value;
}

interface GainedLost<Value> {
  readonly gained: readonly Value[];
  readonly lost: readonly Value[];
}

export function gainedLost<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ gained: many(item), lost: many(item) });
}

function beforeAfter<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ before: value, after: value });
}

export const ACCESS_CHANGE = z.strictObject({
  /** Name of the IAM user. */
  user: TEXT,
  kind: z.enum(['joins', 'leaves', 'changed']),
  operations: gainedLost(OPERATION),
  /** Whether what is gained depends on a condition that is not known to be met, such as a sign-in with MFA. */
  conditional: z.boolean(),
  /** The same operations by capability, worst risk first. A part of a capability is a part gained or lost. */
  capabilities: gainedLost(CAPABILITY_ACCESS),
  /** How many operations may be done, now or once access begins. */
  allowed: beforeAfter(COUNT),
  /** Risks of what could be done before without what is gained, and of what can be done after. */
  risks: beforeAfter(z.array(RISK).max(RISKS.length).readonly()),
  /** The moment (ISO 8601, UTC) at which access begins; null if it has begun. */
  starts: beforeAfter(z.iso.datetime().nullable()),
  /** The moment (ISO 8601, UTC) from which everything is denied. */
  ends: beforeAfter(z.iso.datetime().nullable()),
  suspended: beforeAfter(z.boolean()),
  groups: gainedLost(TEXT),
  /** Inline policies (by name) and attached ones (by ARN) of the user itself. */
  ownPolicies: gainedLost(TEXT),
  boundary: beforeAfter(TEXT.nullable()),
  /** Policies that count as allowing everything because their documents are unknown. */
  unknownPolicies: beforeAfter(many(GRANT)),
  /** The worst risk among what is gained; null if nothing is. */
  worstGain: RISK.nullable(),
  worstLoss: RISK.nullable(),
});

export type AccessChange = Readonly<z.infer<typeof ACCESS_CHANGE>>;

/** The access of all users in two models, worst risk first, gains before losses. */
export interface AccessDiff {
  /** The moment (ISO 8601, UTC) that both sides are decided at. */
  readonly at: string;
  readonly people: readonly AccessChange[];
  /** Names of the IAM users without a change, sorted. */
  readonly unchanged: readonly string[];
}

type ChangesByUser = ReadonlyMap<string, AccessChange>;

/**
 * Compares the access of all users in two models, decided at the same moment, and once it has begun. `replaced` users
 * count as changed. Of operations only those that `whole`, by user, has on the same side.
 */
export function diffAccess(
  before: AccessModel,
  after: AccessModel,
  at: Date,
  replaced: ReadonlySet<string> = new Set(),
  whole?: ChangesByUser,
): AccessDiff {
  return diffPeriods(periodsOf(before, at), periodsOf(after, at), at, replaced, whole);
}

/** The same of what two models gave at that moment; a user who is in neither is in no model. */
export function diffPeriods(
  was: Periods,
  will: Periods,
  at: Date,
  replaced: ReadonlySet<string> = new Set(),
  whole?: ChangesByUser,
): AccessDiff {
  const names = [...new Set([...was.keys(), ...will.keys()])].sort();
  const people: AccessChange[] = [];
  const unchanged: string[] = [];
  for (const name of names) {
    const change = changeOf(name, was.get(name) ?? NO_ACCESS, will.get(name) ?? NO_ACCESS, at, whole);
    if (isNothing(change) && !replaced.has(name)) unchanged.push(name);
    else people.push(change);
  }
  return { at: at.toISOString(), people: people.sort(byRisk), unchanged };
}

/** The access of a user now, and once it has begun; null of one who is not there. */
interface Period {
  readonly now: UserAccess | null;
  readonly begun: UserAccess | null;
}

/** By IAM name. */
export type Periods = ReadonlyMap<string, Period>;

const NO_ACCESS: Period = { now: null, begun: null };

export function periodsOf(model: AccessModel, at: Date): Periods {
  const access = accessOf(model, { at });
  const begun = accessOnceBegun(model, { at }, access);
  return new Map(access.map((now, index) => [now.user.name, { now, begun: begun[index] ?? now }]));
}

function changeOf(name: string, before: Period, after: Period, at: Date, whole?: ChangesByUser): AccessChange {
  const of = (access: UserAccess | null) => access?.allowed ?? NO_OPERATIONS;
  const more = (one: Period, other: Period, side: 'gained' | 'lost') => {
    const changed = union(difference(of(one.now), of(other.now)), difference(of(one.begun), of(other.begun)));
    return whole === undefined ? changed : intersection(changed, operationSet(whole.get(name)?.operations[side] ?? []));
  };
  const gained = more(after, before, 'gained');
  const lost = more(before, after, 'lost');
  const startOf = ({ now }: Period) =>
    // Equivalent if mutated: null compares as 1970.
    now === null || now.starts === null || now.starts <= at.getTime() ? null : isoOf(now.starts);
  const [was, will, all] = [before.begun, after.begun, whole?.get(name)];
  return {
    user: name,
    kind: was === null ? 'joins' : will === null ? 'leaves' : 'changed',
    operations: { gained: listOperations(gained), lost: listOperations(lost) },
    conditional: false,
    capabilities: { gained: byCapability(gained, will), lost: byCapability(lost, was) },
    allowed: { before: listOperations(of(was)).length, after: listOperations(of(will)).length },
    // What was to begin later, and is gained at once, was no risk yet.
    risks: { before: risksOf(difference(of(was), gained)), after: risksOf(of(will)) },
    starts: {
      before: all === undefined || isEmpty(lost) ? startOf(before) : all.starts.before,
      after: isEmpty(gained) ? startOf(after) : lastOf(startOf(after), all?.starts.after),
    },
    ends: { before: isoOf(was?.ends), after: isoOf(will?.ends) },
    suspended: { before: was?.suspended ?? false, after: will?.suspended ?? false },
    groups: setChange(was?.user.groups ?? [], will?.user.groups ?? []),
    ownPolicies: setChange(ownPolicyNames(was?.user), ownPolicyNames(will?.user)),
    boundary: { before: was?.user.boundary ?? null, after: will?.user.boundary ?? null },
    unknownPolicies: { before: was?.unknownPolicies ?? [], after: will?.unknownPolicies ?? [] },
    worstGain: worstRisk(gained),
    worstLoss: worstRisk(lost),
  };
}

/** The later of two moments (ISO 8601), none being at once. */
function lastOf(one: string | null, other: string | null = null): string | null {
  return (one ?? '') < (other ?? '') ? other : one;
}

function isNothing(change: AccessChange): boolean {
  const { kind, groups, ownPolicies, unknownPolicies } = change;
  return kind === 'changed' && !hasEffect(change) && [groups, ownPolicies].every(isNone) && isSame(unknownPolicies);
}

function isNone({ gained, lost }: GainedLost<unknown>): boolean {
  return gained.length === 0 && lost.length === 0;
}

function isSame({ before, after }: BeforeAfter<unknown>): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** A moment in milliseconds as ISO 8601, none staying none. */
export function isoOf(moment: number | null | undefined): string | null {
  return moment === null || moment === undefined ? null : new Date(moment).toISOString();
}

function ownPolicyNames(user: AccessUser | undefined): readonly string[] {
  return user === undefined ? [] : [...user.inline.map(({ name }) => name), ...user.attached];
}

function setChange(before: readonly string[], after: readonly string[]): GainedLost<string> {
  return {
    gained: after.filter((item) => !before.includes(item)).sort(),
    lost: before.filter((item) => !after.includes(item)).sort(),
  };
}

/** By the worst gain, then by the worst loss, then by name. */
function byRisk(one: AccessChange, other: AccessChange): number {
  return (
    rankOf(one.worstGain) - rankOf(other.worstGain) ||
    rankOf(one.worstLoss) - rankOf(other.worstLoss) ||
    (one.user < other.user ? -1 : 1)
  );
}

/** Whether access, its start or end, a suspension or the boundary changes. */
export function hasEffect({
  operations,
  starts,
  ends,
  boundary,
  suspended,
}: Pick<AccessChange, 'operations' | 'starts' | 'ends' | 'boundary' | 'suspended'>): boolean {
  return !isNone(operations) || ![starts, ends, suspended, boundary].every(isSame);
}

/** Of more moments, the rest is one: a gain at any of them counts as one now. */
const MOST_COMPARED = 128;

/**
 * Whose access changes: now, and at later moments at which a policy takes effect. With `whole`, only what changes between
 * those two as well, from the moment on at which it does.
 */
export function effectsBetween(
  before: AccessModel,
  after: AccessModel,
  at: Date,
  whole?: readonly [AccessModel, AccessModel],
): readonly AccessChange[] {
  const byUser = (models: typeof whole, moment: Date) =>
    models && new Map(diffAccess(...models, moment).people.map((person) => [person.user, person]));
  const wholeAt = (moment: Date) => byUser(whole, moment);
  const wholeNow = wholeAt(at);
  const now = diffAccess(before, after, at, undefined, wholeNow).people.filter(hasEffect);
  const moments = laterMoments([before, after, ...(whole ?? [])], [], at);
  const later = moments.slice(0, MOST_COMPARED).flatMap((moment) => {
    const iso = moment.toISOString();
    return diffAccess(before, after, moment, undefined, wholeAt(moment)).people.flatMap((person) => {
      const starts = { before: person.starts.before ?? iso, after: person.starts.after ?? iso };
      // What is lost already by anything else is not lost only then.
      const known = wholeNow?.get(person.user)?.operations.lost ?? [];
      return besides({ ...person, starts }, { gained: [], lost: known });
    });
  });
  if (moments.length <= MOST_COMPARED) return distinctEffects([...now, ...later]);
  const timeless = (model: AccessModel) => conservativeModel(model, isLasting);
  const wholeEver = byUser(whole && [timeless(whole[0]), timeless(whole[1])], at);
  const ever = diffAccess(timeless(before), timeless(after), at, undefined, wholeEver).people;
  return distinctEffects([...now, ...later, ...ever.flatMap(withoutLosses)]);
}

/** The same without what is lost. */
export function gainsBetween(...models: Parameters<typeof effectsBetween>): readonly AccessChange[] {
  return effectsBetween(...models).flatMap(withoutLosses);
}

export function withoutLosses(change: AccessChange): readonly AccessChange[] {
  return besides(change, { gained: [], lost: change.operations.lost });
}

/** The same if a condition is met that is not known to be. */
export function conditionally(change: AccessChange): AccessChange {
  return { ...change, conditional: true };
}

/** What users can do at all, now or later. */
export function gainsOf(model: AccessModel, at: Date): readonly AccessChange[] {
  return gainsBetween({ ...model, users: [] }, model, at);
}

/**
 * Of each user the earliest change, of those at one moment that without a condition, with the worst gain, or else with any loss,
 * and of the others what it does not say: what is gained now is not gained only later.
 */
export function distinctEffects(changes: readonly AccessChange[]): readonly AccessChange[] {
  const rank = ({ worstGain, worstLoss }: AccessChange) => rankOf(worstGain) + ((worstGain ?? worstLoss) ? 0 : 1);
  const moment = ({ operations, starts }: AccessChange) =>
    isNone(operations) ? LAST : ((operations.gained.length > 0 ? starts.after : starts.before) ?? '');
  const order = (one: AccessChange, other: AccessChange) => {
    if (moment(one) !== moment(other)) return moment(one) < moment(other) ? -1 : 1;
    return Number(one.conditional) - Number(other.conditional) || rank(one) - rank(other);
  };
  const byUser = new Map<string, AccessChange[]>();
  for (const change of [...changes].sort(order)) {
    const { user } = change;
    const said = byUser.get(user);
    if (said === undefined) byUser.set(user, [change]);
    else {
      const known = said.filter(({ conditional }) => change.conditional || !conditional);
      const saidOn = (side: 'gained' | 'lost') => known.flatMap(({ operations }) => operations[side]);
      said.push(...besides(change, { gained: saidOn('gained'), lost: saidOn('lost') }));
    }
  }
  return [...byUser.values()].flat().sort(byRisk);
}

/** Sorts after every moment. */
const LAST = '~';

/** A change without some operations; none if nothing is left. */
export function besides(change: AccessChange, known: AccessChange['operations']): readonly AccessChange[] {
  const left = (side: 'gained' | 'lost') =>
    difference(operationSet(change.operations[side]), operationSet(known[side]));
  const of = (side: 'gained' | 'lost') =>
    change.capabilities[side].flatMap(({ operations, grants }) =>
      byCapability(intersection(left(side), operationSet(operations)), null).map((part) => ({ ...part, grants })),
    );
  const operations = { gained: listOperations(left('gained')), lost: listOperations(left('lost')) };
  if (isNone(operations)) return [];
  const capabilities = { gained: of('gained'), lost: of('lost') };
  return [
    { ...change, operations, capabilities, worstGain: worstRisk(left('gained')), worstLoss: worstRisk(left('lost')) },
  ];
}
