import { type Failure, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { stableJson } from '../../iam/canonical.ts';
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
import { checkUnlinked } from '../files.ts';
import { type AccountSessionOptions, openAccountSession } from '../session/account-session.ts';
import { checkSameFile } from '../session/read-team.ts';
import type { Terminal } from '../terminal.ts';
import { type Deliveries, toDirectory, toIssue } from './deliveries.ts';
import { type LabKeys, type Markers, withLabKeys } from './lab-keys.ts';

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
  /** Whose keys a person decides about, besides those that were lost. */
  readonly undecided: readonly KeyFacts[];
  /** What failed; others were done all the same. */
  readonly failures: readonly Failure[];
}

/** Does what is due with the keys of members who have a recipient. */
export async function syncKeys(
  options: DeliveryOptions,
  terminal: Terminal,
  confirm: Confirm<readonly KeyFacts[]>,
): Promise<Result<Synced>> {
  const confirmed = overSameFile(options, confirm);
  return withLabKeys(await openAccountSession(options, terminal), (keys) => syncLab(keys, options, confirmed));
}

/** While it asks, a change can be merged by which a member gets no key, or one for another recipient. */
function overSameFile<Shown>(options: DeliveryOptions, confirm: Confirm<Shown>): Confirm<Shown> {
  return async (shown, keys) => {
    const agreed = await confirm(shown, keys);
    return agreed.ok ? checkSameFile(keys.session.team, options) : agreed;
  };
}

/** The same in a lab that is already connected. */
export async function syncLab(
  keys: LabKeys,
  options: Pick<DeliveryOptions, 'out'>,
  confirm: Confirm<readonly KeyFacts[]>,
): Promise<Result<Synced>> {
  if (keys.unfinishedSince !== null) return fail('apply-unfinished', { at: keys.unfinishedSince });
  const deliveries = await deliveriesOf(keys, options);
  if (!deliveries.ok) return deliveries;
  const withRecipient = keys.owners.filter(({ recipient }) => recipient !== null);
  const facts = await keys.read(withRecipient, markersOf(deliveries.value, options));
  if (!facts.ok) return facts;
  const due = facts.value.filter(({ decision }) => decision.step !== null);
  const confirmed = due.length === 0 ? succeed(null) : await keys.confirmed(() => confirm(due, keys));
  if (!confirmed.ok) return confirmed;
  // A question can stay open for hours, in which another run delivers keys.
  const latest = await deliveriesOf(keys, options);
  if (!latest.ok) return latest;
  const outcomes: KeyOutcome[] = [];
  const failures: Failure[] = [];
  for (const shown of due) {
    const now = await readAgain(keys, shown, markersOf(latest.value, options));
    if (!now.ok) failures.push(now.failure);
    const outcome = now.ok ? await carryOut(now.value, effectsOf(keys, latest.value)) : null;
    if (outcome !== null) outcomes.push(outcome);
  }
  failures.push(...outcomes.flatMap(({ failure }) => failure ?? []));
  const lost = facts.value.flatMap((each) =>
    undelivered(each, keys.session.now()).map(({ created }) => ({ owner: each.owner, created })),
  );
  const reported = lost.map(({ owner, created }) => ({ member: owner.key, created }));
  // Without the comments it is not known that no one was given a key.
  if (options.out === null && reported.length > 0) {
    failures.push(fail('keys-not-delivered', { keys: reported }).failure);
  }
  const isLost = ({ owner }: KeyFacts) => lost.some((each) => each.owner.key === owner.key);
  const undecided = facts.value.filter((each) => each.decision.finding !== null && !isLost(each));
  return succeed({ keys, outcomes, lost, undecided, failures });
}

/** What is known of a member now. Fails if another step is due than was shown; none is due if another run did it. */
async function readAgain(keys: LabKeys, { owner, decision }: KeyFacts, markers: Markers): Promise<Result<KeyFacts>> {
  const read = await keys.read([owner], markers);
  if (!read.ok) return read;
  const [now] = read.value;
  const step = now?.decision.step ?? null;
  const isShown = step === null || stableJson(step) === stableJson(decision.step);
  return now !== undefined && isShown ? succeed(now) : fail('keys-changed', { member: owner.key });
}

