import type { AccessModel } from '../../access/model.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Plan } from '../../terraform/plan.ts';

/** A group under the lab's path with what someone added to it. */
export interface ObstructedGroup {
  readonly group: string;
  /** ARNs of attached policies. */
  readonly attached: readonly string[];
  /** Names of inline policies. */
  readonly inline: readonly string[];
  readonly users: readonly string[];
}

/**
 * Groups that a plan deletes, attaches policies to, or that have a policy that it deletes, with what Terraform does not know of
 * them: IAM deletes no group that has members or policies, no policy that a group has, and attaches no more than 10. Besides,
 * groups of no role under the lab's path, as after a renaming, in which someone is.
 */
export function obstructedGroups(plan: Plan, { users, groups }: AccessModel, team: Team): readonly ObstructedGroup[] {
  const written = desiredAccessBeforeDeletions(team);
  const kept = new Map(written.groups.map(({ name, attached }) => [name, attached]));
  const changed = (type: string, action: string) =>
    plan.changes.flatMap(({ type: own, change: { actions, before, after } }) => {
      const values = action === 'create' ? after : before;
      return own === type && actions.includes(action) && values !== null ? [values] : [];
    });
  const deleted = new Set(changed('aws_iam_group', 'delete').map(({ name }) => name));
  const attaching = new Set(changed('aws_iam_group_policy_attachment', 'create').map(({ group }) => group));
  const going = new Set(changed('aws_iam_policy', 'delete').map(({ arn }) => arn));
  const detached = changed('aws_iam_group_policy_attachment', 'delete');
  const left = changed('aws_iam_group_membership', 'delete');
  return groups.flatMap(({ name: group, path, attached, inline }) => {
    const isHolding = kept.has(group) && attached.some((arn) => going.has(arn));
    if (!deleted.has(group) && !attaching.has(group) && !isHolding) {
      const isUnmanaged = path === labPath(team.lab) && !kept.has(group);
      const leaving = users.filter(({ groups: of }) => isUnmanaged && of.includes(group)).map(({ name }) => name);
      return leaving.length === 0 ? [] : [{ group, attached: [], inline: [], users: leaving }];
    }
    const own = [
      ...(kept.get(group) ?? []),
      ...detached.flatMap((each) => (each.group === group ? [each.policy_arn] : [])),
    ];
    const listed = left.flatMap((each) => (each.group === group && Array.isArray(each.users) ? each.users : []));
    const isStranger = (name: string, of: readonly string[]) => of.includes(group) && !listed.includes(name);
    const found = {
      group,
      attached: attached.filter((arn) => !own.includes(arn)),
      inline: deleted.has(group) ? inline.map(({ name }) => name) : [],
      users: deleted.has(group) ? users.flatMap(({ name, groups: of }) => (isStranger(name, of) ? [name] : [])) : [],
    };
    return found.attached.length + found.inline.length + found.users.length === 0 ? [] : [found];
  });
}
