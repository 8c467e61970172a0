import type { PlannedCreate } from '../account/existing.ts';
import type { NamedKind } from '../account/iam-names.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from './addresses.ts';
import type { Plan } from './plan-read.ts';

const KINDS: Readonly<Record<string, NamedKind>> = {
  aws_iam_user: 'user',
  aws_iam_group: 'group',
  aws_iam_policy: 'policy',
};

/** The users, groups and policies that a plan creates: what may exist already without the state knowing. */
export function plannedCreates(plan: Plan): readonly PlannedCreate[] {
  return plan.changes.flatMap(({ type, address, change }) => {
    const kind = KINDS[type];
    const { name, path } = change.after ?? {};
    if (kind === undefined || change.actions.join() !== 'create' || typeof name !== 'string') return [];
    const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address) ?? name;
    return [{ kind, address, name, path: typeof path === 'string' ? path : '/', key }];
  });
}
