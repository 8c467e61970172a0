import type { Member } from '../team/team.ts';
import { DAY_MS } from '../text/dates.ts';

/** How long before the first day a key is created. */
const EARLY_DAYS = 14;
/** Before a last day that is nearer, no key is rotated. */
const LAST_DAYS = 30;
/** GetAccessKeyLastUsed lags for hours: a use, or that there is none, is believed after a day. */
const BELIEVED_AFTER = DAY_MS;
/** Of nearer uses it is not known which was later: IAM's credential report has a clock of 15 minutes, and no call promises a finer one. */
const USE_SPAN = 15 * 60_000;
/** How long an inactive key is kept after its last use: someone may still miss it. */
const KEPT_DAYS = 30;
/** How long a rotation may take until it is a finding. */
const ROTATION_DAYS = 30;
/** A key that no one used for so long is one that a member may not need. */
const UNUSED_DAYS = 90;

export type KeyMember = Pick<Member, 'recipient' | 'keys' | 'from' | 'until' | 'suspended'>;

/** An access key of a user; times are ISO 8601, UTC. */
export interface HeldKey {
  readonly id: string;
  readonly active: boolean;
  readonly created: string;
  /** Null if it was never used. */
  readonly lastUsed: string | null;
}

/** Which keys of one user mturk-team delivered, as far as the markers say. */
export interface DeliveredKeys {
  /** When they were created, as AWS has it; keys that are gone count, too. */
  readonly created: readonly string[];
  /** Whether a key that is not among them was not delivered; a terminal does not know the comments of the issue. */
  readonly isComplete: boolean;
}

export const NOT_READ: DeliveredKeys = { created: [], isComplete: false };

/**
 * Why no key of a member is touched. `file-differs`: the newest file wants no key for that recipient. The last three: there is no
 * user with the unique id of the apply record under the lab's path.
 */
export type WithoutKeys =
  | ('no-recipient' | 'no-keys' | 'suspended' | 'later' | 'ended' | 'file-differs')
  | ('no-user' | 'replaced-user' | 'moved-user');

/** What `keys sync` does with the keys of one member: one step at a time. */
export type KeyStep =
  | { readonly kind: 'create'; readonly because: 'none' | 'rotation' }
  | { readonly kind: 'deactivate' | 'delete'; readonly key: HeldKey };

/** What a person decides, because no step follows from it. */
export const KEY_FINDINGS = [
  'all-inactive',
  'newer-inactive',
  'both-used',
  'none-used',
  'newer-unused',
  'not-delivered',
  'delivered-deleted',
] as const;

export type KeyFinding = (typeof KEY_FINDINGS)[number];

/**
 * A step that is to come; `at` is ISO 8601, UTC. `deactivate`: of the older of two keys, once the newer was used for a day, if
 * mturk-team delivered the newer.
 */
export type DueStep =
  | { readonly kind: 'create' | 'rotate' | 'delete'; readonly at: string }
  | { readonly kind: 'deactivate'; readonly at: null };

export interface KeyDecision {
  /** What is due now; null for nothing. */
  readonly step: KeyStep | null;
  readonly finding: KeyFinding | null;
  readonly next: DueStep | null;
}

interface Facts {
  /** The only key is the older one. */
  readonly older: HeldKey;
  readonly newer: HeldKey | null;
  readonly delivered: DeliveredKeys;
  readonly allowed: number;
  readonly until: string | null;
  readonly rotateAfterDays: number | null;
  readonly now: number;
}

interface Row {
  /** As the table of docs/operations.md has it. */
  readonly found: string;
  readonly is: (facts: Facts) => boolean;
  readonly decide: (facts: Facts) => Partial<KeyDecision>;
}

const AFTER_USE: DueStep = { kind: 'deactivate', at: null };

/** Of one key or two, the first row that fits decides. */
export const KEY_ROWS: readonly Row[] = [
  {
    found: 'one key, active, older than rotate-after-days, last day more than 30 days away',
    is: (facts) => isOnlyActive(facts) && isRotationDue(facts),
    // Who deleted a later one may have had a reason: the next would go to the same recipient.
    decide: ({ older, delivered }) =>
      delivered.created.some((created) => created > older.created)
        ? { finding: 'delivered-deleted' }
        : { step: { kind: 'create', because: 'rotation' } },
  },
  {
    found: 'the newest key active and not delivered by mturk-team',
    is: (facts) => (facts.newer ?? facts.older).active && isNewestDelivered(facts) === false,
    decide: () => ({ finding: 'not-delivered' }),
  },
  {
    found: 'one key, active',
    is: isOnlyActive,
    decide: ({ older, rotateAfterDays }) => ({
      next: rotateAfterDays === null ? null : { kind: 'rotate', at: later(older.created, rotateAfterDays) },
    }),
  },
  {
    found: 'two active, `keys: 2` and no rotate-after-days',
    is: (facts) => areBothActive(facts) && facts.allowed > 1 && facts.rotateAfterDays === null,
    decide: () => ({}),
  },
  {
    found: 'two active, the newer used for a day, the older unused since',
    is: (facts) => areBothActive(facts) && hasMoved(facts),
    decide: (facts) =>
      isNewestDelivered(facts) ? { step: { kind: 'deactivate', key: facts.older } } : { next: AFTER_USE },
  },
  {
    found: 'two active, the newer at most 30 days old',
    is: (facts) => areBothActive(facts) && !isOlderThan(facts.newer?.created ?? null, ROTATION_DAYS, facts.now),
    decide: () => ({ next: AFTER_USE }),
  },
  {
    found: 'two active, both used or not moved to the newer',
    is: areBothActive,
    decide: ({ older, newer }) => ({
      finding:
        newer !== null && newer.lastUsed !== null
          ? 'both-used'
          : older.lastUsed === null
            ? 'none-used'
            : 'newer-unused',
    }),
  },
  {
    found: 'the older inactive, its last use more than 30 days ago, the newer active',
    is: (facts) => isOnlyNewerActive(facts) && isOlderThan(lastUse(facts.older), KEPT_DAYS, facts.now),
    decide: ({ older }) => ({ step: { kind: 'delete', key: older } }),
  },
  {
    found: 'the older inactive, the newer active',
    is: isOnlyNewerActive,
    decide: ({ older }) => ({ next: { kind: 'delete', at: later(lastUse(older), KEPT_DAYS) } }),
  },
  {
    found: 'the newer inactive, the older active',
    is: ({ older }) => older.active,
    decide: () => ({ finding: 'newer-inactive' }),
  },
  { found: 'all inactive', is: () => true, decide: () => ({ finding: 'all-inactive' }) },
];

