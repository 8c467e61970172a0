import { managedPolicyArn } from '../src/catalog/managed-policies.ts';
import { limitsPolicy, rolePolicy } from '../src/team/documents.ts';
import type { Team } from '../src/team/team.ts';
import * as cdktf from '../src/terraform/synth/cdktf.ts';

/** A minimal program for the same resources: loops, and CDKTF's own names for everything. */
export function synthesizeBare(team: Team, outDir: string): void {
  const path = `/mturk/${team.lab}/`;
  const app = new cdktf.App({ outdir: outDir, stackTraces: false });
  const stack = new cdktf.TerraformStack(app, 'team');
  new cdktf.AwsProvider(stack, 'aws', { region: 'us-east-1', allowedAccountIds: [team.account] });
  new cdktf.LocalBackend(stack, { path: 'terraform.tfstate' });

  const users = team.members.map((member) => {
    const user = new cdktf.IamUser(stack, `user-${member.key}`, {
      name: `${team.lab}-${member.key}`,
      path,
      permissionsBoundary: `arn:aws:iam::${team.account}:policy/mturk-boundary/${team.lab}`,
      forceDestroy: true,
      tags: { 'mturk-team:lab': team.lab, 'mturk-team:member': member.key },
    });
    const document = limitsPolicy(member);
    const limits =
      document === null
        ? null
        : new cdktf.IamUserPolicy(stack, `limits-${member.key}`, {
            name: 'limits',
            user: user.name,
            policy: JSON.stringify(document),
            lifecycle: { createBeforeDestroy: true },
          });
    return { member, user, limits };
  });
  for (const role of team.roles) {
    const name = `${team.lab}-${role.key}`;
    const group = new cdktf.IamGroup(stack, `group-${role.key}`, { name, path });
    const document = rolePolicy(role, team.freeze);
    const policyArn = `arn:aws:iam::${team.account}:policy${path}${name}`;
    const attachments = role.managed.map((managed) => {
      const arn = managedPolicyArn(managed);
      return new cdktf.IamGroupPolicyAttachment(stack, `${role.key}-${managed}`, {
        group: group.name,
        policyArn: arn,
      });
    });
    if (document !== null) {
      const policy = new cdktf.IamPolicy(stack, `policy-${role.key}`, {
        name,
        path,
        policy: JSON.stringify(document),
      });
      const own = { group: group.name, policyArn, dependsOn: [policy] };
      attachments.push(new cdktf.IamGroupPolicyAttachment(stack, `${role.key}-own`, own));
    }
    const attached = new cdktf.IamGroupPolicyAttachmentsExclusive(stack, `attachments-${role.key}`, {
      groupName: group.name,
      policyArns: attachments.map((attachment) => attachment.policyArnInput ?? ''),
      dependsOn: attachments,
    });
    const inline = { groupName: group.name, policyNames: [] };
    new cdktf.IamGroupPoliciesExclusive(stack, `inline-${role.key}`, inline);
    const held = users.filter(({ member }) => member.roles.includes(role.key));
    new cdktf.IamGroupMembership(stack, `membership-${role.key}`, {
      name,
      group: group.name,
      users: held.map(({ user }) => user.name),
      dependsOn: [attached, ...held.flatMap(({ limits }) => (limits === null ? [] : [limits]))],
    });
  }
  for (const { member, user, limits } of users) {
    const attachments = { userName: user.name, policyArns: [] };
    new cdktf.IamUserPolicyAttachmentsExclusive(stack, `attachments-${member.key}`, attachments);
    new cdktf.IamUserPoliciesExclusive(stack, `inline-${member.key}`, {
      userName: user.name,
      policyNames: limits === null ? [] : ['limits'],
      dependsOn: limits === null ? [] : [limits],
    });
  }
  app.synth();
}
