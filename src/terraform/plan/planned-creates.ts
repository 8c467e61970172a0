import type { PlannedCreate } from '../../aws/inventory/existing.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../addresses.ts';
import { RESOURCES } from '../resources.ts';
import type { Plan } from './plan-read.ts';

/** The users, groups, policies and memberships that a plan creates; they may exist in AWS without being in the state. */
export function plannedCreates(plan: Plan): readonly PlannedCreate[] {
  return plan.changes.flatMap(({ type, address, change }): readonly PlannedCreate[] => {
    if (change.actions.join() !== 'create') return [];
    const { name, path, group, users } = change.after ?? {};
    if (type === 'aws_iam_group_membership' && typeof group === 'string' && Array.isArray(users)) {
      const key = roleKeyOfAddress(address) ?? group;
      return [{ kind: 'membership', address, name: group, key, users: users.map(String) }];
    }
    const kind = RESOURCES[type]?.entity;
    if (kind === undefined || typeof name !== 'string') return [];
    const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address) ?? name;
    return [{ kind, address, name, path: typeof path === 'string' ? path : '/', key }];
  });
}
