import type { UserAccess } from '../../access/access-of.ts';
import { type AccessChange, type AccessDiff, diffAccess, diffPeriods, periodsOf } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { listOperations, operationSet } from '../../access/operation-set.ts';
import { earlier, later } from '../../access/time-conditions.ts';

type Models = { readonly before: AccessModel; readonly after: AccessModel };

/**
 * What a plan changes for each user, and what the file gives and some file before does not, whether or not the plan does: someone
 * may have given it manually before, or taken what keeps the plan from it, and may undo that. `before`: what was applied
 * last, and what the file is a change of.
 */
export function reviewedAccess(
  plan: Models,
  files: { readonly before: readonly AccessModel[]; readonly after: AccessModel },
  at: Date,
  replaced: ReadonlySet<string> = new Set(),
): AccessDiff {
  const given = files.before.flatMap((model) => diffAccess(model, files.after, at).people.filter(gives));
  const [was, will] = [new Map(periodsOf(plan.before, at)), new Map(periodsOf(plan.after, at))];
  const before = files.before.map((model) => periodsOf(model, at));
  const after = periodsOf(files.after, at);
  for (const user of new Set(given.map((change) => change.user))) {
    const of = (period: 'now' | 'begun') => {
      const [own, planned, file] = [was, will, after].map((each) => each.get(user)?.[period] ?? null);
      const known = before.map((each) => each.get(user)?.[period] ?? null);
      return withNew(known, file ?? null, { was: own ?? null, will: planned ?? null });
    };
    const [now, begun] = [of('now'), of('begun')];
    was.set(user, { now: now.was, begun: begun.was });
    will.set(user, { now: now.will, begun: begun.will });
  }
  return diffPeriods(was, will, at, replaced);
}

function gives(change: AccessChange): boolean {
  return change.operations.gained.length > 0 || (change.kind === 'changed' && isLonger(change, 'after'));
}

/** Whether access begins earlier or ends later than on the other side; without a day, at once or never. */
export function isLonger({ starts, ends }: Pick<AccessChange, 'starts' | 'ends'>, is: 'before' | 'after'): boolean {
  const than = is === 'after' ? 'before' : 'after';
  return (starts[is] ?? '') < (starts[than] ?? '') || (ends[is] ?? NEVER) > (ends[than] ?? NEVER);
}

/** Sorts after every date. */
const NEVER = '~';

/** What a plan changes for a user to whom a file gives something: that, and what the file changes. */
function withNew(
  before: readonly (UserAccess | null)[],
  file: UserAccess | null,
  plan: { readonly was: UserAccess | null; readonly will: UserAccess | null },
): typeof plan {
  const known = before.filter((each) => each !== null);
  // Who is not in the account, before and after, has what a file before gives.
  const was = plan.was ?? (plan.will === null ? (known[0] ?? null) : null);
  const merge = <Item>(of: (access: UserAccess) => readonly Item[]) => {
    const lists = (access: readonly (UserAccess | null)[]) => access.map((each) => (each === null ? [] : of(each)));
    const [had = [], has = [], asked = [], ...given] = lists([plan.was, plan.will, file, ...before]);
    const isCommon = (item: Item) => given.every((each) => each.includes(item));
    const isGained = (item: Item) =>
      (asked.includes(item) && !isCommon(item)) || (has.includes(item) && !had.includes(item));
    const after = [...new Set([...asked, ...has])];
    const lost = [...new Set([...had, ...given.flat().filter(isCommon)])].filter((item) => !after.includes(item));
    return { before: [...after.filter((item) => !isGained(item)), ...lost], after };
  };
  const operations = merge(({ allowed }) => listOperations(allowed));
  const groups = merge(({ user }) => user.groups);
  const limits = known.length > 0 && {
    starts: known.map(({ starts }) => starts).reduce(later, null),
    ends: known.map(({ ends }) => ends).reduce(earlier, null),
    suspended: known.some(({ suspended }) => suspended),
  };
  return {
    was: was && {
      ...{ ...was, ...limits, user: { ...was.user, groups: groups.before } },
      allowed: operationSet(operations.before),
    },
    // Equivalent if mutated: who is given something is in the file.
    will: file && {
      ...{ ...file, user: { ...(plan.will ?? file).user, groups: groups.after } },
      allowed: operationSet(operations.after),
      unknownPolicies: plan.will?.unknownPolicies ?? [],
    },
  };
}
