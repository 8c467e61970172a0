import { activeMembers, type Team } from '../../team/team.ts';
import { type App, TerraformLocal, TerraformStack } from './cdktf.ts';
import { MemberExclusives } from './member-exclusives.ts';
import { MemberUser } from './member-user.ts';
import { prepareStack } from './prepare-stack.ts';
import { RoleGroup } from './role-group.ts';

/**
 * Everything under the lab's IAM path: a user for each active member, a group for each role.
 *
 * An apply makes its calls one after the other, and the order is a security property: at no moment may anybody do
 * what neither the state before nor the state after allows. The dependencies give this order, which the engine keeps
 * whatever of it a change needs: a leaver's or suspended member's `limits` written; policies of roles; their
 * attachments, the role's own first; memberships; the guards of members, which lift `limits` that have ended; and
 * last the users of leavers.
 * What no order within one apply can hold, because it would have to differ from change to change, is told by
 * `usersToHold` in the review.
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

    // One name for all memberships: a guard for each member that named each role would be a line for every pair.
    const memberships = groups.map(({ membership }) => membership.name);
    const enrolled = new TerraformLocal(this, 'enrolled', memberships);
    enrolled.overrideLogicalId('enrolled');
    for (const { member, construct } of members) {
      new MemberExclusives(this, { memberKey: member.key, member: construct, enrolled });
    }
  }
}

/** By code units: the output may depend neither on the order of a file nor on the locale of whoever runs this. */
function byKey<T extends { readonly key: string }>(things: readonly T[]): readonly T[] {
  return [...things].sort((one, two) => (one.key < two.key ? -1 : one.key > two.key ? 1 : 0));
}
