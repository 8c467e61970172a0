import { activeMembers, type Team } from '../team/team.ts';
import { type App, TerraformStack } from './cdktf.ts';
import { MemberUser } from './constructs/member-user.ts';
import { RoleGroup } from './constructs/role-group.ts';
import { prepareStack } from './prepare-stack.ts';

/** Everything under the lab's IAM path: a user for each active member, a group for each role. */
export class TeamStack extends TerraformStack {
  constructor(app: App, team: Team, today: string) {
    super(app, 'team');
    prepareStack(this, team, 'team');
    const members = activeMembers(team, today).map((member) => ({
      member,
      user: new MemberUser(this, { team, member }),
    }));
    for (const role of team.roles) {
      const held = members.filter(({ member }) => member.roles.includes(role.key)).map(({ user }) => user);
      new RoleGroup(this, { team, role, members: held });
    }
  }
}
