import type { AccessModel, AccessUser } from '../access/model.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import type { EntityIds, Inventory } from '../aws/types.ts';
import type { Applied } from '../review/rule/input.ts';
import type { AppliedTeam } from '../team/applied-team.ts';
import { iamName } from '../team/names.ts';
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
  const of = (kind: Rename['kind'], wanted: readonly Named[], existing: readonly Named[]): readonly Rename[] =>
    wanted.flatMap(({ name }) => {
      const id = noted?.[kind].get(name);
      const found = id === undefined ? undefined : existing.find((each) => ids[kind].get(each.name) === id);
      if (found === undefined || found.name === name) return [];
      return [{ kind, name, to: found.name, isFree: !existing.some((each) => each.name === name) }];
    });
  return [...of('user', expected.users, access.users), ...of('group', expected.groups, access.groups)];
}

/** Whether something renamed has a name of the account. */
export function isNow(renames: readonly Rename[], of: Rename['kind'], name: string): boolean {
  return renames.some(({ kind, to }) => kind === of && to === name);
}

/** The name that team.yaml has for a user of the account. */
export function namesInFile(renames: readonly Rename[]): (user: string) => string {
  return (user) => renames.find(({ kind, to }) => kind === 'user' && to === user)?.name ?? user;
}

/** An account without what was renamed. */
export function withoutRenamed(model: AccessModel, renames: readonly Rename[]): AccessModel {
  return without(model, (kind, name) => isNow(renames, kind, name));
}

/** What team.yaml says, to be compared with that: what was renamed is left out, unless another has its name. */
export function withoutLeft(model: AccessModel, renames: readonly Rename[]): AccessModel {
  return without(model, (kind, name) => isLeft(renames, kind, name));
}

function isLeft(renames: readonly Rename[], of: Rename['kind'], wanted: string): boolean {
  return renames.some(
    ({ kind, name, isFree }) => kind === of && name === wanted && (isFree || isNow(renames, kind, name)),
  );
}

function without(model: AccessModel, is: (kind: Rename['kind'], name: string) => boolean): AccessModel {
  return {
    ...model,
    users: model.users
      .filter(({ name }) => !is('user', name))
      .map((user) => ({ ...user, groups: user.groups.filter((group) => !is('group', group)) })),
    groups: model.groups.filter(({ name }) => !is('group', name)),
  };
}

/** What team.yaml says, with what was renamed under its name of the account. */
export function withPresentNames(model: AccessModel, renames: readonly Rename[]): AccessModel {
  const namesOf = (of: Rename['kind'], name: string): readonly string[] => [
    ...(isLeft(renames, of, name) || isNow(renames, of, name) ? [] : [name]),
    ...renames.flatMap((each) => (each.kind === of && each.name === name ? [each.to] : [])),
  ];
  return {
    ...model,
    users: model.users.flatMap((user) => {
      const groups = user.groups.flatMap((group) => namesOf('group', group));
      return namesOf('user', user.name).map((name) => ({ ...user, name, groups }));
    }),
    groups: model.groups.flatMap((group) => namesOf('group', group.name).map((name) => ({ ...group, name }))),
  };
}

/**
 * Users under names of the file, the record, the applied or a begun team whom no apply created or accepted: with another unique
 * id than the last apply noted, or with none noted. Who has no credentials and was added by an unfinished apply is that apply's.
 */
export function recreatedIn(
  { ids, users }: Pick<Inventory, 'ids'> & Partial<Pick<Inventory, 'users'>>,
  team: Team,
  applied: Applied | null,
): readonly string[] {
  if (applied === null) return [];
  const noted = applied.ids.user;
  const namesOf = ({ lab, members }: AppliedTeam) => members.map(({ key }) => iamName(lab, key));
  const given = new Set(namesOf(applied.team));
  const begun = new Set(applied.begun.flatMap(namesOf));
  const isBegun = (name: string) => {
    const { keys = [], password = null } = users?.get(name)?.credentials ?? {};
    return begun.has(name) && !given.has(name) && keys.length === 0 && password === null;
  };
  const inFile = desiredAccessBeforeDeletions(team).users.map(({ name }) => name);
  return [...new Set([...inFile, ...given, ...begun, ...noted.keys()])].filter((name) => {
    const [was, is] = [noted.get(name), ids.user.get(name)];
    return is !== undefined && was !== is && (was !== undefined || !isBegun(name));
  });
}
