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
} from '../cdktf.ts';
import { escapeTemplate } from '../escape.ts';

export interface MemberUserProps {
  readonly team: Pick<Team, 'lab' | 'account'>;
  readonly member: Member;
}

/** A member: the user under the lab's boundary, her `limits`, and the guards that let nothing else be put on her. */
export class MemberUser extends Construct {
  readonly user: IamUser;
  /** Null where nothing limits the member. */
  readonly limits: IamUserPolicy | null;

  constructor(scope: Construct, props: MemberUserProps) {
    const address = memberAddress(props.member.key);
    super(scope, address);
    this.user = this.createUser(address, props);
    this.limits = this.createLimits(props.member);
    this.guardInlinePolicies(address);
    this.guardAttachments(address);
  }

  private createUser(address: string, { team, member }: MemberUserProps): IamUser {
    const user = new IamUser(this, 'user', {
      name: iamName(team.lab, member.key),
      path: labPath(team.lab),
      permissionsBoundary: boundaryArn(team),
      // Keys are handed over outside Terraform; without this a leaver who holds one could not be deleted.
      forceDestroy: true,
      tags: { ...memberTags(team.lab, member.key) },
    });
    user.overrideLogicalId(address);
    return user;
  }

  private createLimits(member: Member): IamUserPolicy | null {
    const document = limitsPolicy(member);
    if (document === null) return null;
    const limits = new IamUserPolicy(this, 'limits', {
      name: LIMITS_POLICY,
      user: this.user.name,
      policy: escapeTemplate(JSON.stringify(document)),
    });
    limits.overrideLogicalId(limitsAddress(member.key));
    return limits;
  }

  private guardInlinePolicies(address: string): void {
    const guard = new IamUserPoliciesExclusive(this, 'inline', {
      userName: this.user.name,
      policyNames: this.limits === null ? [] : [LIMITS_POLICY],
      // A listed policy that is missing would be written without a document, and IAM refuses that.
      ...(this.limits === null ? {} : { dependsOn: [this.limits] }),
    });
    guard.overrideLogicalId(address);
  }

  private guardAttachments(address: string): void {
    const guard = new IamUserPolicyAttachmentsExclusive(this, 'attachments', {
      userName: this.user.name,
      policyArns: [],
    });
    guard.overrideLogicalId(address);
  }
}
