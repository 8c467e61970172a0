import { managedPolicyArn, managedPolicyByArn } from '../../catalog/managed-policies.ts';
import { boundaryPolicy, limitsPolicy, rolePolicy } from '../../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags, rolePolicyArn } from '../../team/names.ts';
import { type AccessTeam, membersWithUser } from '../../team/team.ts';
import type { AccessGroup, AccessModel, AccessPolicy, AccessUser } from '../model.ts';

/**
 * The access that a team declares on a day (`YYYY-MM-DD`, UTC): what the account holds once it is applied.
 * Members whose `until` has passed are in it, with the Deny of their limits, until their user is to be deleted.
 */
export function desiredAccess(team: AccessTeam, today: string): AccessModel {
  const path = labPath(team.lab);
  const policies = new Map<string, AccessPolicy>();
  const boundary = boundaryArn(team);
  policies.set(boundary, { arn: boundary, name: team.lab, document: boundaryPolicy(team) });

  const groups = team.roles.flatMap((role): AccessGroup[] => {
    const attached: string[] = role.managed.map((name) => {
      const arn = managedPolicyArn(name);
      policies.set(arn, { arn, name, document: managedPolicyByArn(arn) });
      return arn;
    });
    const own = rolePolicy(role, team.freeze);
    if (own !== null) {
      const arn = rolePolicyArn(team, role.key);
      policies.set(arn, { arn, name: iamName(team.lab, role.key), document: own });
      attached.push(arn);
    }
    const group = { name: iamName(team.lab, role.key), path, attached: attached.sort(), inline: [] };
    return role.withoutGroup === true ? [] : [group];
  });

  const users: AccessUser[] = membersWithUser(team, today).map((member) => {
    const limits = limitsPolicy(member);
    return {
      name: iamName(team.lab, member.key),
      path,
      groups: member.roles.map((role) => iamName(team.lab, role)).sort(),
      attached: [],
      inline: limits === null ? [] : [{ name: LIMITS_POLICY, document: limits }],
      boundary,
      tags: memberTags(team.lab, member.key),
    };
  });

  return { account: team.account, users, groups, policies: [...policies.values()] };
}

/** A day on which no last day has passed. */
const BEFORE_EVERY_DAY = '0000-01-01';

/** The access that a team gives whatever the day: members past their last day are in it, with what limits them. */
export function desiredAccessBeforeDeletions(team: AccessTeam): AccessModel {
  return desiredAccess(team, BEFORE_EVERY_DAY);
}
