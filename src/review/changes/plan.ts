import { userName } from '../../guardrails/members.ts';
import { changedAttributes } from '../../terraform/plan/changed-attributes.ts';
import type { Plan, ResourceChange } from '../../terraform/plan/plan-read.ts';
import { isChange } from '../../terraform/plan/plan-read.ts';
import { planDigest, type Tools } from '../manifest/digest.ts';
import type { PlannedResource, ReviewedPlan } from './review.ts';

/** A plan without its values: what is counted, and which attributes of which resource differ. */
export function reviewedPlan(plan: Plan, tools: Tools): ReviewedPlan {
  const changes = plan.changes.filter((change) => isChange(change) || change.change.importing !== null);
  const having = (action: string) => changes.filter(({ change }) => change.actions.includes(action)).length;
  return {
    digest: planDigest(plan, tools).digest,
    engine: tools.engine,
    provider: tools.provider,
    add: having('create'),
    change: having('update'),
    remove: having('delete'),
    replace: changes.filter(isReplaced).length,
    importing: changes.filter(({ change }) => change.importing !== null).length,
    resources: changes.map(resourceOf),
  };
}

function resourceOf(change: ResourceChange): PlannedResource {
  const { ofAccess, others } = changedAttributes(change);
  return { address: change.address, actions: change.change.actions, attributes: [...ofAccess, ...others].sort() };
}

/** IAM names of the users that the plan deletes and makes anew: their keys and MFA devices are gone. */
export function replacedUsers(plan: Plan): ReadonlySet<string> {
  const users = plan.changes.filter((change) => change.type === 'aws_iam_user' && isReplaced(change));
  return new Set(users.map(userName));
}

function isReplaced({ change }: ResourceChange): boolean {
  return change.actions.includes('create') && change.actions.includes('delete');
}
