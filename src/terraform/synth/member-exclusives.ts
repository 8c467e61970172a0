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

/** Lets nothing be put on a member directly but her `limits`. */
export class MemberExclusives extends Construct {
  constructor(scope: Construct, props: MemberExclusivesProps) {
    // Before the address and not behind it: `bo-guards` is a member's key, too.
    super(scope, `guards-${memberAddress(props.memberKey)}`);
    this.guardInlinePolicies(props, this.guardAttachments(props));
  }

  private guardAttachments({ memberKey, member }: MemberExclusivesProps): IamUserPolicyAttachmentsExclusive {
    const guard = new IamUserPolicyAttachmentsExclusive(this, 'attachments', {
      userName: member.userName,
      policyArns: [],
    });
    guard.overrideLogicalId(memberAddress(memberKey));
    return guard;
  }

  /**
   * Where limits end, it is this guard that takes them off the user. It comes after every membership (and so after
   * every policy of a role) and after what was attached by hand is gone: a member is let loose when nothing is left
   * that she should not have.
   */
  private guardInlinePolicies(
    { memberKey, member, enrolled }: MemberExclusivesProps,
    attachments: IamUserPolicyAttachmentsExclusive,
  ): void {
    const guard = new IamUserPoliciesExclusive(this, 'inline', {
      userName: member.userName,
      policyNames: member.limits === null ? [] : [LIMITS_POLICY],
      // A listed policy that is missing would be written without a document, which IAM refuses.
      dependsOn: [...(member.limits === null ? [] : [member.limits]), attachments, enrolled],
    });
    guard.overrideLogicalId(memberAddress(memberKey));
  }
}
