import type { AccessGroup, AccessModel, AccessPolicy, AccessUser } from '../../access/model.ts';
import { isAwsPolicy } from '../../iam/arn.ts';
import { iamName, keyOfIamName, labPath, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { isSameName, userOfId } from './identity.ts';
import type { RuleInput } from './input.ts';

/** The first group of a user outside the lab's path, which no role of the lab may change. */
export function groupOutside({ groups }: AccessUser, { team, account }: RuleInput): string | undefined {
  return account.access.groups.find(({ name, path }) => groups.includes(name) && path !== labPath(team.lab))?.name;
}

/**
 * Users by a name of the record who are in no file any more, another's of the name, too: IAM deletes none who is in a group, and
 * `limits` go before the user.
 */
export function leaversNotDeleted(input: RuleInput) {
  const { team, applied, account } = input;
  const { lab } = team;
  const members = new Set(team.members.map(({ key }) => iamName(lab, key)));
  return account.access.users.flatMap((user) => {
    const key = keyOfIamName(lab, user.name);
    const isKnown = applied?.ids.user.has(user.name) === true && user.path === labPath(lab);
    const found = groupOutside(user, input);
    // Equivalent if mutated: every user of the record has a name of the lab.
    return key === null || !isKnown || members.has(user.name) || found === undefined ? [] : [{ key, found, user }];
  });
}

/** Groups that were the lab's or have a policy of it, outside its path: no apply changes them or who is in them. */
export function groupsOutOfReach({ team, applied, account }: RuleInput): ReadonlySet<string> {
  const path = labPath(team.lab);
  const known = new Set(applied?.ids.group.values());
  const isOurs = ({ name, attached }: AccessGroup) =>
    known.has(account.ids.group.get(name) ?? '') || attached.some((arn) => arn.includes(`:policy${path}`));
  return new Set(account.access.groups.filter((group) => group.path !== path && isOurs(group)).map(({ name }) => name));
}

/** A group or user outside the lab's path, or a user of no member, with a role's policy, which no apply takes from it. */
export function holderOutside(key: string, input: RuleInput): string | null {
  const { team, applied, account } = input;
  const arn = rolePolicyArn(team, key);
  const teams = [team, ...(applied === null ? [] : [applied.team, ...applied.begun])];
  // A renamed user of a member of the file loses the policy in the same apply.
  const isOurs = (user: AccessUser) =>
    teams.some(({ members }) => members.some((each) => iamName(team.lab, each.key) === user.name)) ||
    team.members.some((member) => userOfId(iamName(team.lab, member.key), input) === user);
  const isOutside = ({ path }: { readonly path: string }) => path !== labPath(team.lab);
  const found =
    account.access.groups.find((group) => isOutside(group) && group.attached.includes(arn)) ??
    account.access.users.find(
      (user) => [...user.attached, user.boundary].includes(arn) && (isOutside(user) || !isOurs(user)),
    );
  return found === undefined ? null : `${found.path}${found.name}`;
}

/** The path and name of what keeps a role's group from being written; null if nothing does. */
export function takenGroup(key: string, { team: { lab }, account: { access } }: RuleInput): string | null {
  const name = iamName(lab, key);
  const taken = access.groups.find(
    (each) => isSameName(each.name, name) && (each.name !== name || each.path !== labPath(lab)),
  );
  return taken === undefined ? null : `${taken.path}${taken.name}`;
}

/** The ARN of what keeps a role's policy from being written; null if nothing does. */
export function takenPolicy(
  key: string,
  team: Pick<Team, 'lab' | 'account'>,
  { policies }: Pick<AccessModel, 'policies'>,
): string | null {
  const own = rolePolicyArn(team, key);
  const isTaken = ({ name, arn }: AccessPolicy) =>
    isSameName(name, iamName(team.lab, key)) && arn !== own && !isAwsPolicy(arn);
  return policies.find(isTaken)?.arn ?? null;
}
