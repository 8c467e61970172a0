import { limitsPolicy } from '../../team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, memberTags } from '../../team/names.ts';
import type { Member, Team } from '../../team/team.ts';
import { limitsAddress, memberAddress } from '../addresses.ts';
import {
  Construct,
  IamUser,
  IamUserPoliciesExclusive,
  IamUserPolicy,
  IamUserPolicyAttachmentsExclusive,
  type TerraformLocal,
} from './cdktf.ts';
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

export interface MemberExclusivesProps {
  readonly memberKey: string;
  readonly member: MemberUser;
  /** Stands for every membership of the team. */
  readonly enrolled: TerraformLocal;
}

/** Exclusive-policy resources of a member: no attached policy, and no inline policy but `limits`. */
export class MemberExclusives extends Construct {
  constructor(scope: Construct, props: MemberExclusivesProps) {
    // Before the address and not behind it: `bo-guards` is a member's key, too.
    super(scope, `guards-${memberAddress(props.memberKey)}`);
    this.excludeInlinePolicies(props, this.excludeAttachments(props));
  }

  private excludeAttachments({ memberKey, member }: MemberExclusivesProps): IamUserPolicyAttachmentsExclusive {
    const exclusive = new IamUserPolicyAttachmentsExclusive(this, 'attachments', {
      userName: member.userName,
      policyArns: [],
    });
    exclusive.overrideLogicalId(memberAddress(memberKey));
    return exclusive;
  }

  /**
   * When `limits` end, this resource deletes the inline policy. It comes after every membership (and so every role's
   * policy) and after manual attachments are removed, so that the Deny goes last.
   */
  private excludeInlinePolicies(
    { memberKey, member, enrolled }: MemberExclusivesProps,
    attachments: IamUserPolicyAttachmentsExclusive,
  ): void {
    const exclusive = new IamUserPoliciesExclusive(this, 'inline', {
      userName: member.userName,
      policyNames: member.limits === null ? [] : [LIMITS_POLICY],
      // The provider would write a listed but missing policy without a document, which IAM rejects.
      dependsOn: [...(member.limits === null ? [] : [member.limits]), attachments, enrolled],
    });
    exclusive.overrideLogicalId(memberAddress(memberKey));
  }
}
