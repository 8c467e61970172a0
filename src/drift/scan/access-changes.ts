import { type AccessChange, diffAccess, hasEffect } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { RISKS, type Risk } from '../../catalog/mturk.ts';

/**
 * How a difference changes access, worst risk first: alone, on `desired` (the account with the lab as in team.yaml), or
 * together with the other changes, on the account as it is, whichever is worse. For an added user or group: all it can do.
 */
export function changesBy(
  difference: Difference,
  desired: ModelIndex,
  account: ModelIndex,
  documents: Documents,
  at: Date,
): readonly AccessChange[] {
  if (difference.kind === 'user-added') {
    const own = around(account, [difference.user]);
    return diffAccess({ ...own, users: [] }, own, at).people.filter(({ operations }) => operations.gained.length > 0);
  }
  if (difference.kind === 'group-added') return changesByGroup(difference.group, desired, account, at);
  const groups = [groupOf(difference)].filter((group) => group !== null);
  const before = around(desired, concernedBy(desired, difference), groups);
  const alone = diffAccess(before, withDifferences(before, [difference], documents), at).people.filter(hasEffect);
  const now = around(account, concernedBy(account, difference), groups);
  const together = diffAccess(withDifferences(now, [inverse(difference)], documents), now, at).people.filter(hasEffect);
  return worseOf(alone, together);
}

/** For each user the change with the worse gain, the first of two that are equal. */
export function worseOf(one: readonly AccessChange[], other: readonly AccessChange[]): readonly AccessChange[] {
  const byUser = new Map(one.map((person) => [person.user, person]));
  for (const person of other) {
    const known = byUser.get(person.user);
    if (known === undefined || rankOfGain(person) < rankOfGain(known)) byUser.set(person.user, person);
  }
  return [...byUser.values()].sort(
    (a, b) =>
      rankOfGain(a) - rankOfGain(b) ||
      b.operations.lost.length - a.operations.lost.length ||
      (a.user < b.user ? -1 : 1),
  );
}

function rankOfGain({ worstGain: risk }: AccessChange): number {
  return risk === null ? RISKS.length : RISKS.indexOf(risk);
}

function changesByGroup(name: string, desired: ModelIndex, account: ModelIndex, at: Date): readonly AccessChange[] {
  const before = around(desired, account.members.get(name) ?? []);
  const added = around(account, [], [name]);
  const known = new Set(before.policies.map(({ arn }) => arn));
  const after: AccessModel = {
    ...before,
    users: before.users.map((user) => ({ ...user, groups: [...user.groups, name] })),
    groups: [...before.groups, ...added.groups],
    policies: [...before.policies, ...added.policies.filter(({ arn }) => !known.has(arn))],
  };
  return diffAccess(before, after, at).people.filter(hasEffect);
}

/** The worst risk that any user gains; null if none. */
export function worstGain(people: readonly AccessChange[]): Risk | null {
  return worstOf(people.map((person) => person.worstGain));
}

export function worstOf(risks: readonly (Risk | null)[]): Risk | null {
  return RISKS.find((risk) => risks.includes(risk)) ?? null;
}
