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
import { escapeTemplate } from './template.ts';

interface RoleGroupProps {
  readonly team: Pick<Team, 'lab' | 'account' | 'freeze'>;
  readonly role: Role;
  /** Those who hold the role, in the order of their keys. */
  readonly members: readonly MemberUser[];
}

/** A role: the group with its policy, attachments, members and exclusive-policy resources. */
export class RoleGroup extends Construct {
  constructor(scope: Construct, props: RoleGroupProps) {
    const { team, role, members } = props;
    const address = roleAddress(role.key);
    super(scope, address);
    const name = iamName(team.lab, role.key);
    const policy = this.createPolicy(props);
    if (role.withoutGroup === true) return;
    const group = new IamGroup(this, 'group', { name, path: labPath(team.lab) });
    group.overrideLogicalId(address);

    const attachments = this.attachPolicies(props, group, policy);
    const exclusiveAttachments = new IamGroupPolicyAttachmentsExclusive(this, 'attachments', {
      groupName: group.name,
      policyArns: attachments.map((attachment) => attachment.policyArnInput ?? '').sort(),
      dependsOn: [...attachments],
    });
    exclusiveAttachments.overrideLogicalId(address);
    // A Deny that someone wrote into the group leaves it once the role's policy has it.
    const exclusiveInline = new IamGroupPoliciesExclusive(this, 'inline', {
      groupName: group.name,
      policyNames: [],
      dependsOn: [...attachments],
    });
    exclusiveInline.overrideLogicalId(address);

    // A user joins after `limits`, the group's Deny and the freeze exist and manual attachments are removed; a deleted role
    // loses its members before its policies.
    const limits = members.flatMap((member) => (member.limits === null ? [] : [member.limits]));
    const membership = new IamGroupMembership(this, 'membership', {
      name,
      group: group.name,
      // Also for a role without members: an empty set still detects and removes an unmanaged user.
      users: members.map((member) => member.userName),
      dependsOn: [...attachments, exclusiveAttachments, exclusiveInline, ...limits],
    });
    membership.overrideLogicalId(address);
  }

  /** Null if the role only has AWS's policies and nothing is frozen. */
  private createPolicy({ team, role }: RoleGroupProps): IamPolicy | null {
    const document = rolePolicy(role, team.freeze);
    if (document === null) return null;
    // A description cannot be changed: one that someone added would replace a policy that is attached, which IAM refuses.
    const policy = new IamPolicy(this, 'policy', {
      name: iamName(team.lab, role.key),
      path: labPath(team.lab),
      policy: escapeTemplate(JSON.stringify(document)),
      lifecycle: { ignoreChanges: ['description'] },
    });
    policy.overrideLogicalId(roleAddress(role.key));
    return policy;
  }

  private attachPolicies({ team, role }: RoleGroupProps, group: IamGroup, policy: IamPolicy | null) {
    const attach = (
      suffix: string,
      policyArn: string,
      dependsOn: readonly (IamPolicy | IamGroupPolicyAttachment)[],
    ): IamGroupPolicyAttachment => {
      const attachment = new IamGroupPolicyAttachment(this, `attachment-${suffix}`, {
        group: group.name,
        policyArn,
        ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }),
      });
      attachment.overrideLogicalId(attachmentAddress(role.key, suffix));
      return attachment;
    };
    const own = policy === null ? [] : [attach('own', rolePolicyArn(team, role.key), [policy])];
    // The role's own policy contains its Deny and the freeze: attached before AWS's broad Allow, detached after it.
    return [...own, ...role.managed.map((name) => attach(name, managedPolicyArn(name), own))];
  }
}
