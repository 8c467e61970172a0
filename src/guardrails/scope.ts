import { managedPolicyByArn } from '../catalog/managed-policies.ts';
import {
  BOUNDARY_PATH,
  boundaryArn,
  iamName,
  keyOfIamName,
  labPath,
  WORKFLOW_ROLES,
  workflowRolePath,
} from '../team/names.ts';
import { isChange, type ResourceChange, type Values } from '../terraform/plan.ts';
import { RESOURCES } from '../terraform/resources.ts';
import { pasted } from '../text/escape.ts';
import { codeText, t, trusted } from '../text/text.ts';
import type { GuardrailTable, PlanContext, Stack } from './guardrail.ts';
import { users } from './members.ts';

const SYNTH_AGAIN = t`the configuration was not made from this ${codeText('team.yaml')}: run ${codeText('mturk-team synth')} and make a new plan`;

/** Where in the account a change reaches, and what is there already. */
export const SCOPE_GUARDRAILS = {
  'user-without-boundary': {
    appliesTo: { stack: 'team' },
    checkPlan: ({ plan, team, phase }) => {
      // An imported user keeps what it has until `adopt --finish`.
      if (phase === 'adopting') return [];
      const wanted = boundaryArn(team);
      return users(plan).flatMap(({ change: { after } }) => {
        const boundary = after === null ? wanted : after.permissions_boundary;
        if (boundary === wanted) return [];
        return [{ user: String(after?.name), boundary: boundary ? String(boundary) : null, wanted }];
      });
    },
    problem: ({ user, boundary, wanted }) => ({
      summary: t`IAM user ${codeText(user)} would lack the permissions boundary`,
      reason: t`${boundary === null ? trusted('it would have none') : t`it would have ${codeText(boundary)}`}; expected ${codeText(wanted)}`,
      help: SYNTH_AGAIN,
    }),
  },
  // What decides who may change the lab is the administrator's, whatever a file says.
  'trust-changed': {
    appliesTo: { stack: 'team' },
    supersedes: ['outside-managed-path', 'unmanaged-resource-type'],
    checkPlan: ({ plan }) =>
      plan.changes.filter(isChange).flatMap((change) => {
        const what = trustOf(change);
        return what === null ? [] : [{ address: change.address, what }];
      }),
    problem: ({ address, what }) => ({
      summary: t`${codeText(address)} would change ${trusted(TRUST[what])}`,
      reason: t`only an administrator changes what the lab and its workflows may do at all`,
      help: t`remove it from the configuration; an administrator changes boundary and roles with`,
      paste: ['mturk-team bootstrap'],
    }),
  },
  'outside-managed-path': {
    checkPlan: outsidePath,
    problem: ({ address, what, managed }) => ({
      summary: t`a change is outside the lab's IAM path`,
      reason: t`${codeText(address)} would change ${codeText(what)}; the lab owns ${codeText(managed)} only`,
      help: SYNTH_AGAIN,
    }),
  },
  'unmanaged-resource-type': {
    checkPlan: ({ plan }) =>
      plan.changes
        .filter((change) => isChange(change) && (change.mode !== 'managed' || !Object.hasOwn(RESOURCES, change.type)))
        .map(({ address, type }) => ({ address, type })),
    problem: ({ address, type }) => ({
      summary: t`${codeText(type)} is not a type that mturk-team manages`,
      reason: t`${codeText(address)} was added to the configuration or the state`,
      help: t`remove it from the configuration, then from the state; it stays in AWS`,
      paste: [`terraform state rm ${pasted(address)}`],
    }),
  },
  // The next two are found in the account by `aws/iam-names.ts`.
  'name-taken': {
    problem: ({ kind, name, owner, key }) => ({
      summary: t`the ${kind} name ${codeText(name)} is taken`,
      reason: t`it belongs to ${codeText(owner)}; IAM names are unique in an account, whatever their path and case`,
      help:
        kind === 'role'
          ? t`delete that role: it has the name of the lab's ${codeText(key)} role`
          : kind === 'user'
            ? t`if that user is theirs, run ${codeText('mturk-team adopt')}; else rename it, or give ${codeText(key)} another key`
            : t`rename or delete that ${kind}, or give ${codeText(key)} another key in ${codeText('team.yaml')}`,
    }),
  },
  'boundary-missing': {
    problem: ({ arn }) => ({
      summary: t`the permissions boundary of the lab does not exist`,
      reason: t`no user is created without ${codeText(arn)}`,
      help: t`an administrator creates it once`,
      paste: ['mturk-team bootstrap'],
    }),
  },
} satisfies Partial<GuardrailTable>;