/** Why mturk-team touches no key of a member; null if it does. */
export function withoutKeys({ recipient, keys, from, until, suspended }: KeyMember, now: Date): WithoutKeys | null {
  if (recipient === null) return 'no-recipient';
  if (keys === 0) return 'no-keys';
  if (suspended) return 'suspended';
  if (until !== null && until < now.toISOString().slice(0, 10)) return 'ended';
  return from !== null && Date.parse(from) - EARLY_DAYS * DAY_MS > now.getTime() ? 'later' : null;
}

/** Whether the newest team file asks for no key, or for one that is encrypted to someone else. */
export function differsInFile({ recipient }: KeyMember, newest: KeyMember | null, now: Date): boolean {
  return newest === null || newest.recipient !== recipient || withoutKeys(newest, now) !== null;
}

/** What follows from the keys of a member's user. A key is never activated, and there are never three. */
export function decideKeys(
  member: KeyMember,
  keys: readonly HeldKey[],
  rotateAfterDays: number | null,
  now: Date,
  delivered = NOT_READ,
): KeyDecision {
  const nothing = { step: null, finding: null, next: null };
  const without = withoutKeys(member, now);
  if (without === 'later' && member.from !== null) {
    return { ...nothing, next: { kind: 'create', at: later(member.from, -EARLY_DAYS) } };
  }
  if (without !== null) return nothing;
  const [older, newer = null] = oldestFirst(keys);
  if (older === undefined) {
    // Who deleted the last key may have had a reason, such as a stolen identity.
    if (delivered.created.length > 0) return { ...nothing, finding: 'delivered-deleted' };
    return { ...nothing, step: { kind: 'create', because: 'none' } };
  }
  const { keys: allowed, until } = member;
  const facts = { older, newer, delivered, allowed, until, rotateAfterDays, now: now.getTime() };
  return { ...nothing, ...KEY_ROWS.find(({ is }) => is(facts))?.decide(facts) };
}

export function oldestFirst<Key extends Pick<HeldKey, 'created' | 'id'>>(keys: readonly Key[]): readonly Key[] {
  const order = ({ created, id }: Key): string => `${created} ${id}`;
  return [...keys].sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

/** Never used, and believed not to be. */
export function isNeverUsed({ created, lastUsed }: HeldKey, now: Date): boolean {
  return lastUsed === null && now.getTime() - Date.parse(created) > BELIEVED_AFTER;
}

/** Which keys `keys create` replaces, besides that it adds one; null if both that there are seem to be in use. */
export function replacedByNew(keys: readonly HeldKey[], now: Date): readonly HeldKey[] | null {
  const unused = keys.filter((key) => isNeverUsed(key, now));
  if (unused.length > 0 || keys.length < 2) return unused;
  const inactive = oldestFirst(keys).filter(({ active }) => !active);
  return inactive.length === 0 ? null : inactive.slice(0, 1);
}

/** Active, and not used for 90 days. */
export function isLongUnused(key: HeldKey, now: Date): boolean {
  return key.active && isOlderThan(lastUse(key), UNUSED_DAYS, now.getTime());
}

/** Null if it is not known. */
function isNewestDelivered({ older, newer, delivered: { created, isComplete } }: Facts): boolean | null {
  return created.includes((newer ?? older).created) || (isComplete ? false : null);
}

function isOnlyActive({ older, newer }: Facts): boolean {
  return newer === null && older.active;
}

function areBothActive({ older, newer }: Facts): boolean {
  return older.active && newer?.active === true;
}

function isOnlyNewerActive({ older, newer }: Facts): boolean {
  return !older.active && newer?.active === true;
}

function isRotationDue({ older, until, rotateAfterDays, now }: Facts): boolean {
  if (rotateAfterDays === null || !isOlderThan(older.created, rotateAfterDays, now)) return false;
  return until === null || Date.parse(until) - now > LAST_DAYS * DAY_MS;
}

/** AWS says when a key was used last, not since when: the newer was used a day after the older was, or a day ago. */
function hasMoved({ older, newer, now }: Facts): boolean {
  const used = newer === null || newer.lastUsed === null ? null : Date.parse(newer.lastUsed);
  if (newer === null || used === null) return false;
  const since = Math.max(older.lastUsed === null ? 0 : Date.parse(older.lastUsed), Date.parse(newer.created));
  const isBelieved = now - since >= BELIEVED_AFTER;
  return isBelieved && used > since - USE_SPAN && (used - since >= BELIEVED_AFTER || now - used >= BELIEVED_AFTER);
}

function lastUse({ lastUsed, created }: HeldKey): string {
  return lastUsed ?? created;
}

function isOlderThan(moment: string | null, days: number, now: number): boolean {
  return moment !== null && now - Date.parse(moment) > days * DAY_MS;
}

function later(moment: string, days: number): string {
  return new Date(Date.parse(moment) + days * DAY_MS).toISOString();
}
