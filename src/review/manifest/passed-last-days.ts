import { iamName } from '../../team/names.ts';
import { isDeletionDue, type Member, type Team } from '../../team/team.ts';
import { memberKeyOfAddress } from '../../terraform/addresses.ts';
import type { Plan, ResourceChange, Values } from '../../terraform/plan.ts';
import { normalValue } from '../../terraform/resources.ts';

/** Members whose users an apply deletes today and did not on the day of the review, because days alone have passed. */
export function dueSince({ members, settings }: Team, reviewedOn: string, today: string): readonly Member[] {
  return members.filter(
    (member) => isDeletionDue(member, settings, today) && !isDeletionDue(member, settings, reviewedOn),
  );
}

/** The plan as it would be if these members kept their users and groups: to compare it with an earlier one. */
export function withMembersKept(plan: Plan, lab: string, kept: readonly Member[]): Plan {
  const keys = new Set(kept.map(({ key }) => key));
  const isTheirs = ({ address, change }: ResourceChange) =>
    change.actions.join() === 'delete' && keys.has(memberKeyOfAddress(address) ?? '');
  const changes = plan.changes
    .filter((each) => !isTheirs(each))
    .map((each) => (each.type === 'aws_iam_group_membership' ? withUsersKept(each, lab, kept) : each));
  return { ...plan, changes };
}

function withUsersKept(each: ResourceChange, lab: string, kept: readonly Member[]): ResourceChange {
  const { change } = each;
  const of = (values: Values | null): Values | null => {
    if (values === null || !Array.isArray(values.users)) return values;
    const names = kept
      .filter(({ roles }) => roles.some((role) => iamName(lab, role) === values.group))
      .map(({ key }) => iamName(lab, key));
    return { ...values, users: [...new Set([...values.users, ...names])].sort() };
  };
  const [before, after] = [of(change.before), of(change.after)];
  const isSame = before !== null && after !== null && normalValue(before) === normalValue(after);
  const actions = isSame && change.importing === null ? ['no-op'] : change.actions;
  return { ...each, change: { ...change, actions, before, after } };
}
