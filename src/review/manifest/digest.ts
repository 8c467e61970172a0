import { createHash } from 'node:crypto';
import { canonicalDocument } from '../../iam/canonical.ts';
import { parsePolicyDocument } from '../../iam/document.ts';
import type { Plan, ResourceChange, Values } from '../../terraform/plan.ts';

/** What a plan was made with: `OpenTofu 1.10.3` and `hashicorp/aws 6.25.0`. */
export interface Tools {
  readonly engine: string;
  readonly provider: string;
}

/** One change of a plan, by what it does; no value can be read from it. */
interface DigestEntry {
  /** Terraform's, with `#` and the deposed key behind it where there is one; `output.<name>` for an output. */
  readonly address: string;
  readonly actions: readonly string[];
  /** 64 hex digits over everything that the change says. */
  readonly digest: string;
  /** 64 hex digits over what it leads to alone. */
  readonly goal: string;
  /** One of 16 hex digits for each value that goes, and that comes: what is left of a change is part of it. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface PlanDigest {
  /** 64 hex digits. */
  readonly digest: string;
  /** By address. */
  readonly entries: readonly DigestEntry[];
}

/** Raised whenever the canonical form changes: digests of two versions never agree. */
const FORM = 'mturk-team plan 1';

/**
 * A canonical digest of what applying a plan does: SHA-256 over every change, move and import with its values.
 *
 * Equal for equal effect: order (of changes, keys and sets: no list of our resource types is ordered), timestamps, the
 * way a policy's JSON is written, and absent against null or empty make no difference, nor do the engine's hints
 * (reasons, relevant attributes, configuration, prior state). One attribute is left out: `attachment_count`, which AWS
 * counts up by itself. Different for any other difference in value, ids included: a user who was deleted and made again
 * by hand is another one, with other keys.
 *
 * The tools are in `digest` and not in the entries: the same values in the hands of another engine or provider were not
 * reviewed, but what differs can then be said. The provider counts by version and not by the hashes of its lock file,
 * which differ between registries and platforms; the lock itself holds the bytes.
 *
 * Values are hashed without a key, which is no secrecy for what can be guessed: plans with a secret are refused before.
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

/** A plan's digest with what it was made with; a manifest is one. */
export interface DigestedPlan extends PlanDigest {
  readonly tools: Tools;
}

export interface DigestComparison {
  /**
   * `equal`: what was reviewed. `empty`: nothing is left to do. `subset`: what is left of what was reviewed, after an
   * apply that was interrupted. `changed`: anything else.
   */
  readonly verdict: 'equal' | 'subset' | 'empty' | 'changed';
  /** Addresses that would be changed in a way that was not reviewed. */
  readonly unreviewed: readonly string[];
  /** Addresses that were reviewed and are not in the fresh plan: done by now, or not wanted any more. */
  readonly missing: readonly string[];
  /** Addresses of which only a part of the reviewed change is left, what is taken over among them. */
  readonly continued: readonly string[];
  /** Another engine or provider than the one of the review. */
  readonly otherTools: boolean;
}

/** Holds a fresh plan against the reviewed one. */
export function compareDigests(reviewed: DigestedPlan, fresh: DigestedPlan): DigestComparison {
  const byAddress = new Map(reviewed.entries.map((entry) => [entry.address, entry]));
  const left = new Set(fresh.entries.map(({ address }) => address));
  const differing = fresh.entries.filter(({ address, digest }) => byAddress.get(address)?.digest !== digest);
  const continued = differing.filter((entry) => continues(byAddress.get(entry.address), entry));
  const unreviewed = differing.filter((entry) => !continued.includes(entry)).map(({ address }) => address);
  const { engine, provider } = reviewed.tools;
  const parts = {
    unreviewed,
    missing: reviewed.entries.flatMap(({ address }) => (left.has(address) ? [] : [address])),
    continued: continued.map(({ address }) => address),
    otherTools: engine !== fresh.tools.engine || provider !== fresh.tools.provider,
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
 * Whether a change finishes the reviewed one: same goal, and no other steps. Example: an interrupted apply added two of
 * three members, or created a user that it did not record, which is then imported.
 */
function continues(reviewed: DigestEntry | undefined, fresh: DigestEntry): boolean {
  if (reviewed === undefined || reviewed.goal !== fresh.goal) return false;
  if (fresh.actions.includes('delete') !== reviewed.actions.includes('delete')) return false;
  const [from, to] = [new Set(reviewed.from), new Set(reviewed.to)];
  return fresh.from.every((part) => from.has(part)) && fresh.to.every((part) => to.has(part));
}
