import { type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Member } from '../team/team.ts';
import { failureProblem } from '../text/failures/failures.ts';
import { plainText } from '../text/text.ts';
import type { CreatedKey, KeyAccount } from './account.ts';
import {
  type DeliveredKeys,
  decideKeys,
  differsInFile,
  type HeldKey,
  isNeverUsed,
  type KeyDecision,
  type KeyMember,
  type KeyStep,
  oldestFirst,
  type WithoutKeys,
  withoutKeys,
} from './rules.ts';

/** A member as applied, with the IAM user of that apply. */
export interface KeyOwner extends KeyMember, Pick<Member, 'key' | 'github'> {
  readonly user: string;
  /** IAM's unique id of the user, by the apply record; null if it has none. */
  readonly userId: string | null;
}

export interface KeyFacts {
  readonly owner: KeyOwner;
  /** Why none of the keys is touched; null if they are. */
  readonly without: WithoutKeys | null;
  /** Oldest first. */
  readonly keys: readonly HeldKey[];
  readonly delivered: DeliveredKeys;
  readonly decision: KeyDecision;
}

/** A key whose secret is encrypted, for one member. */
export interface Delivery {
  readonly owner: KeyOwner;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly armored: string;
  /** The active key that it replaces; null for a first one. */
  readonly replaced: HeldKey | null;
}

/** Which key was delivered: its user and when it was created. No key id, because everyone can read it. */
export interface DeliveredKey {
  readonly user: string;
  readonly created: string;
}

export interface KeyEffects {
  readonly account: KeyAccount;
  /** The text of the secret of a key, encrypted to the member's recipient. */
  encrypt(owner: KeyOwner, key: CreatedKey): Promise<string>;
  /** Where it was delivered: an address or a file. */
  deliver(delivery: Delivery): Promise<Result<string>>;
}

export interface KeyOutcome {
  readonly owner: KeyOwner;
  readonly step: KeyStep;
  /** `withdrawn`: another key appeared meanwhile, so nothing is left of it. */
  readonly result: 'done' | 'withdrawn' | 'failed';
  readonly place: string | null;
  readonly failure: Failure | null;
}

const NOTHING: KeyDecision = { step: null, finding: null, next: null };

/** What IAM has of one member; `since` is when the user was created, ISO 8601, UTC. */
type UserKeys = Pick<KeyFacts, 'owner' | 'without' | 'keys'> & { readonly since: string };

/** Reads one member's keys. Those of a user who is not that of the last apply, or was moved, are not the member's. */
export async function readKeys(
  owner: KeyOwner,
  account: Pick<KeyAccount, 'user' | 'keys'>,
  path: string,
): Promise<Result<UserKeys>> {
  const user = await account.user(owner.user);
  if (!user.ok) return user;
  const { id, created: since, path: current } = user.value ?? { id: null, created: '', path };
  const isOwn = id !== null && id === owner.userId;
  const without = id === null ? 'no-user' : !isOwn ? 'replaced-user' : current !== path ? 'moved-user' : null;
  const keys = without === null ? await account.keys(owner.user) : succeed([]);
  return keys.ok ? succeed({ owner, without, since, keys: keys.value }) : keys;
}

/** What decides about keys besides what IAM has. */
export interface KeyRules {
  /** The member by the newest team file; null if it has none of that key. */
  readonly newest: KeyMember | null;
  readonly rotateAfterDays: number | null;
  /** Keys that were delivered, of other users, too. */
  readonly delivered: readonly DeliveredKey[];
  /** Whether all others were not. */
  readonly isComplete: boolean;
}

/** What follows from a member's keys. */
export function factsOf({ owner, since, ...read }: UserKeys, rules: KeyRules, now: Date): KeyFacts {
  const { newest, rotateAfterDays, isComplete } = rules;
  const differs = differsInFile(owner, newest, now) ? 'file-differs' : null;
  const without = read.without ?? withoutKeys(owner, now) ?? differs;
  // A marker of an earlier day is that of a deleted user of the same name.
  const own = rules.delivered.filter(
    ({ user, created }) => user === owner.user && created.slice(0, 10) >= since.slice(0, 10),
  );
  const delivered = { created: own.map(({ created }) => created), isComplete };
  const isDecided = without === null || without === 'later';
  const decision = isDecided ? decideKeys(owner, read.keys, rotateAfterDays, now, delivered) : NOTHING;
  return { owner, without, keys: read.keys, delivered, decision };
}

