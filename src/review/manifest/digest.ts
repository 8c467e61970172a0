import { createHash } from 'node:crypto';
import { canonicalDocument } from '../../iam/canonical.ts';
import { parsePolicyDocument } from '../../iam/document.ts';
import type { Plan, ResourceChange, Values } from '../../terraform/plan.ts';
import type { DigestEntry, Manifest, Tools } from './schema.ts';

export type PlanDigest = Pick<Manifest, 'digest' | 'entries'>;

/** A plan's digest with what it was made with; a manifest is one. */
export type DigestedPlan = PlanDigest & { readonly tools: Tools };

/** Raised whenever the canonical form changes: digests of two versions never agree. */
const FORM = 'mturk-team plan 1';

/**
 * SHA-256 over every change, move and import with its values, equal for equal effect: order, times, the spelling of a
 * policy, empty against absent and the engine's hints do not count. Plans with a secret are blocked: values are not keyed.
 */
export function planDigest(plan: Plan, tools: Tools): PlanDigest {
  const changes = plan.changes.filter(doesSomething).map(entryOf);
  const outputs = Object.entries(plan.outputs)
    .filter(([, { actions }]) => actions.join() !== 'no-op')
    .map(([name, output]): DigestEntry => {
      const { actions, before, after, afterUnknown } = output;
      const goal = sha256([canonical(after), canonicalMask(afterUnknown)]);
      const digest = sha256(['output', name, actions, canonical(before), goal]);
      return { address: `output.${name}`, actions, digest, goal, from: [], to: [] };
    });
  const entries = [...changes, ...outputs].sort((one, other) =>
    `${one.address} ${one.digest}` < `${other.address} ${other.digest}` ? -1 : 1,
  );
  const whole = [plan.errored, plan.deferred, plan.invocations, plan.complete === false];
  // Entries leave the tools out, so that a comparison can say that the tools alone differ.
  const digest = sha256([FORM, tools.engine, tools.provider, whole, entries.map((entry) => entry.digest)]);
  return { digest, entries };
}

function doesSomething({ change, previousAddress }: ResourceChange): boolean {
  return change.actions.join() !== 'no-op' || change.importing !== null || previousAddress !== null;
}

function entryOf(each: ResourceChange): DigestEntry {
  const { address, deposed, previousAddress, mode, type, change } = each;
  const digest = sha256([
    ...[address, deposed, previousAddress, mode, type, change.actions],
    ...[canonicalValues(change.before), canonicalValues(change.after), canonicalMask(change.afterUnknown)],
    ...[change.importing === null ? null : canonical(change.importing)],
    change.replacePaths.map((path) => canonical(path)).sort(),
  ]);
  const before = leavesOf(change.before);
  const after = leavesOf(change.after);
  return {
    address: deposed === null ? address : `${address}#${deposed}`,
    actions: change.actions,
    digest,
    goal: sha256([address, type, change.after === null, [...after].sort()]),
    from: [...before].filter((leaf) => !after.has(leaf)).sort(),
    to: [...after].filter((leaf) => !before.has(leaf)).sort(),
  };
}

const COUNTED_BY_AWS = 'attachment_count';
/** What AWS gives a thing when it is made: unknown to the plan that creates it, known to one that finishes it. */
const GIVEN_BY_AWS = [COUNTED_BY_AWS, 'arn', 'id', 'unique_id', 'policy_id', 'create_date', 'tags_all'];

function canonicalValues(values: Values | null): string | null {
  return values === null
    ? null
    : canonical(Object.fromEntries(Object.entries(values).filter(([name]) => name !== COUNTED_BY_AWS)));
}

/** Every value that our configuration sets, one by one: a set gives one for each item. */
function leavesOf(values: Values | null): ReadonlySet<string> {
  const leaves = Object.entries(values ?? {})
    .filter(([name]) => !GIVEN_BY_AWS.includes(name))
    .flatMap(([name, value]) => {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      return items.map((item) => [name, canonical(item)] as const).filter(([, text]) => text !== '');
    });
  return new Set(leaves.map((leaf) => sha256(leaf).slice(0, 16)));
}

/**
 * A text that is equal for two values exactly when they mean the same to IAM; empty for what is absent, null or empty.
 * Each kind of value has a letter of its own, so that none can imitate another.
 */
