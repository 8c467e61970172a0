import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccessOnAnyDay } from '../../src/access/sources/desired.ts';
import type { Ruled } from '../../src/review/rule/rule.ts';
import { iamName, labPath } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';

/**
 * What a complete apply leaves of an account, as the stacks say: users, groups and policies of the lab are as written, what
 * the last apply had and this one has not is deleted, and no one else is in the lab's groups.
 */
export function afterApply(account: AccessModel, ruled: Ruled, last: Team | null): AccessModel {
  const { team, leftOut } = ruled;
  const written = desiredAccessOnAnyDay(team);
  const path = labPath(team.lab);
  const kept = new Set(leftOut.members.map((key) => iamName(team.lab, key)));
  const ofLab = new Set([...(last?.members ?? []), ...team.members].map(({ key }) => iamName(team.lab, key)));
  const roles = new Set([...(last?.roles ?? []), ...team.roles].map(({ key }) => iamName(team.lab, key)));
  const foreign = (user: AccessUser) => user.groups.filter((group) => !roles.has(group));
  const others = account.users
    .filter(({ name, path: own }) => !ofLab.has(name) || kept.has(name) || own !== path)
    .filter(({ name }) => !written.users.some((user) => user.name === name))
    .map((user) => ({ ...user, groups: foreign(user) }));
  const own = written.users.map((user) => {
    const there = account.users.find(({ name }) => name === user.name);
    return there === undefined ? user : { ...user, groups: [...user.groups, ...foreign(there)] };
  });
  const known = (arn: string) => account.policies.some((policy) => policy.arn === arn);
  const isPolicyOf = (arn: string) => arn.includes(`:policy${path}`);
  return {
    account: account.account,
    users: [...own, ...others],
    groups: [...written.groups, ...account.groups.filter(({ name }) => !roles.has(name))],
    policies: [
      ...written.policies.filter(({ arn }) => isPolicyOf(arn) || !known(arn)),
      ...account.policies.filter(({ arn }) => !isPolicyOf(arn)),
    ],
  };
}