/** Carries out the step of a member's facts, which were just read. */
export async function carryOut({ owner, keys, decision }: KeyFacts, effects: KeyEffects): Promise<KeyOutcome | null> {
  const { step } = decision;
  if (step === null) return null;
  const { account } = effects;
  if (step.kind === 'create') return createKey(owner, keys, step, effects);
  const change = step.kind === 'delete' ? account.delete : account.deactivate;
  const changed = await change(owner.user, step.key.id);
  return outcomeOf(owner, step, changed.ok ? changed : stepFailed(owner.key, step.kind, changed.failure));
}

/** Creates a key and delivers it, or leaves none behind. `before` are the keys that the user has. */
export async function createKey(
  owner: KeyOwner,
  before: readonly HeldKey[],
  step: Extract<KeyStep, { kind: 'create' }>,
  effects: KeyEffects,
): Promise<KeyOutcome> {
  const { account } = effects;
  const key = await account.create(owner.user);
  if (!key.ok) return outcomeOf(owner, step, stepFailed(owner.key, 'create', key.failure));
  if (key.value === null) return { owner, step, result: 'withdrawn', place: null, failure: null };
  const placed = await delivered(owner, before, key.value, effects);
  if (placed.ok && placed.value !== null) return outcomeOf(owner, step, placed);
  const deleted = await account.delete(owner.user, key.value.id);
  if (!deleted.ok) {
    return outcomeOf(owner, step, fail('key-left-behind', { member: owner.key, created: key.value.created }));
  }
  if (placed.ok) return { owner, step, result: 'withdrawn', place: null, failure: null };
  const isKnown = placed.failure.code === 'key-not-encrypted';
  return outcomeOf(owner, step, isKnown ? placed : stepFailed(owner.key, 'deliver', placed.failure));
}

/** Where a key was delivered; null if it must go again, because another one is older, one was revoked or the user is another. */
async function delivered(
  owner: KeyOwner,
  before: readonly HeldKey[],
  key: CreatedKey,
  { account, encrypt, deliver }: KeyEffects,
): Promise<Result<string | null>> {
  const user = await account.user(owner.user);
  if (!user.ok) return user;
  // IAM is asked for a key by a name, which can have been another user's for that moment: it is listed only if it is this user's.
  const keys = await account.keys(owner.user, key.id);
  if (!keys.ok) return keys;
  const known = new Set(before.map(({ id }) => id));
  // Of two that appear at once, both runs leave the same one.
  const [first] = oldestFirst(keys.value.filter((each) => !known.has(each.id)));
  // Who revoked or deleted one since did not see this one, which has the same recipient.
  const isActive = (id: string) => keys.value.some((each) => each.id === id && each.active);
  const isRevoked = before.some(({ id, active }) => active && !isActive(id));
  if (user.value?.id !== owner.userId || first?.id !== key.id || isRevoked) return succeed(null);
  // What the library says of a recipient is of no use to anyone, and nothing thrown may leave a key behind.
  const armored = await encrypt(owner, key).catch(() => null);
  if (armored === null) return fail('key-not-encrypted', { member: owner.key });
  const replaced = before.findLast(({ active }) => active) ?? null;
  return deliver({ owner, created: key.created, armored, replaced });
}

/** Keys of a member with a recipient that were never used, and that no one was given. */
export function undelivered({ keys, without, delivered }: KeyFacts, now: Date): readonly HeldKey[] {
  if (without !== null) return [];
  return keys.filter((key) => key.active && isNeverUsed(key, now) && !delivered.created.includes(key.created));
}

/** Why a step of one member failed; what was done for others stays. */
export function stepFailed(member: string, step: 'create' | 'deliver' | 'deactivate' | 'delete', failure: Failure) {
  const { summary, reason } = failureProblem(failure);
  const words = [summary, ...(reason === null ? [] : [reason])].map(plainText).join('; ');
  return fail('key-step-failed', { member, step, reason: words });
}

function outcomeOf(owner: KeyOwner, step: KeyStep, result: Result<string | null>): KeyOutcome {
  return result.ok
    ? { owner, step, result: 'done', place: result.value, failure: null }
    : { owner, step, result: 'failed', place: null, failure: result.failure };
}