function canonical(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') {
    const document = value.trimStart().startsWith('{') ? parsePolicyDocument(value) : null;
    return JSON.stringify(document === null ? ['s', value] : ['p', canonicalDocument(document)]);
  }
  if (Array.isArray(value)) return value.length === 0 ? '' : JSON.stringify(['l', value.map(canonical).sort()]);
  if (typeof value !== 'object') return JSON.stringify(['v', value]);
  const entries = Object.entries(value)
    .map(([name, item]) => [name, canonical(item)] as const)
    .filter(([, text]) => text !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(['o', entries]);
}

/** What is not known yet; the position in a list counts here, so it is not sorted. False and missing are the same. */
function canonicalMask(mask: unknown): string {
  if (mask === true) return 'true';
  if (typeof mask !== 'object' || mask === null) return '';
  const entries = Object.entries(mask)
    .map(([name, item]) => [name, canonicalMask(item)] as const)
    .filter(([, text]) => text !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(entries);
}

function sha256(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export interface DigestComparison {
  /** `subset` is what is left of the reviewed plan, or the same on another base; `empty` leaves nothing to do. */
  readonly verdict: 'equal' | 'subset' | 'empty' | 'changed';
  /** Addresses that would be changed in a way that was not reviewed. */
  readonly unreviewed: readonly string[];
  /** Addresses that were reviewed and are not in the fresh plan: done by now, or not wanted any more. */
  readonly missing: readonly string[];
  /** Another engine or provider than the one of the review. */
  readonly otherTools: boolean;
}

/** Compares a fresh plan with the reviewed one. */
export function compareDigests(reviewed: DigestedPlan, fresh: DigestedPlan): DigestComparison {
  const byAddress = new Map(reviewed.entries.map((entry) => [entry.address, entry]));
  const left = new Set(fresh.entries.map(({ address }) => address));
  const parts = {
    unreviewed: fresh.entries
      .filter((entry) => !continues(byAddress.get(entry.address), entry))
      .map(({ address }) => address),
    missing: reviewed.entries.map(({ address }) => address).filter((address) => !left.has(address)),
    otherTools: reviewed.tools.engine !== fresh.tools.engine || reviewed.tools.provider !== fresh.tools.provider,
  };
  return { verdict: verdictOf(reviewed, fresh, parts), ...parts };
}

function verdictOf(
  reviewed: DigestedPlan,
  fresh: DigestedPlan,
  { unreviewed, otherTools }: Pick<DigestComparison, 'unreviewed' | 'otherTools'>,
): DigestComparison['verdict'] {
  if (fresh.entries.length === 0) return 'empty';
  if (fresh.digest === reviewed.digest) return 'equal';
  return unreviewed.length === 0 && !otherTools && isLess(reviewed, fresh) ? 'subset' : 'changed';
}

/** Entries that all are equal under another digest say that something else about the plan differs. */
function isLess(reviewed: DigestedPlan, fresh: DigestedPlan): boolean {
  const digests = new Set(reviewed.entries.map(({ digest }) => digest));
  return fresh.entries.length < reviewed.entries.length || fresh.entries.some(({ digest }) => !digests.has(digest));
}

/**
 * Whether a change is the reviewed one, finishes it, or makes it on another base. It finishes it with the same goal and no
 * other steps: an interrupted apply may have added two of three members, or created a user without recording it, which is
 * then imported. With another goal, exactly the same values must come and go: another pull request has added a member, too.
 */
function continues(reviewed: DigestEntry | undefined, fresh: DigestEntry): boolean {
  if (reviewed === undefined) return false;
  if (reviewed.digest === fresh.digest) return true;
  if (isDeletion(reviewed) !== isDeletion(fresh)) return false;
  if (reviewed.goal !== fresh.goal) {
    return isUpdate(reviewed) && isUpdate(fresh) && stepsOf(reviewed) === stepsOf(fresh);
  }
  const [from, to] = [new Set(reviewed.from), new Set(reviewed.to)];
  return fresh.from.every((part) => from.has(part)) && fresh.to.every((part) => to.has(part));
}

function isDeletion({ actions }: DigestEntry): boolean {
  return actions.includes('delete');
}

function isUpdate({ actions }: DigestEntry): boolean {
  return actions.join() === 'update';
}

function stepsOf({ from, to }: DigestEntry): string {
  return JSON.stringify([from, to]);
}
