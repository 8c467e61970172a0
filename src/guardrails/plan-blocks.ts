import { type Block, block } from '../diagnostics/block.ts';
import { BOUNDARY_PATH } from '../team/names.ts';
import type { Plan, ResourceChange } from '../terraform/plan/plan-read.ts';
import { RESOURCES } from '../terraform/resources.ts';

/** Action lists that are understood; everything else is refused, however harmless its name sounds. */
const UNDERSTOOD = ['no-op', 'create', 'read', 'update', 'delete', 'delete,create', 'create,delete'];

/** A plan that is not whole says nothing about what will have happened. */
export function wholePlan(plan: Plan): readonly Block[] {
  const found: Block[] = [];
  if (plan.errored) found.push(block('plan-incomplete', { because: 'errored' }));
  if (plan.deferred > 0) found.push(block('plan-incomplete', { because: 'deferred' }));
  if (plan.invocations > 0) found.push(block('plan-incomplete', { because: 'actions' }));
  if (plan.complete === false && !plan.errored && plan.deferred === 0) {
    found.push(block('plan-incomplete', { because: 'partial' }));
  }
  return found;
}

/** `forget` leaves access in force while the state says nothing of it: it is worse than a deletion. */
export function knownActions(plan: Plan): readonly Block[] {
  return plan.changes.flatMap(({ address, change, deposed }) => {
    const { actions } = change;
    if (actions.includes('forget')) return [block('removed-from-state', { address })];
    if (UNDERSTOOD.includes(actions.join()) && deposed === null) return [];
    return [block('unknown-action', { address, actions: deposed === null ? actions : [...actions, 'deposed'] })];
  });
}

/** We manage no secret, so a value that is marked as one came from somewhere else, and would be in the state. */
export function noSecrets(plan: Plan): readonly Block[] {
  const resources = plan.changes.filter(({ change }) => marks(change.beforeSensitive) || marks(change.afterSensitive));
  const outputs = Object.entries(plan.outputs).filter(
    ([, change]) => marks(change.beforeSensitive) || marks(change.afterSensitive),
  );
  return [...resources.map(({ address }) => address), ...outputs.map(([name]) => `output.${name}`)].map((address) =>
    block('sensitive-value', { address }),
  );
}

/** Whether a nested mask has a `true` anywhere: at the leaf, or at any ancestor of it. */
function marks(mask: unknown): boolean {
  if (mask === true) return true;
  if (typeof mask !== 'object' || mask === null) return false;
  return Object.values(mask).some(marks);
}

export function onlyOurTypes(plan: Plan): readonly Block[] {
  return plan.changes
    .filter((change) => isChange(change) && (change.mode !== 'managed' || !Object.hasOwn(RESOURCES, change.type)))
    .map(({ address, type }) => block('unmanaged-resource-type', { address, type }));
}

/** What decides who may change the lab, and how far that reaches, is the administrator's, whatever a file says. */
export function trustStays(plan: Plan): readonly Block[] {
  return plan.changes.filter(isChange).flatMap((change) => {
    const what = trustOf(change);
    return what === null ? [] : [block('trust-changed', { address: change.address, what })];
  });
}

/** What of trust a change is about; null where it is about none. */
function trustOf({ type, change }: ResourceChange): 'boundary' | 'role' | 'provider' | 'account' | null {
  if (/^aws_iam_(service_linked_)?role/.test(type) || type === 'aws_iam_instance_profile') return 'role';
  if (/^aws_iam_(openid_connect|saml)_provider/.test(type)) return 'provider';
  if (/^aws_iam_account_/.test(type)) return 'account';
  const paths = [change.before?.path, change.after?.path];
  return type === 'aws_iam_policy' && paths.includes(BOUNDARY_PATH) ? 'boundary' : null;
}

/** What decides access must be known before it is applied: nobody can review "known after apply". */
export function knownValues(plan: Plan): readonly Block[] {
  return plan.changes.flatMap(({ address, change }) => {
    const unknown = change.afterUnknown;
    if (unknown === true) return [block('unknown-value', { address, attributes: ['everything'] })];
    if (typeof unknown !== 'object' || unknown === null) return [];
    const attributes = Object.entries(unknown).flatMap(([name, mask]) =>
      DECIDING.includes(name) && marks(mask) ? [name] : [],
    );
    return attributes.length === 0 ? [] : [block('unknown-value', { address, attributes })];
  });
}

const DECIDING = [
  ...['name', 'path', 'policy', 'permissions_boundary', 'group', 'group_name', 'user', 'user_name'],
  ...['users', 'policy_arn', 'policy_arns', 'policy_names'],
];

/** Whether applying does anything about it. */
export function isChange({ change }: ResourceChange): boolean {
  return change.actions.some((action) => action !== 'no-op' && action !== 'read');
}
