import { activeMembers, type Team } from '../../team/team.ts';
import { type App, TerraformLocal, TerraformStack } from './cdktf.ts';
import { MemberExclusives } from './member-exclusives.ts';
import { MemberUser } from './member-user.ts';
import { RoleGroup } from './role-group.ts';
import { prepareStack } from './stack.ts';

/**
 * Everything under the lab's IAM path: a user for each active member, a group for each role.
 *
 * The order of an apply's calls is a security property: at no moment may a user do what neither the access before nor
 * after allows. The dependencies give this order: `limits`; policies of roles; their attachments, the role's own first;
 * memberships; exclusive policies of members, which delete `limits` that end; last, deletions of users.
 * `usersToSuspend` finds the changes for which no order is right.
 */
export class TeamStack extends TerraformStack {
  constructor(app: App, team: Team, today: string) {
    super(app, 'team');
    prepareStack(this, team, 'team');

    const members = byKey(activeMembers(team, today)).map((member) => ({
      member,
      construct: new MemberUser(this, { team, member }),
    }));
    const groups = byKey(team.roles).map((role) => {
      const holders = members.filter(({ member }) => member.roles.includes(role.key));
      return new RoleGroup(this, { team, role, members: holders.map(({ construct }) => construct) });
    });

    // One local value for all memberships: a dependency for each pair of member and role would be a line each.
    const memberships = groups.map(({ membership }) => membership.name);
    const enrolled = new TerraformLocal(this, 'enrolled', memberships);
    enrolled.overrideLogicalId('enrolled');
    for (const { member, construct } of members) {
      new MemberExclusives(this, { memberKey: member.key, member: construct, enrolled });
    }
  }
}

/** By code units: the output depends neither on the order of the file nor on a locale. */
function byKey<T extends { readonly key: string }>(things: readonly T[]): readonly T[] {
  return [...things].sort((one, two) => (one.key < two.key ? -1 : one.key > two.key ? 1 : 0));
}