const TRUST = {
  boundary: 'a permissions boundary',
  role: 'an IAM role',
  provider: 'an identity provider',
  account: 'a setting of the whole account',
} as const;

function trustOf({ type, change }: ResourceChange): keyof typeof TRUST | null {
  if (/^aws_iam_(service_linked_)?role/.test(type) || type === 'aws_iam_instance_profile') return 'role';
  if (/^aws_iam_(openid_connect|saml)_provider/.test(type)) return 'provider';
  if (/^aws_iam_account_/.test(type)) return 'account';
  const paths = [change.before?.path, change.after?.path];
  return type === 'aws_iam_policy' && paths.includes(BOUNDARY_PATH) ? 'boundary' : null;
}

/** The IAM path and names in which a stack creates, changes and deletes. */
interface Managed {
  readonly path: string;
  hasName(name: string): boolean;
}

/** By the kind of entity: what a stack has no entry for, it has none of. */
const MANAGED: Readonly<Record<Stack, Readonly<Record<string, (lab: string) => Managed>>>> = {
  team: { user: underLabPath, group: underLabPath, policy: underLabPath },
  bootstrap: {
    policy: (lab) => ({ path: BOUNDARY_PATH, hasName: (name) => name === lab }),
    role: (lab) => ({
      path: workflowRolePath(lab),
      hasName: (name) => WORKFLOW_ROLES.some((role) => name === iamName(lab, role)),
    }),
  },
};

function underLabPath(lab: string): Managed {
  return { path: labPath(lab), hasName: (name) => keyOfIamName(lab, name) !== null };
}

function outsidePath({ plan, stack, team }: PlanContext) {
  const managed = (kind: string) => MANAGED[stack][kind]?.(team.lab) ?? null;
  const drifted = new Map(plan.drift.map(({ address, change }) => [address, change]));
  return plan.changes.filter(isChange).flatMap(({ address, type, change }) => {
    const { after } = change;
    // What was moved outside Terraform may be moved back: the state knows its old path. AWS knows what would be deleted.
    const before = drifted.get(address)?.[change.actions.includes('delete') ? 'after' : 'before'] ?? change.before;
    const movedBack = change.importing === null && before !== null && before.name === after?.name;
    // An exclusive-policy resource detaches any policy from the lab's group: only its holder must be the lab's.
    const listless = before === null ? null : { ...before, policy_arns: [] };
    const what =
      (after === null ? null : outside(after, type, managed, team.account)) ??
      (listless === null
        ? null
        : outside(movedBack ? { ...listless, path: after?.path } : listless, type, managed, team.account));
    const own = managed(HOLDERS.find((kind) => type.startsWith(`aws_iam_${kind}`)) ?? 'policy') ?? managed('policy');
    return what === null ? [] : [{ address, what, managed: own?.path ?? '' }];
  });
}

const HOLDERS = ['group', 'user', 'role'] as const;

function entityOf(type: string): string | null {
  return [...HOLDERS, 'policy'].find((kind) => type === `aws_iam_${kind}`) ?? null;
}

/** What of a resource is outside, in IAM's words (`path /`, `group Admins`); null if it is inside. */
function outside(
  values: Values,
  type: string,
  managed: (kind: string) => Managed | null,
  account: string,
): string | null {
  const named = (kind: string, name: unknown) =>
    (name ?? null) === null || managed(kind)?.hasName(String(name)) === true ? null : `${kind} ${String(name)}`;
  const entity = entityOf(type);
  if (entity !== null) {
    if (values.path !== managed(entity)?.path) return `path ${String(values.path ?? '/')}`;
    return named(entity, values.name);
  }
  for (const kind of HOLDERS) {
    const holder = named(kind, values[kind] ?? values[`${kind}_name`]);
    if (holder !== null) return holder;
  }
  const arns = [values.policy_arn ?? [], values.policy_arns ?? []].flat();
  const foreign = arns.find((arn) => !isAttachable(String(arn), managed('policy'), account));
  return foreign === undefined ? null : `policy ${String(foreign)}`;
}

/** A policy of the lab, or one that AWS manages for Mechanical Turk. */
function isAttachable(arn: string, managed: Managed | null, account: string): boolean {
  // Equivalent if mutated: each stack has policies.
  if (managed !== null && arn.startsWith(`arn:aws:iam::${account}:policy${managed.path}`)) return true;
  return managedPolicyByArn(arn) !== null;
}
