import { type AccessModel, type AccessUser, around } from '../../access/model.ts';
import type { Difference } from '../../access/model-difference.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { groupText, holderText, memberKeyOf, userText } from '../../access/text/names.ts';
import type { EntityIds, Inventory } from '../../aws/types.ts';
import type { Team } from '../../team/team.ts';
import { timeWords } from '../../text/dates.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, TEAM_FILE, t, trusted } from '../../text/text.ts';
import { effectOf, gainsInDoubt } from '../access-changes.ts';
import { otherLabsIn } from '../applied.ts';
import type { Rename } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const userRenamed: Rule<'user-renamed'> = {
  severity: 'medium',
  detect: ({ renames }) =>
    renames.flatMap(({ kind, name: user, to }) =>
      kind === 'user' ? [detected('user-renamed', { user, to }, { cause: 'manual' })] : [],
    ),
  title: ({ user, to }, names) => t`IAM user of ${userText(user, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its access keys`,
  remedy: ({ data: { user, to } }) => ({
    detail: t`The next apply removes this user's roles and policies until the name is restored.`,
    toFix: t`Give the name back before anything else:`,
    commands: [iamCommand('update-user', ['user-name', to], ['new-user-name', user])],
  }),
  calls: /^UpdateUser$/,
};

export const userRecreated: Rule<'user-recreated'> = {
  severity: 'medium',
  detect: ({ recreated, inventory: { users }, account, at }) =>
    recreated.map((user) => {
      const data = { user, created: users.get(user)?.created ?? '' };
      const changes = gainsInDoubt(around(account, [user]), at);
      return detected('user-recreated', data, { cause: 'manual', ...effectOf(changes, []) });
    }),
  // A snooze must not cover the next time.
  idParts: ({ user, created }, names) => [...names.user(user), created.slice(0, 10)],
  title: ({ user }, names) => t`IAM user of ${userText(user, names)} replaced by another user`,
  effect: t`Can do nothing on Mechanical Turk`,
  remedy: ({ data: { user, created } }, names) => ({
    detail: t`The last apply noted another user with this name. An apply gives this one no role, and suspends it. Created ${trusted(timeWords(created))}; its creator can have its access keys.`,
    toFix: t`Delete keys that the member does not know, then accept the user with ${codeText(`mturk-team apply --restore ${pasted(memberKeyOf(user, names) ?? 'KEY')}`)}:`,
    commands: [iamCommand('list-access-keys', ['user-name', user])],
  }),
  calls: /^(Create|Update)User$/,
};

/** Members' users with another unique id than the last apply noted: new ones with the names of deleted or renamed ones. */
export function recreatedIn({ ids }: Pick<Inventory, 'ids'>, team: Team, noted: EntityIds | null): readonly string[] {
  return desiredAccessBeforeDeletions(team).users.flatMap(({ name }) => {
    const [was, is] = [noted?.user.get(name), ids.user.get(name)];
    return was === undefined || is === undefined || was === is ? [] : [name];
  });
}

export const nameTaken: Rule<'name-taken'> = {
  severity: 'medium',
  detect: ({ taken }) => taken.map((data) => detected('name-taken', data)),
  title: ({ holder, lab }, names) => t`IAM name of ${holderText(holder, names)} is taken by lab ${codeText(lab)}`,
  effect: t`The member or role gets no access`,
  remedy: ({ data: { lab } }) => ({
    detail: t`Nothing is created in its place.`,
    toFix: t`Ask the owners of lab ${codeText(lab)}, which it belongs to.`,
    ifIntended: t`Use another key in ${TEAM_FILE}.`,
  }),
  calls: /^(Create|Update)(User|Group)$/,
};

export const groupRenamed: Rule<'group-renamed'> = {
  severity: 'medium',
  detect: ({ renames }) =>
    renames.flatMap(({ kind, name: group, to }) =>
      kind === 'group' ? [detected('group-renamed', { group, to }, { cause: 'manual' })] : [],
    ),
  title: ({ group, to }, names) => t`Group ${groupText(group, names)} renamed to ${codeText(to)}`,
  effect: t`Keeps its members and their access`,
  remedy: ({ data: { group, to } }) => ({
    detail: t`An apply creates the group again, and removes everyone from this one.`,
    toFix: t`Give the name back before anything else:`,
    commands: [iamCommand('update-group', ['group-name', to], ['new-group-name', group])],
  }),
  calls: /^UpdateGroup$/,
};

