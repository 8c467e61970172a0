import { accessOf, type Grant, type UserAccess } from '../../access/access-of.ts';
import { worstRisk } from '../../access/capability-access.ts';
import { conservativeModel } from '../../access/conservative.ts';
import { diffAccess, hasEffect } from '../../access/diff.ts';
import { canEscalate, type EscalationTargets } from '../../access/escalation.ts';
import type { AccessModel } from '../../access/model.ts';
import { around, indexModel, type ModelIndex } from '../../access/model-index.ts';
import { isEmpty, union } from '../../access/operation-set.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import type { Inventory } from '../../aws/inventory/types.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { gainedAdministrators } from '../scan/administrators.ts';
import { type Draft, draftOf } from '../scan/finding-draft.ts';
import { worstGain } from '../scan/look-people.ts';

/**
 * Whoever is not of the lab and may use MTurk, or may give herself everything, now or from some day on, in doubt. What
 * she has by a group of the lab, or by a stray, is told there; `mine` are the users and groups that are told elsewhere.
 */
export function outsiders(
  inventory: Inventory,
  mine: { readonly users: ReadonlySet<string>; readonly groups: ReadonlySet<string> },
  lab: EscalationTargets,
  at: Date,
): readonly Draft[] {
  const { access } = inventory;
  const others = conservativeModel({
    ...access,
    users: access.users
      .filter(({ name }) => !mine.users.has(name))
      .map((user) => ({ ...user, groups: user.groups.filter((group) => !mine.groups.has(group)) })),
  });
  const index = indexModel(others);
  return accessOf(others, { at }).flatMap((now) => {
    const { user } = now;
    const own = around(index, [user.name]);
    const later = laterMoments([own], [], at);
    const found = later.flatMap((moment) => accessOf(own, { at: moment })).reduce(eitherAccess, now);
    const { allowed } = found;
    const isAdministrator = [at, ...later].some((moment) => canEscalate(own, user, lab, moment));
    if (isEmpty(allowed) && !isAdministrator) return [];
    const known = inventory.users.get(user.name);
    const keys = known?.credentials.keys ?? [];
    const areKeysKnown = known?.isReported === true;
    const what = { kind: 'outside', user: user.name, access: found, isAdministrator, keys, areKeysKnown } as const;
    return [draftOf(what, { risk: isAdministrator ? 'spends' : worstRisk(allowed) })];
  });
}

/** What somebody may do at one of two moments. */
function eitherAccess(one: UserAccess, other: UserAccess): UserAccess {
  if (isEmpty(other.allowed)) return one;
  const grants = new Map<Operation, readonly Grant[]>(one.grants);
  for (const [operation, list] of other.grants) {
    const known = grants.get(operation) ?? [];
    const isKnown = ({ holder, policy }: Grant) =>
      known.some((grant) => grant.holder === holder && grant.policy === policy);
    grants.set(operation, [...known, ...list.filter((grant) => !isKnown(grant))]);
  }
  return { ...one, allowed: union(one.allowed, other.allowed), grants };
}

/** Members who are in groups that are not the lab's, and what that gives them. */
export function foreignMemberships(
  members: ReadonlySet<string>,
  mine: ReadonlySet<string>,
  account: ModelIndex,
  lab: EscalationTargets,
  at: Date,
): readonly Draft[] {
  return [...members].flatMap((name) => {
    const user = account.users.get(name);
    return (user?.groups ?? [])
      .filter((group) => !mine.has(group))
      .map((group) => {
        const within = around(account, [name], [group]);
        const without: AccessModel = {
          ...within,
          users: within.users.map((each) => ({ ...each, groups: each.groups.filter((one) => one !== group) })),
        };
        const people = diffAccess(without, within, at).people.filter(hasEffect);
        const administrators = gainedAdministrators(without, within, lab, at);
        const risk = administrators.length > 0 ? 'spends' : worstGain(people);
        return draftOf(
          { kind: 'unmanaged-group-membership', user: name, group },
          { changes: people, risk, escalates: administrators },
        );
      });
  });
}
