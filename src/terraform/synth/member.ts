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
} from './cdktf.ts';
import { escapeTemplate } from './template.ts';

/**
 * A member's IAM user under the lab's boundary: no attached policy, and no inline policy but `limits`. While it is adopted, it
 * keeps policies, boundary and tags. Nothing of one member depends on another or on a role: Terraform repeats all transitive
 * dependencies of each resource in its state.
 */
export class MemberUser extends Construct {
  /** A reference to the user's name; made once, because CDKTF keeps a token with a stack trace for each use. */
  readonly userName: string;
  /** Null if nothing limits the member. */
  readonly limits: IamUserPolicy | null;

  constructor(scope: Construct, team: Pick<Team, 'lab' | 'account'>, member: Member, adopting = false) {
    const address = memberAddress(member.key);
    super(scope, address);
    const user = new IamUser(this, 'user', {
      name: iamName(team.lab, member.key),
      path: labPath(team.lab),
      permissionsBoundary: boundaryArn(team),
      // Access keys are created outside Terraform; without this a user who has one could not be deleted.
      forceDestroy: true,
      tags: { ...memberTags(team.lab, member.key) },
      ...(adopting ? { lifecycle: { ignoreChanges: ['permissions_boundary', 'tags', 'tags_all'] } } : {}),
    });
    user.overrideLogicalId(address);
    this.userName = user.name;
    this.limits = adopting ? null : this.createLimits(member);
    if (!adopting) this.createExclusives(address);
  }

  /**
   * A membership depends on `limits`, so Terraform would delete the Deny BEFORE it removes a leaving member from the groups,
   * and the old access would be back. `create_before_destroy` reverses the order of this deletion and of nothing else.
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

  /**
   * When `limits` end, the resource of inline policies deletes them at any moment: see `usersToSuspend`. What is taken from the
   * user can hold Denies, which `limits` keep by then.
   */
  private createExclusives(address: string): void {
    const { userName, limits } = this;
    const onceLimited = limits === null ? {} : { dependsOn: [limits] };
    const attachments = new IamUserPolicyAttachmentsExclusive(this, 'attachments', {
      userName,
      policyArns: [],
      ...onceLimited,
    });
    attachments.overrideLogicalId(address);
    const inline = new IamUserPoliciesExclusive(this, 'inline', {
      userName,
      policyNames: limits === null ? [] : [LIMITS_POLICY],
      // The provider would write a listed but missing policy without a document, which IAM rejects.
      ...onceLimited,
    });
    inline.overrideLogicalId(address);
  }
}
