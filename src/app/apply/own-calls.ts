import {
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import type { AccessModel } from '../../access/model.ts';
import { userNamed } from '../../access/policies-of.ts';
import { askAws } from '../../aws/client.ts';
import type { Result } from '../../diagnostics/failure.ts';
import { stableJson } from '../../iam/canonical.ts';
import { mayDeny, statementsOf } from '../../iam/document.ts';
import type { ObstructedGroup } from '../../review/apply/obstructed.ts';
import { limitedFirst } from '../../review/apply/suspension.ts';
import { documentsOf } from '../../review/rule/access.ts';
import type { LimitedUser } from '../../review/rule/rule.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { StackPlan } from '../plan/plan.ts';
import type { LabSession } from '../session/lab-session.ts';

/** Renamed users with other policies than `limits`, or another boundary, and members who are limited before Terraform runs. */
export function unlimited({ account, ruled, suspendedDuringApply }: StackPlan): readonly LimitedUser[] {
  const renamed = ruled.renamed.filter(({ user, limits }) => {
    const { attached, boundary, inline } = userNamed(account, user) ?? {};
    const wanted = [[], [{ name: LIMITS_POLICY, document: limits }], boundaryArn(ruled.team)];
    return stableJson([attached, inline, boundary]) !== stableJson(wanted);
  });
  return [...renamed, ...limitedFirst(account, ruled.team, suspendedDuringApply)];
}

/** What Terraform cannot: it knows a user by its name, and writes `limits` before it deletes others. How many were limited. */
export function limitUsers({ iam, team }: LabSession, planned: StackPlan): Promise<Result<number>> {
  const users = unlimited(planned);
  return askAws(async () => {
    for (const { user: UserName, limits } of users) {
      const { attached = [], boundary, inline = [] } = userNamed(planned.account, UserName) ?? {};
      const put = (PolicyName: string, document: object) =>
        iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: JSON.stringify(document) }));
      // A Deny that someone added is kept: without a Sid, this one is taken for it if the apply ends before `limits`.
      const { Sid, ...kept } = SHORTEST_DENY;
      const deny = { Statement: statementsOf(limits).some((each) => each.Sid === undefined) ? kept : { Sid, ...kept } };
      const remove = (PolicyName: string) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
      // Without the lab's boundary, the role of the workflows may write no policy.
      if (boundary !== boundaryArn(team)) {
        await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: boundaryArn(team) }));
      }
      const [first, ...others] = inline.map(({ name }) => name).filter((name) => name !== LIMITS_POLICY);
      // In place of a policy, which can be as long as the quota.
      if (first !== undefined) await put(first, deny);
      for (const name of others) await remove(name);
      await put(LIMITS_POLICY, deny);
      for (const PolicyArn of attached) {
        await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
      }
      if (first !== undefined) await remove(first);
      await put(LIMITS_POLICY, limits);
    }
    return users.length;
  });
}

/** As short as it can be, and what a suspension says: an apply that is killed then leaves no Deny of its own behind. */
const SHORTEST_DENY = { Sid: 'Suspended', Effect: 'Deny', Action: '*', Resource: '*' };

interface Membership {
  readonly group: string;
  readonly user: string;
}

/**
 * Who is in groups and not on the plan's list of members, and does not leave by Terraform, or too late: members of a list that it
 * creates, which removes no one, and `others`, whom it does not manage, and so cannot suspend. Groups that deny come last.
 */
export function unexpectedMemberships(
  { saved, account, ruled, classification }: StackPlan,
  of: 'members' | 'others',
): readonly Membership[] {
  const path = labPath(ruled.team.lab);
  const managed = classification.access.before.users.filter((user) => user.unmanaged !== true && user.path === path);
  const members = new Set(managed.map(({ name }) => name));
  const denying = account.groups.filter((group) => documentsOf(group, account).some(mayDeny));
  const isDenying = ({ group }: Membership) => Number(denying.some(({ name }) => name === group));
  return saved.plan.changes
    .flatMap(({ type, change: { actions, after } }) => {
      if (type !== 'aws_iam_group_membership' || after === null || actions.join() === 'no-op') return [];
      if (of === 'members' && actions.join() !== 'create') return [];
      const group = String(after.group);
      const listed = Array.isArray(after.users) ? after.users.map(String) : [];
      return account.users.flatMap(({ name, groups }) => {
        const isOf = members.has(name) === (of === 'members');
        return isOf && groups.includes(group) && !listed.includes(name) ? [{ group, user: name }] : [];
      });
    })
    .sort((one, other) => isDenying(one) - isDenying(other));
}

/** Who is in a group under the lab's path that is none of its roles, as after a renaming. */
export function unmanagedMemberships({ users, groups }: AccessModel, team: Team): readonly Membership[] {
  const roles = new Set(team.roles.map(({ key }) => iamName(team.lab, key)));
  const unmanaged = new Set(
    groups.filter(({ name, path }) => path === labPath(team.lab) && !roles.has(name)).map(({ name }) => name),
  );
  return users.flatMap(({ name, groups: own }) =>
    own.filter((group) => unmanaged.has(group)).map((group) => ({ group, user: name })),
  );
}

/** How many memberships it ended. */
export function leaveGroups({ iam }: LabSession, memberships: readonly Membership[]): Promise<Result<number>> {
  return askAws(async () => {
    for (const { group, user } of memberships) {
      await iam.send(new RemoveUserFromGroupCommand({ GroupName: group, UserName: user }));
    }
    return memberships.length;
  });
}

/** Takes from groups what someone added, once members who could gain by it are suspended: IAM would refuse Terraform's calls. */
export function clearGroups({ iam }: LabSession, groups: readonly ObstructedGroup[]): Promise<Result<null>> {
  return askAws(async () => {
    for (const group of groups) await clearGroup(iam, group);
    return null;
  });
}

async function clearGroup(
  iam: IAMClient,
  { group: GroupName, attached, inline, users }: ObstructedGroup,
): Promise<void> {
  for (const UserName of users) await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
  for (const PolicyArn of attached) await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }));
  for (const PolicyName of inline) await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }));
}

/** Deletes groups with what an account has in them: IAM deletes none that has members or policies. */
export async function deleteGroups(iam: IAMClient, names: readonly string[], account: AccessModel): Promise<void> {
  for (const { name, attached, inline } of account.groups.filter((group) => names.includes(group.name))) {
    const users = account.users.filter(({ groups }) => groups.includes(name)).map((user) => user.name);
    await clearGroup(iam, { group: name, attached, inline: inline.map((policy) => policy.name), users });
    await iam.send(new DeleteGroupCommand({ GroupName: name }));
  }
}