function markersOf({ delivered }: Deliveries, { out }: Pick<DeliveryOptions, 'out'>): Markers {
  return async (keys) => {
    const known = await delivered(keys);
    return known.ok ? succeed({ delivered: known.value, isComplete: out === null }) : known;
  };
}

/** Creates a key for one member, whatever their keys; those that were never used are `replaced`, which deletes them first. */
export async function createForMember(
  options: DeliveryOptions & { readonly member: string },
  terminal: Terminal,
  confirm: Confirm<{ readonly owner: KeyOwner; readonly replaced: readonly HeldKey[] }>,
) {
  return withLabKeys(await openAccountSession(options, terminal), async (keys) => {
    const { member } = options;
    if (keys.unfinishedSince !== null) return fail('apply-unfinished', { at: keys.unfinishedSince });
    const owner = keys.owners.find(({ key }) => key === member);
    if (owner === undefined) return fail('no-key-allowed', { member, because: 'not-applied' });
    const deliveries = await deliveriesOf(keys, options);
    if (!deliveries.ok) return deliveries;
    const shown = await replaceable(keys, owner);
    if (!shown.ok) return shown;
    const { replaced } = shown.value;
    const confirmed = await keys.confirmed(() => overSameFile(options, confirm)({ owner, replaced }, keys));
    if (!confirmed.ok) return confirmed;
    const now = await replaceable(keys, owner);
    if (!now.ok) return now;
    if (stableJson(now.value.replaced) !== stableJson(replaced)) return fail('keys-changed', { member });
    for (const { id } of replaced) {
      const deleted = await keys.account.delete(owner.user, id);
      if (!deleted.ok) return stepFailed(member, 'delete', deleted.failure);
    }
    const { before } = now.value;
    const step = { kind: 'create', because: before.length === 0 ? 'none' : 'rotation' } as const;
    const { failure, place } = await createKey(owner, before, step, effectsOf(keys, deliveries.value));
    if (failure !== null) return { ok: false, failure };
    return place === null ? fail('key-withdrawn', { member }) : succeed({ keys, owner, replaced, place });
  });
}

/** Which keys of a member a new one replaces, and which were there before and stay. Fails if the member gets none. */
async function replaceable(
  keys: LabKeys,
  owner: KeyOwner,
): Promise<Result<Readonly<Record<'replaced' | 'before', readonly HeldKey[]>>>> {
  const facts = await keys.read([owner]);
  if (!facts.ok) return facts;
  const [{ without, keys: held } = { without: 'no-user' as const, keys: [] }] = facts.value;
  if (without !== null) return fail('no-key-allowed', { member: owner.key, because: without });
  const replaced = replacedByNew(held, keys.session.now());
  if (replaced === null) return fail('keys-in-use', { member: owner.key });
  return succeed({ replaced, before: held.filter((key) => !replaced.includes(key)) });
}

async function deliveriesOf({ session }: LabKeys, { out }: Pick<DeliveryOptions, 'out'>): Promise<Result<Deliveries>> {
  if (out === null) return toIssue(session, process.env);
  const unlinked = await checkUnlinked(out);
  return unlinked.ok ? succeed(toDirectory(session, out)) : unlinked;
}

function effectsOf({ account, applied, confirmed }: LabKeys, { deliver }: Deliveries): KeyEffects {
  return {
    account,
    // An apply can end while keys are delivered, this one too: a key that it would not give is withdrawn.
    async deliver(delivery) {
      const before = await confirmed(async () => succeed(null));
      const placed = before.ok ? await deliver(delivery) : before;
      const after = placed.ok ? await confirmed(async () => succeed(null)) : placed;
      return after.ok ? placed : after;
    },
    encrypt: (owner, key) => encryptFor(owner.recipient ?? '', secretText(owner.user, applied.account, key)),
  };
}
