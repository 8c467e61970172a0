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
import { accessOf } from '../../access/access-of.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import { difference, isEmpty, NO_OPERATIONS, union } from '../../access/operation-set.ts';
import { userNamed } from '../../access/policies-of.ts';
import { askAws, orNull } from '../../aws/client.ts';
import type { Result } from '../../diagnostics/failure.ts';
import { stableJson } from '../../iam/canonical.ts';
import { mayDeny, statementsOf } from '../../iam/document.ts';
import type { ObstructedGroup } from '../../review/apply/obstructed.ts';
import { limitedFirst } from '../../review/apply/suspension.ts';
import { documentsOf } from '../../review/rule/access.ts';
import type { LimitedUser } from '../../review/rule/ruled.ts';
import { boundaryArn, LIMITS_POLICY, labPath } from '../../team/names.ts';
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
 * Who leaves groups before Terraform runs, whom it would not take out, or too late: those whom a plan's list of members lacks, and
 * those in groups of no role or that go. `others` are users whom it does not manage, and so cannot suspend; a list of members
 * removes the others itself unless it is new.
 */
export function unexpectedMemberships(
  { at }: LabSession,
  { saved, account, ruled, classification, obstructed }: StackPlan,
  of: 'members' | 'others',
): readonly Membership[] {
  const path = labPath(ruled.team.lab);
  const managed = classification.access.before.users.filter((user) => user.unmanaged !== true && user.path === path);
  const members = new Set(managed.map(({ name }) => name));
  const lists = saved.plan.changes.flatMap(({ type, change: { actions, before, after } }) =>
    type === 'aws_iam_group_membership' && (of === 'others' ? actions.join() !== 'no-op' : actions.join() === 'create')
      ? [{ group: (after ?? before)?.group, users: after?.users }]
      : [],
  );
  const leaves = (name: string, group: string) =>
    lists.some((list) => list.group === group && !(Array.isArray(list.users) && list.users.includes(name))) ||
    obstructed.some((each) => each.group === group && each.users.includes(name));
  return account.users
    .filter(({ name }) => members.has(name) === (of === 'members'))
    .flatMap((user) => {
      const leaving = user.groups.filter((group) => leaves(user.name, group));
      return inSafeOrder(user, leaving, account, at).map((group) => ({ group, user: user.name }));
    });
}

/** So that no step gives what neither end does, if there is such an order; groups that may deny come last. */
function inSafeOrder(user: AccessUser, leaving: readonly string[], account: AccessModel, at: Date): readonly string[] {
  const allowedWithout = (left: readonly string[]) => {
    const groups = user.groups.filter((group) => !left.includes(group));
    return accessOf(account, { at }, [{ ...user, groups }])[0]?.allowed ?? NO_OPERATIONS;
  };
  const ends = union(allowedWithout([]), allowedWithout(leaving));
  const denying = account.groups.filter((group) => documentsOf(group, account).some(mayDeny)).map(({ name }) => name);
  const sorted = leaving.toSorted((one, other) => Number(denying.includes(one)) - Number(denying.includes(other)));
  return leaving.reduce<readonly string[]>((left) => {
    const rest = sorted.filter((group) => !left.includes(group));
    const next = rest.find((group) => isEmpty(difference(allowedWithout([...left, group]), ends)));
    return left.concat(next ?? rest.slice(0, 1));
  }, []);
}

/** How many memberships it ended. */
export function leaveGroups({ iam }: LabSession, memberships: readonly Membership[]): Promise<Result<number>> {
  return askAws(async () => {
    for (const membership of memberships) await leaveGroup(iam, membership);
    return memberships.length;
  });
}

/** Who has left since the account was read, or whose group is gone, is none of its members either. */
function leaveGroup(iam: IAMClient, { group: GroupName, user: UserName }: Membership): Promise<unknown> {
  return orNull('NoSuchEntityException', () => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName })));
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
  { group: GroupName, attached, inline }: Omit<ObstructedGroup, 'users'>,
): Promise<void> {
  for (const PolicyArn of attached) await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }));
  for (const PolicyName of inline) await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }));
}

/** Deletes groups with what an account has in them: IAM deletes none that has members or policies. */
export async function deleteGroups(iam: IAMClient, names: readonly string[], account: AccessModel): Promise<void> {
  for (const { name: group, attached, inline } of account.groups.filter(({ name }) => names.includes(name))) {
    const members = account.users.filter(({ groups }) => groups.includes(group));
    for (const { name: user } of members) await leaveGroup(iam, { group, user });
    await clearGroup(iam, { group, attached, inline: inline.map(({ name }) => name) });
    await iam.send(new DeleteGroupCommand({ GroupName: group }));
  }
}
