import type { Inventory } from '../aws/types.ts';
import { iamArn } from '../iam/arn.ts';
import type { HeldKey } from '../keys/rules.ts';
import { iamName, keyOfIamName, labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { OtherCredentials } from './account.ts';
import { policiesOf, type SavedFacts } from './facts.ts';

/** Why the IAM user is not simply that of the last apply. */
export type UserProblem = 'unknown' | 'replaced' | 'renamed' | 'moved';

/** What a member has, and what their departure needs. */
export interface Survey {
  readonly member: string;
  /** Where the team file has them. */
  readonly listed: 'member' | 'departed' | null;
  /** Name of the IAM user. */
  readonly user: string;
  /** Null if there is no user of that name. */
  readonly held: Held | null;
  /** Null if the user is that of the last apply, or there is none. */
  readonly problem: UserProblem | null;
  /** Keys of members whom they sponsor. */
  readonly sponsored: readonly string[];
  readonly isOnlyOwner: boolean;
  /** Names of other IAM users who can expire HITs. */
  readonly expirers: readonly string[];
}

export interface Held {
  readonly facts: SavedFacts;
  /** Keys of the lab's roles. */
  readonly roles: readonly string[];
  /** Names of groups that are not of the lab's roles. */
  readonly otherGroups: readonly string[];
  readonly credentials: OtherCredentials;
}

type Account = Pick<Inventory, 'access' | 'roles'> & { readonly ids: Pick<Inventory['ids'], 'user'> };

/** Where the team file has a member, and what their departure takes along. */
export function placeInTeam(
  { members, departed, owners }: Team,
  member: string,
): Pick<Survey, 'listed' | 'sponsored' | 'isOnlyOwner'> {
  const has = ({ key }: { readonly key: string }) => key === member;
  return {
    listed: members.some(has) ? 'member' : departed.some(has) ? 'departed' : null,
    sponsored: members.flatMap(({ key, sponsor }) => (sponsor === member ? [key] : [])),
    isOnlyOwner: owners.includes(member) && owners.every((owner) => owner === member),
  };
}

/** What differs from the user of the last apply, whose unique id is `applied`; null if no apply noted any. */
export function userProblem(
  lab: string,
  member: string,
  { access, ids }: Account,
  applied: string | null,
): UserProblem | null {
  const name = iamName(lab, member);
  const now = [...ids.user].find(([, id]) => id === applied)?.[0];
  if (now !== undefined && now !== name) return 'renamed';
  const user = access.users.find((each) => each.name === name);
  if (user === undefined) return null;
  if (applied === null) return 'unknown';
  if (now === undefined) return 'replaced';
  return user.path === labPath(lab) ? null : 'moved';
}

/** What the user of a member has; null if there is no such user. */
export function heldBy(
  { lab, account: number }: Pick<Team, 'lab' | 'account'>,
  member: string,
  account: Account,
  read: { readonly at: string; readonly keys: readonly HeldKey[]; readonly credentials: OtherCredentials },
): Held | null {
  const { at, keys, credentials } = read;
  const user = account.access.users.find((each) => each.name === iamName(lab, member));
  if (user === undefined) return null;
  const { name, path, groups } = user;
  const isOwn = (group: string) =>
    account.access.groups.some((each) => each.name === group && each.path === labPath(lab));
  return {
    facts: {
      ...{ version: 1, at, lab, account: number, member, keys, policies: policiesOf(user, account) },
      user: { name, arn: iamArn(number, 'user', path, name), id: account.ids.user.get(name) ?? '' },
    },
    roles: groups.flatMap((group) => (isOwn(group) ? (keyOfIamName(lab, group) ?? []) : [])),
    otherGroups: groups.filter((group) => !isOwn(group)),
    credentials,
  };
}
