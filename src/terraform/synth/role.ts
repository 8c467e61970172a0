import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import { rolePolicy } from '../../team/documents.ts';
import { iamName, labPath, rolePolicyArn } from '../../team/names.ts';
import type { Role, Team } from '../../team/team.ts';
import { attachmentAddress, roleAddress } from '../addresses.ts';
import {
  Construct,
  IamGroup,
  IamGroupMembership,
  IamGroupPoliciesExclusive,
  IamGroupPolicyAttachment,
  IamGroupPolicyAttachmentsExclusive,
  IamPolicy,
} from './cdktf.ts';
import type { MemberUser } from './member.ts';
import { escapeTemplate } from './stack.ts';

export interface RoleGroupProps {
  readonly team: Pick<Team, 'lab' | 'account' | 'freeze'>;
  readonly role: Role;
  /** Those who hold the role, in the order of their keys. */
  readonly members: readonly MemberUser[];
}

/** A role: the group with its policy, attachments, members and exclusive-policy resources. */
export class RoleGroup extends Construct {
  readonly group: IamGroup;
  /** Null where the role only has AWS's policies and nothing is frozen. */
  readonly policy: IamPolicy | null;
  readonly attachments: readonly IamGroupPolicyAttachment[];
  readonly membership: IamGroupMembership;

  constructor(scope: Construct, props: RoleGroupProps) {
    const address = roleAddress(props.role.key);
    super(scope, address);
    this.group = this.createGroup(address, props);
    this.policy = this.createPolicy(address, props);
    this.attachments = this.attachPolicies(props);
    const exclusives = [this.excludeAttachments(address), this.excludeInlinePolicies(address)];
    this.membership = this.addMembers(address, props, exclusives);
  }

  private createGroup(address: string, { team, role }: RoleGroupProps): IamGroup {
    const group = new IamGroup(this, 'group', { name: iamName(team.lab, role.key), path: labPath(team.lab) });
    group.overrideLogicalId(address);
    return group;
  }

  private createPolicy(address: string, { team, role }: RoleGroupProps): IamPolicy | null {
    const document = rolePolicy(role, team.freeze);
    if (document === null) return null;
    // No description: changing it replaces the policy, so words would cost access.
    const policy = new IamPolicy(this, 'policy', {
      name: iamName(team.lab, role.key),
      path: labPath(team.lab),
      policy: escapeTemplate(JSON.stringify(document)),
    });
    policy.overrideLogicalId(address);
    return policy;
  }

  private attachPolicies({ team, role }: RoleGroupProps): readonly IamGroupPolicyAttachment[] {
    const attachments: IamGroupPolicyAttachment[] = [];
    const attach = (
      suffix: string,
      policyArn: string,
      dependsOn: readonly (IamPolicy | IamGroupPolicyAttachment)[],
    ) => {
      const attachment = new IamGroupPolicyAttachment(this, `attachment-${suffix}`, {
        group: this.group.name,
        policyArn,
        ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }),
      });
      attachment.overrideLogicalId(attachmentAddress(role.key, suffix));
      attachments.push(attachment);
    };
    if (this.policy !== null) attach('own', rolePolicyArn(team, role.key), [this.policy]);
    // The role's own policy contains its Deny and the freeze: attached before AWS's broad Allow, detached after it.
    const own = [...attachments];
    for (const name of role.managed) attach(name, managedPolicyArn(name), own);
    return attachments;
  }

  private excludeAttachments(address: string): IamGroupPolicyAttachmentsExclusive {
    const exclusive = new IamGroupPolicyAttachmentsExclusive(this, 'attachments', {
      groupName: this.group.name,
      policyArns: this.attachments.map((attachment) => attachment.policyArnInput ?? '').sort(),
      dependsOn: [...this.attachments],
    });
    exclusive.overrideLogicalId(address);
    return exclusive;
  }

  private excludeInlinePolicies(address: string): IamGroupPoliciesExclusive {
    const exclusive = new IamGroupPoliciesExclusive(this, 'inline', { groupName: this.group.name, policyNames: [] });
    exclusive.overrideLogicalId(address);
    return exclusive;
  }

  /**
   * A user joins after `limits`, the group's Deny and the freeze exist and manual attachments are removed; a deleted
   * role loses its members before its policies.
   */
  private addMembers(
    address: string,
    { team, role, members }: RoleGroupProps,
    exclusives: readonly (IamGroupPolicyAttachmentsExclusive | IamGroupPoliciesExclusive)[],
  ): IamGroupMembership {
    const limits = members.flatMap((member) => (member.limits === null ? [] : [member.limits]));
    const membership = new IamGroupMembership(this, 'membership', {
      name: iamName(team.lab, role.key),
      group: this.group.name,
      // Also for a role without members: an empty set still detects and removes an unmanaged user.
      users: members.map((member) => member.userName),
      dependsOn: [...this.attachments, ...exclusives, ...limits],
    });
    membership.overrideLogicalId(address);
    return membership;
  }
}
