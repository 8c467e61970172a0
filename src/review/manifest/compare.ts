import type { DigestEntry, PlanDigest, Tools } from './digest.ts';

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