type Named = Pick<AccessUser, 'name' | 'path'> & Partial<Pick<AccessUser, 'tags'>>;

/**
 * Users and groups of team.yaml that have another name in the account. IAM's unique id decides if the last apply noted
 * ids; if not, a user's tags or a call that CloudTrail has (`known`). What is under another lab's path is that lab's.
 */
export function renamesIn(
  { access, ids }: Pick<Inventory, 'access' | 'ids'>,
  team: Team,
  noted: EntityIds | null,
  known: readonly Rename[],
): readonly Rename[] {
  const expected = desiredAccessBeforeDeletions(team);
  const labOf = otherLabsIn({ ids }, noted, team.lab);
  // Anyone can copy tags, also those of a member whose user was deleted.
  const recorded = noted === null || noted.user.size + noted.group.size === 0 ? null : noted;
  const of = (kind: Rename['kind'], wanted: readonly Named[], existing: readonly Named[]): readonly Rename[] => {
    const taken = new Set(wanted.map(({ name }) => name));
    const there = new Set(existing.map(({ name }) => name));
    const others = existing.filter((each) => !taken.has(each.name) && labOf(kind, each) === null);
    const isSame = ({ name, tags = {} }: Named, other: Named): boolean => {
      if (recorded !== null) {
        const id = recorded[kind].get(name);
        return id !== undefined && ids[kind].get(other.name) === id;
      }
      if (known.some((each) => each.kind === kind && each.name === name && each.to === other.name)) return true;
      const own = Object.entries(tags);
      // Equivalent if mutated: a user has two tags, a group none.
      return own.length > 0 && own.every(([tag, value]) => other.tags?.[tag] === value);
    };
    const found = wanted
      .filter(({ name }) => !there.has(name))
      .flatMap((one) =>
        others.filter((other) => isSame(one, other)).map(({ name: to }) => ({ kind, name: one.name, to })),
      );
    // Tags can be copied: of two that could be the one, neither is.
    return found.filter((one) => found.filter(({ name, to }) => name === one.name || to === one.to).length === 1);
  };
  return [...of('user', expected.users, access.users), ...of('group', expected.groups, access.groups)];
}

/** The inventory as if every user and group had its name of team.yaml. */
export function withNamesOfTeam(inventory: Inventory, renames: readonly Rename[]): Inventory {
  const nameOf = (kind: Rename['kind'], name: string) =>
    renames.find((each) => each.kind === kind && each.to === name)?.name ?? name;
  const named = (kind: Rename['kind'], actual: string) => {
    const name = nameOf(kind, actual);
    return name === actual ? { name } : { name, actual };
  };
  const keyed = <Value>(kind: Rename['kind'], map: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
    new Map(Array.from(map, ([name, value]) => [nameOf(kind, name), value]));
  const { users, groups } = inventory.access;
  const access: AccessModel = {
    ...inventory.access,
    users: users
      .map((user) => ({
        ...user,
        ...named('user', user.name),
        groups: user.groups.map((group) => nameOf('group', group)).sort(),
      }))
      .sort(byName),
    groups: groups.map((group) => ({ ...group, ...named('group', group.name) })).sort(byName),
  };
  const ids = { user: keyed('user', inventory.ids.user), group: keyed('group', inventory.ids.group) };
  return { ...inventory, access, ids, users: keyed('user', inventory.users) };
}

/** Whether an apply can revert a difference although something has another name: who is in a group, or got a policy. */
export function isRevertibleDespite(renames: readonly Rename[], difference: Difference): boolean {
  const is = (kind: Rename['kind'], name: string) => renames.some((each) => each.kind === kind && each.name === name);
  // Equivalent if mutated: nothing has no name.
  if ('group' in difference && is('group', difference.group)) return false;
  // An apply leaves a renamed user out.
  if (difference.kind === 'membership-removed' && is('user', difference.user)) return false;
  if ('holder' in difference) {
    const { kind, name } = difference.holder;
    const isAdded = difference.kind === 'policy-attached' || difference.kind === 'inline-policy-added';
    return (kind === 'user' && isAdded) || !is(kind, name);
  }
  return !('user' in difference) || 'group' in difference || !is('user', difference.user);
}

function byName(one: Named, other: Named): number {
  // Equivalent if mutated: any order will do that is not the account's.
  return one.name < other.name ? -1 : 1;
}
