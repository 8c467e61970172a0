import type { AccessModel, AccessUser } from '../access/model.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import type { EntityIds, Inventory } from '../aws/types.ts';
import type { Team } from '../team/team.ts';
import type { Rename } from './finding.ts';

type Named = Pick<AccessUser, 'name'>;

/** Users and groups of team.yaml that have another name in the account, by the unique ids that the last apply noted. */
export function renamesIn(
  { access, ids }: Pick<Inventory, 'access' | 'ids'>,
  team: Team,
  noted: EntityIds | null,
): readonly Rename[] {
  const expected = desiredAccessBeforeDeletions(team);
  const of = (kind: Rename['kind'], wanted: readonly Named[], existing: readonly Named[]): readonly Rename[] => {
    const there = new Set(existing.map(({ name }) => name));
    return wanted.flatMap(({ name }) => {
      const id = noted?.[kind].get(name);
      const found = id === undefined ? undefined : existing.find((each) => ids[kind].get(each.name) === id);
      return found === undefined || there.has(name) ? [] : [{ kind, name, to: found.name }];
    });
  };
  return [...of('user', expected.users, access.users), ...of('group', expected.groups, access.groups)];
}

/** Users and groups without those that were renamed, by the names of team.yaml (`name`) or those of the account (`to`). */
export function withoutRenamed(model: AccessModel, renames: readonly Rename[], by: 'name' | 'to'): AccessModel {
  const is = (kind: Rename['kind'], name: string) => renames.some((each) => each.kind === kind && each[by] === name);
  return {
    ...model,
    users: model.users
      .filter(({ name }) => !is('user', name))
      .map((user) => ({ ...user, groups: user.groups.filter((group) => !is('group', group)) })),
    groups: model.groups.filter(({ name }) => !is('group', name)),
  };
}

/** What team.yaml says, with the names of the account for what was renamed. */
export function withPresentNames(model: AccessModel, renames: readonly Rename[]): AccessModel {
  const present = (kind: Rename['kind'], name: string) =>
    renames.find((each) => each.kind === kind && each.name === name)?.to ?? name;
  return {
    ...model,
    users: model.users.map((user) => ({
      ...user,
      name: present('user', user.name),
      groups: user.groups.map((group) => present('group', group)),
    })),
    groups: model.groups.map((group) => ({ ...group, name: present('group', group.name) })),
  };
}

/** Members' users with another unique id than the last apply noted: new ones with the names of deleted or renamed ones. */
export function recreatedIn({ ids }: Pick<Inventory, 'ids'>, team: Team, noted: EntityIds | null): readonly string[] {
  return desiredAccessBeforeDeletions(team).users.flatMap(({ name }) => {
    const [was, is] = [noted?.user.get(name), ids.user.get(name)];
    return was === undefined || is === undefined || was === is ? [] : [name];
  });
}
