import type { ResourceChange } from '../terraform/plan.ts';
import { changedAttributes } from '../terraform/resources.ts';
import { OTHER_VERSION } from '../text/failures/terraform.ts';
import { codeText, listTexts, t, trusted } from '../text/text.ts';
import type { GuardrailTable } from './guardrail.ts';

const NEW_PLAN = t`make a new plan`;

/** Whether a plan shows all that applying it would do. */
export const PLAN_GUARDRAILS = {
  'plan-incomplete': {
    checkPlan: ({ plan, phase }) => [
      ...(plan.errored ? [{ because: 'errored' } as const] : []),
      ...(plan.deferred > 0 ? [{ because: 'deferred' } as const] : []),
      ...(plan.invocations > 0 ? [{ because: 'actions' } as const] : []),
      // Terraform calls a plan that is limited to some addresses incomplete.
      ...(plan.complete === false && phase !== 'partial' && !plan.errored && plan.deferred === 0
        ? [{ because: 'partial' } as const]
        : []),
    ],
    problem: ({ because }) => ({
      summary: t`the plan is incomplete`,
      reason: trusted(INCOMPLETE[because]),
      help: t`${NEW_PLAN}; if it is still incomplete, run Terraform in the working directory to see why`,
    }),
  },
  // `forget` leaves the access in force while the state no longer knows of it.
  'removed-from-state': {
    checkPlan: ({ plan }) =>
      plan.changes.flatMap(({ address, change }) => (change.actions.includes('forget') ? [{ address }] : [])),
    problem: ({ address }) => ({
      summary: t`${codeText(address)} would be removed from the state`,
      reason: t`its access would stay in AWS, unmanaged`,
      help: t`remove the ${codeText('removed')} block or the lifecycle setting that asks for it, then ${NEW_PLAN}`,
    }),
  },
  'unknown-action': {
    checkPlan: ({ plan }) =>
      plan.changes.flatMap(({ address, change: { actions }, deposed }) => {
        if (actions.includes('forget') || (KNOWN_ACTIONS.includes(actions.join()) && deposed === null)) return [];
        return [{ address, actions: deposed === null ? actions : [...actions, 'deposed'] }];
      }),
    problem: ({ address, actions }) => ({
      summary: t`Terraform plans an action that mturk-team does not know`,
      reason: t`${codeText(actions.join(', '))} for ${codeText(address)}`,
      help: OTHER_VERSION,
    }),
  },
  // An import of a user is an update, and creating an exclusive-policy resource detaches: `adopt --apply` takes nothing.
  'adoption-takes-away': {
    appliesTo: { stack: 'team', phase: 'adopting' },
    checkPlan: ({ plan }) =>
      plan.changes
        .filter((change) => !isAddition(change))
        .map(({ address, change: { actions } }) => ({ address, actions })),
    problem: ({ address, actions }) => ({
      summary: t`${codeText(address)} would change more than ${codeText('adopt --apply')} may`,
      reason: t`planned: ${listTexts(actions.map(codeText))}; it only imports users, creates roles and adds members to them`,
      help: t`if ${codeText('team.yaml')} changed since the last ${codeText('adopt --apply')}, undo that one first`,
      paste: ['mturk-team adopt --undo'],
    }),
  },
  // No secret is managed, so a value that is marked as one would end in the state.
  'sensitive-value': {
    checkPlan: ({ plan }) =>
      [
        ...plan.changes.map(({ address, change }) => ({ address, change })),
        ...Object.entries(plan.outputs).map(([name, change]) => ({ address: `output.${name}`, change })),
      ]
        .filter(({ change }) => marks(change.beforeSensitive) || marks(change.afterSensitive))
        .map(({ address }) => ({ address })),
    problem: ({ address }) => ({
      summary: t`${codeText(address)} has a value that is marked as sensitive`,
      reason: t`mturk-team keeps no secret in the state`,
      help: t`remove it from the configuration`,
    }),
  },
  // What decides access must be known before it is applied: "known after apply" cannot be reviewed.
  'unknown-value': {
    checkPlan: ({ plan }) =>
      plan.changes.flatMap(({ address, change: { afterUnknown: unknown } }) => {
        if (unknown === true) return [{ address, attributes: ['everything'] }];
        if (typeof unknown !== 'object' || unknown === null) return [];
        const attributes = Object.entries(unknown).flatMap(([name, mask]) =>
          OF_ACCESS.includes(name) && marks(mask) ? [name] : [],
        );
        return attributes.length === 0 ? [] : [{ address, attributes }];
      }),
    problem: ({ address, attributes }) => ({
      summary: t`${codeText(address)} is not fully known before the apply`,
      reason: t`unknown: ${listTexts(attributes.map(codeText))}`,
      help: t`run ${codeText('mturk-team synth')} and ${NEW_PLAN}`,
    }),
  },
} satisfies Partial<GuardrailTable>;

const INCOMPLETE = {
  errored: 'Terraform met an error while planning',
  deferred: 'Terraform deferred changes to a later run',
  actions: 'it would run actions besides changing resources',
  partial: 'Terraform reports that applying it leaves something out',
} as const;

const KNOWN_ACTIONS = ['no-op', 'create', 'read', 'update', 'delete', 'delete,create', 'create,delete'];

const OF_ACCESS = [
  ...['name', 'path', 'policy', 'permissions_boundary', 'group', 'group_name', 'user', 'user_name'],
  ...['users', 'policy_arn', 'policy_arns', 'policy_names', 'role', 'role_name', 'assume_role_policy'],
];

/** What may change of a user who is imported. Tags may not: a condition of a policy can ask for them. */
const IMPORTED = ['force_destroy'];

/** Whether a change adds to what exists, or changes nothing. */
function isAddition(change: ResourceChange): boolean {
  const { type, change: of } = change;
  const action = of.actions.join();
  if (action === 'no-op') return true;
  if (type.startsWith('aws_iam_user')) {
    const { ofAccess, others } = changedAttributes(change);
    return (
      type === 'aws_iam_user' &&
      action === 'update' &&
      [...ofAccess, ...others].every((each) => IMPORTED.includes(each))
    );
  }
  if (action === 'create') return true;
  if (type !== 'aws_iam_group_membership' || action !== 'update') return false;
  const [before, after] = [of.before?.users, of.after?.users].map((users) => (Array.isArray(users) ? users : []));
  return before?.every((user) => after?.includes(user)) === true;
}

/** Whether a nested mask has a `true` anywhere. */
function marks(mask: unknown): boolean {
  if (mask === true) return true;
  // Equivalent if mutated: a mask has only maps, lists and truth values.
  return typeof mask === 'object' && mask !== null && Object.values(mask).some(marks);
}
