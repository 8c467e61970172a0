import { type AccessChange, diffAccess, hasEffect } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { RISKS, type Risk } from '../../catalog/mturk.ts';

/**
 * What a difference does to whose access, worst risk first: by itself, on `declared`, the account with all of the lab as
 * the file has it; and together with what else was done, on the account as it is, where that is worse: lifting a
 * suspension and attaching a policy are each nothing much. Of a user or group whom the file does not have (any more),
 * what she may do for as long as she is there.
 */
export function peopleOf(
  difference: Difference,
  declared: ModelIndex,
  account: ModelIndex,
  documents: Documents,
  at: Date,
): readonly AccessChange[] {
  if (difference.kind === 'user-added') {
    const she = around(account, [difference.user]);
    return diffAccess({ ...she, users: [] }, she, at).people.filter(({ operations }) => operations.gained.length > 0);
  }
  if (difference.kind === 'group-added') return peopleOfGroup(difference.group, declared, account, at);
  const groups = [groupOf(difference)].filter((group) => group !== null);
  const before = around(declared, concernedBy(declared, difference), groups);
  const alone = diffAccess(before, withDifferences(before, [difference], documents), at).people.filter(hasEffect);
  const now = around(account, concernedBy(account, difference), groups);
  const together = diffAccess(withDifferences(now, [inverse(difference)], documents), now, at).people.filter(hasEffect);
  return worseOf(alone, together);
}

/** For each user the change by which she gains the worse, the first in doubt. */
export function worseOf(one: readonly AccessChange[], other: readonly AccessChange[]): readonly AccessChange[] {
  const byUser = new Map(one.map((person) => [person.user, person]));
  for (const person of other) {
    const known = byUser.get(person.user);
    if (known === undefined || placeOfGain(person) < placeOfGain(known)) byUser.set(person.user, person);
  }
  return [...byUser.values()].sort(
    (a, b) =>
      placeOfGain(a) - placeOfGain(b) ||
      b.operations.lost.length - a.operations.lost.length ||
      (a.user < b.user ? -1 : 1),
  );
}

function placeOfGain({ worstGain: risk }: AccessChange): number {
  return risk === null ? RISKS.length : RISKS.indexOf(risk);
}

function peopleOfGroup(name: string, declared: ModelIndex, account: ModelIndex, at: Date): readonly AccessChange[] {
  const before = around(declared, account.members.get(name) ?? []);
  const brought = around(account, [], [name]);
  const known = new Set(before.policies.map(({ arn }) => arn));
  const after: AccessModel = {
    ...before,
    users: before.users.map((user) => ({ ...user, groups: [...user.groups, name] })),
    groups: [...before.groups, ...brought.groups],
    policies: [...before.policies, ...brought.policies.filter(({ arn }) => !known.has(arn))],
  };
  return diffAccess(before, after, at).people.filter(hasEffect);
}

/** The worst that any of them gains, null where nobody gains anything. */
export function worstGain(people: readonly AccessChange[]): Risk | null {
  return worstOf(people.map((person) => person.worstGain));
}

export function worstOf(risks: readonly (Risk | null)[]): Risk | null {
  return RISKS.find((risk) => risks.includes(risk)) ?? null;
}
