import { limitsPolicy } from '../../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags } from '../../team/names.ts';
import type { Member, Team } from '../../team/team.ts';
import { limitsAddress, memberAddress } from '../addresses.ts';
import { Construct, IamUser, IamUserPolicy } from './cdktf.ts';
import { escapeTemplate } from './stack.ts';

export interface MemberUserProps {
  readonly team: Pick<Team, 'lab' | 'account'>;
  readonly member: Member;
}

/** A member's IAM user under the lab's boundary, with the inline policy `limits`. */
export class MemberUser extends Construct {
  readonly user: IamUser;
  /** A reference to the user's name; made once, for CDKTF keeps a token with a stack trace for each time it is asked. */
  readonly userName: string;
  /** Null if nothing limits the member. */
  readonly limits: IamUserPolicy | null;

  constructor(scope: Construct, props: MemberUserProps) {
    super(scope, memberAddress(props.member.key));
    this.user = this.createUser(props);
    this.userName = this.user.name;
    this.limits = this.createLimits(props.member);
  }

  private createUser({ team, member }: MemberUserProps): IamUser {
    const user = new IamUser(this, 'user', {
      name: iamName(team.lab, member.key),
      path: labPath(team.lab),
      permissionsBoundary: boundaryArn(team),
      // Access keys are created outside Terraform; without this a user who has one could not be deleted.
      forceDestroy: true,
      tags: { ...memberTags(team.lab, member.key) },
    });
    user.overrideLogicalId(memberAddress(member.key));
    return user;
  }

  /**
   * A membership depends on `limits`, so that the Deny exists first. Terraform would then delete `limits` BEFORE it
   * removes a member who leaves from the groups: the old access would be back, for good if the run died there.
   * `create_before_destroy` reverses the order of this deletion and of nothing else.
   */
  private createLimits(member: Member): IamUserPolicy | null {
    const document = limitsPolicy(member);
    if (document === null) return null;
    const limits = new IamUserPolicy(this, 'limits', {
      name: LIMITS_POLICY,
      user: this.userName,
      policy: escapeTemplate(JSON.stringify(document)),
      lifecycle: { createBeforeDestroy: true },
    });
    limits.overrideLogicalId(limitsAddress(member.key));
    return limits;
  }
}
