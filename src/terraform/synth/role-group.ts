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
import { escapeTemplate } from './escape.ts';
import type { MemberUser } from './member-user.ts';

export interface RoleGroupProps {
  readonly team: Pick<Team, 'lab' | 'account' | 'freeze'>;
  readonly role: Role;
  /** Those who hold the role, in the order of their keys. */
  readonly members: readonly MemberUser[];
}

/** A role: the group with its policies, its members, and the guards that let nothing else be put on it. */
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
    const guards = [this.guardAttachments(address), this.guardInlinePolicies(address)];
    this.membership = this.enrol(address, props, guards);
  }

  private createGroup(address: string, { team, role }: RoleGroupProps): IamGroup {
    const group = new IamGroup(this, 'group', { name: iamName(team.lab, role.key), path: labPath(team.lab) });
    group.overrideLogicalId(address);
    return group;
  }

  private createPolicy(address: string, { team, role }: RoleGroupProps): IamPolicy | null {
    const document = rolePolicy(role, team.freeze);
    if (document === null) return null;
    // No description: changing one replaces the policy, so that words would cost access.
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
    // The role's own policy holds its Deny and the freeze: they are in force before AWS's broad Allow comes, and stay
    // until it is gone.
    const own = [...attachments];
    for (const name of role.managed) attach(name, managedPolicyArn(name), own);
    return attachments;
  }

  private guardAttachments(address: string): IamGroupPolicyAttachmentsExclusive {
    const guard = new IamGroupPolicyAttachmentsExclusive(this, 'attachments', {
      groupName: this.group.name,
      policyArns: this.attachments.map((attachment) => attachment.policyArnInput ?? '').sort(),
      dependsOn: [...this.attachments],
    });
    guard.overrideLogicalId(address);
    return guard;
  }

  private guardInlinePolicies(address: string): IamGroupPoliciesExclusive {
    const guard = new IamGroupPoliciesExclusive(this, 'inline', { groupName: this.group.name, policyNames: [] });
    guard.overrideLogicalId(address);
    return guard;
  }

  /**
   * Nobody joins before her limits, the group's own Deny and the freeze are in force, and before what was put on the
   * group by hand is off it; and a role that goes is left by everybody before its policies are taken away.
   */
  private enrol(
    address: string,
    { team, role, members }: RoleGroupProps,
    guards: readonly (IamGroupPolicyAttachmentsExclusive | IamGroupPoliciesExclusive)[],
  ): IamGroupMembership {
    const limits = members.flatMap((member) => (member.limits === null ? [] : [member.limits]));
    const membership = new IamGroupMembership(this, 'membership', {
      name: iamName(team.lab, role.key),
      group: this.group.name,
      // Also for a role that nobody has: an empty set still shows a stranger in the group, and takes her out.
      users: members.map((member) => member.userName),
      dependsOn: [...this.attachments, ...guards, ...limits],
    });
    membership.overrideLogicalId(address);
    return membership;
  }
}
