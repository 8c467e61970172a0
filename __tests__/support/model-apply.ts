import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccessBeforeDeletions } from '../../src/access/sources/desired.ts';
import type { Ruled } from '../../src/review/rule/ruled.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';

/**
 * What a complete apply leaves of an account, as the stacks say: users, groups and policies of the lab are as written, what
 * the last apply had and this one has not is deleted, and no one else is in the lab's groups.
 */
export function afterApply(account: AccessModel, ruled: Ruled, last: Team | null): AccessModel {
  const { team, leftOut, renamed } = ruled;
  const written = desiredAccessBeforeDeletions(team);
  const path = labPath(team.lab);
  const kept = new Set(leftOut.members.map((key) => iamName(team.lab, key)));
  const ofLab = new Set([...(last?.members ?? []), ...team.members].map(({ key }) => iamName(team.lab, key)));
  const ofRoles = [...(last?.roles ?? []), ...team.roles].filter(({ key }) => !leftOut.roles.includes(key));
  const roles = new Set(ofRoles.map(({ key }) => iamName(team.lab, key)));
  const outside = new Set(account.groups.filter((group) => group.path !== path).map(({ name }) => name));
  const foreign = (user: AccessUser) => user.groups.filter((group) => outside.has(group));
  const others = account.users
    .filter(({ name, path: own }) => !ofLab.has(name) || kept.has(name) || own !== path)
    .filter(({ name }) => !written.users.some((user) => user.name === name))
    .map((user) => {
      const limited = renamed.find((each) => each.user === user.name);
      const groups = foreign(user);
      if (limited === undefined) return { ...user, groups };
      const inline = [{ name: LIMITS_POLICY, document: limited.limits }];
      return { ...user, groups, inline, attached: [], boundary: boundaryArn(team) };
    });
  const own = written.users.map((user) => {
    const there = account.users.find(({ name }) => name === user.name);
    return there === undefined ? user : { ...user, groups: [...user.groups, ...foreign(there)] };
  });
  const arns = new Set([
    ...ofRoles.map(({ key }) => rolePolicyArn(team, key)),
    ...written.policies.map(({ arn }) => arn),
  ]);
  return {
    account: account.account,
    users: [...own, ...others],
    groups: [...written.groups, ...account.groups.filter(({ name, path: own }) => own !== path || !roles.has(name))],
    policies: [
      ...written.policies.map((policy) => account.policies.find((each) => isOfAccount(each, policy)) ?? policy),
      ...account.policies.filter(({ arn }) => !arns.has(arn)),
    ],
  };
}

/** The boundary and the policies of AWS are as the account has them. */
function isOfAccount(one: AccessModel['policies'][number], other: AccessModel['policies'][number]): boolean {
  return one.arn === other.arn && !one.arn.includes(':policy/mturk/');
}
