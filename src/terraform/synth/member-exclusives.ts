import { LIMITS_POLICY } from '../../team/names.ts';
import { memberAddress } from '../addresses.ts';
import {
  Construct,
  IamUserPoliciesExclusive,
  IamUserPolicyAttachmentsExclusive,
  type TerraformLocal,
} from './cdktf.ts';
import type { MemberUser } from './member-user.ts';

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
