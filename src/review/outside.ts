import { accessOf } from '../access/access-of.ts';
import { worstRisk } from '../access/capability-access.ts';
import { compare } from '../access/compare.ts';
import type { AccessModel } from '../access/model.ts';
import { isEmpty } from '../access/operation-set.ts';
import type { Inventory } from '../account/inventory.ts';
import type { Team } from '../team/team.ts';
import { administers } from './administers.ts';
import { hasEffect } from './drift-effect.ts';
import { type Draft, draftOf } from './finding-draft.ts';
import { worstGain } from './look-people.ts';
import { around, type ModelIndex } from './model-index.ts';

/**
 * Whoever is not of the lab and may use MTurk, or may give herself everything. What she has by a group of the lab, or by
 * a stray, is told there; `account` is the whole of it, `mine` the users and groups that are told elsewhere.
 */
export function outsiders(
  inventory: Inventory,
  mine: { readonly users: ReadonlySet<string>; readonly groups: ReadonlySet<string> },
  { lab }: Pick<Team, 'lab'>,
  at: Date,
): readonly Draft[] {
  const { access } = inventory;
  const others: AccessModel = {
    ...access,
    users: access.users
      .filter(({ name }) => !mine.users.has(name))
      .map((user) => ({ ...user, groups: user.groups.filter((group) => !mine.groups.has(group)) })),
  };
  return accessOf(others, { at }).flatMap((found) => {
    const { user, allowed } = found;
    const isAdministrator = administers(others, user, lab, at);
    if (isEmpty(allowed) && !isAdministrator) return [];
    const known = inventory.users.get(user.name);
    const keys = known?.credentials.keys ?? [];
    const areKeysKnown = known?.isReported === true;
    const what = { kind: 'outside', user: user.name, access: found, isAdministrator, keys, areKeysKnown } as const;
    return [draftOf(what, { risk: isAdministrator ? 'spends' : worstRisk(allowed) })];
  });
}

/** Members who are in groups that are not the lab's, and what that gives them. */
export function foreignMemberships(
  members: ReadonlySet<string>,
  mine: ReadonlySet<string>,
  account: ModelIndex,
  lab: string,
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
        const people = compare(without, within, at).people.filter(hasEffect);
        const administrators = (model: AccessModel) => model.users.filter((each) => administers(model, each, lab, at));
        const rules = administrators(within).length > administrators(without).length;
        const risk = rules ? 'spends' : worstGain(people);
        return draftOf({ kind: 'foreign-group', user: name, group }, { people, risk });
      });
  });
}
