import { limitsPolicy } from '../../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags } from '../../team/names.ts';
import type { Member, Team } from '../../team/team.ts';
import { limitsAddress, memberAddress } from '../addresses.ts';
import { Construct, IamUser, IamUserPolicy } from './cdktf.ts';
import { escapeTemplate } from './escape.ts';

export interface MemberUserProps {
  readonly team: Pick<Team, 'lab' | 'account'>;
  readonly member: Member;
}

/** A member: the user under the lab's boundary, and what limits her. */
export class MemberUser extends Construct {
  readonly user: IamUser;
  /** A reference to the user's name; made once, for CDKTF keeps a token with a stack trace for each time it is asked. */
  readonly userName: string;
  /** Null where nothing limits the member. */
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
      // Keys are handed over outside Terraform; without this a leaver who holds one could not be deleted.
      forceDestroy: true,
      tags: { ...memberTags(team.lab, member.key) },
    });
    user.overrideLogicalId(memberAddress(member.key));
    return user;
  }

  /**
   * The membership depends on the limits, so that nobody is enrolled before hers exist. By itself that would make
   * Terraform delete the limits of a leaver, or of somebody whose suspension ends, BEFORE it takes her out of the
   * groups: she would have her old powers back for a moment, and for good if the run died there.
   * `create_before_destroy` turns the order of the deletion around, and of nothing else: a deleted one is never
   * created again in the same run.
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
