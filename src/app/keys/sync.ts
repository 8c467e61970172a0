import { type Failure, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { encryptFor } from '../../keys/encryption.ts';
import { secretText } from '../../keys/profile.ts';
import { type HeldKey, replacedByNew } from '../../keys/rules.ts';
import {
  carryOut,
  createKey,
  type KeyEffects,
  type KeyFacts,
  type KeyOutcome,
  type KeyOwner,
  stepFailed,
  undelivered,
} from '../../keys/sync.ts';
import type { AccountSessionOptions } from '../session/account-session.ts';
import type { Terminal } from '../terminal.ts';
import { type Deliveries, toDirectory, toIssue } from './deliveries.ts';
import { type LabKeys, withLabKeys } from './lab-keys.ts';

export interface DeliveryOptions extends AccountSessionOptions {
  /** The directory of encrypted keys; null delivers them to the issue. */
  readonly out: string | null;
}

/** Shows what is about to be done, and asks. */
type Confirm<Shown> = (shown: Shown, keys: LabKeys) => Promise<Result<null>>;

/** A key that was never used, and that no marker gives to its member. */
export interface LostKey {
  readonly owner: KeyOwner;
  /** ISO 8601, UTC. */
  readonly created: string;
}

export interface Synced {
  readonly keys: LabKeys;
  readonly outcomes: readonly KeyOutcome[];
  readonly lost: readonly LostKey[];
  /** What failed; others were done all the same. */
  readonly failures: readonly Failure[];
}

/** Does what is due with the keys of members who have a recipient. */
export function syncKeys(
  options: DeliveryOptions,
  terminal: Terminal,
  confirm: Confirm<readonly KeyFacts[]>,
): Promise<Result<Synced>> {
  return withLabKeys(options, terminal, (keys) => syncLab(keys, options, confirm));
}

/** The same in a lab that is already connected. */
export async function syncLab(
  keys: LabKeys,
  options: Pick<DeliveryOptions, 'out'>,
  confirm: Confirm<readonly KeyFacts[]>,
): Promise<Result<Synced>> {
  if (keys.unfinishedSince !== null) return fail('apply-unfinished', { at: keys.unfinishedSince });
  const deliveries = deliveriesOf(keys, options);
  if (!deliveries.ok) return deliveries;
  const facts = await keys.read(keys.owners.filter(({ recipient }) => recipient !== null));
  if (!facts.ok) return facts;
  const due = facts.value.filter(({ decision }) => decision.step !== null);
  const confirmed = due.length === 0 ? succeed(null) : await confirm(due, keys);
  if (!confirmed.ok) return confirmed;
  const outcomes: KeyOutcome[] = [];
  const failures: Failure[] = [];
  for (const { owner } of due) {
    // What was read before a question may have changed.
    const again = await keys.read([owner]);
    const [now] = again.ok ? again.value : [];
    if (!again.ok) failures.push(again.failure);
    const outcome = now === undefined ? null : await carryOut(now, effectsOf(keys, deliveries.value));
    if (outcome !== null) outcomes.push(outcome);
  }
  failures.push(...outcomes.flatMap(({ failure }) => failure ?? []));
  const lost = await lostKeys(keys, facts.value, deliveries.value);
  if (!lost.ok) return succeed({ keys, outcomes, lost: [], failures: [...failures, lost.failure] });
  const reported = lost.value.map(({ owner, created }) => ({ member: owner.key, created }));
  // Without the comments it is not known that no one was given a key.
  if (options.out === null && reported.length > 0) {
    failures.push(fail('keys-not-delivered', { keys: reported }).failure);
  }
  return succeed({ keys, outcomes, lost: lost.value, failures });
}

async function lostKeys(
  { session }: LabKeys,
  facts: readonly KeyFacts[],
  deliveries: Deliveries,
): Promise<Result<readonly LostKey[]>> {
  const now = session.now();
  const unused = facts.flatMap((each) => undelivered(each, () => false, now));
  if (unused.length === 0) return succeed([]);
  const found = await deliveries.delivered(unused);
  if (!found.ok) return found;
  const known = new Set(found.value.map(({ user, created }) => `${user} ${created}`));
  return succeed(
    facts.flatMap((each) =>
      undelivered(each, ({ user, created }) => known.has(`${user} ${created}`), now).map(({ created }) => ({
        owner: each.owner,
        created,
      })),
    ),
  );
}

export interface CreatedForMember {
  readonly keys: LabKeys;
  readonly owner: KeyOwner;
  /** Keys that the new one replaced, and that are deleted. */
  readonly replaced: readonly HeldKey[];
  /** Where it was delivered. */
  readonly place: string;
}

/** Creates a key for one member, whatever their keys; those that were never used are deleted first. */
export function createForMember(
  options: DeliveryOptions & { readonly member: string },
  terminal: Terminal,
  confirm: Confirm<{ readonly owner: KeyOwner; readonly replaced: readonly HeldKey[] }>,
): Promise<Result<CreatedForMember>> {
  return withLabKeys(options, terminal, async (keys) => {
    const { member } = options;
    if (keys.unfinishedSince !== null) return fail('apply-unfinished', { at: keys.unfinishedSince });
    const owner = keys.owners.find(({ key }) => key === member);
    if (owner === undefined) return fail('no-key-allowed', { member, because: 'not-applied' });
    const deliveries = deliveriesOf(keys, options);
    if (!deliveries.ok) return deliveries;
    const facts = await keys.read([owner]);
    if (!facts.ok) return facts;
    const [{ without, keys: held } = { without: 'no-user' as const, keys: [] }] = facts.value;
    if (without !== null) return fail('no-key-allowed', { member, because: without });
    const replaced = replacedByNew(held, keys.session.now());
    if (replaced === null) return fail('keys-in-use', { member });
    const confirmed = await confirm({ owner, replaced }, keys);
    if (!confirmed.ok) return confirmed;
    for (const { id } of replaced) {
      const deleted = await keys.account.delete(owner.user, id);
      if (!deleted.ok) return stepFailed(member, 'delete', deleted.failure);
    }
    const before = held.filter((key) => !replaced.includes(key));
    const step = { kind: 'create', because: before.length === 0 ? 'none' : 'rotation' } as const;
    const { failure, place } = await createKey(owner, before, step, effectsOf(keys, deliveries.value));
    if (failure !== null) return { ok: false, failure };
    return place === null ? fail('key-withdrawn', { member }) : succeed({ keys, owner, replaced, place });
  });
}

function deliveriesOf({ session }: LabKeys, { out }: Pick<DeliveryOptions, 'out'>): Result<Deliveries> {
  return out === null ? toIssue(session, process.env) : succeed(toDirectory(session, out));
}

function effectsOf({ account, applied }: LabKeys, { deliver }: Deliveries): KeyEffects {
  return {
    ...{ account, deliver },
    encrypt: (owner, key) => encryptFor(owner.recipient ?? '', secretText(owner.user, applied.account, key)),
  };
}
