import type { AccessGroup, AccessModel, AccessUser } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { isManagedPolicyName } from '../../catalog/managed-policies.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import { attachmentAddress, limitsAddress, memberAddress, roleAddress } from '../../terraform/addresses.ts';
import type { Plan, ResourceChange } from '../../terraform/plan.ts';
import { normalValue } from '../../terraform/resources.ts';
import { escapeTemplate } from '../../terraform/synth/stack.ts';

type Values = Readonly<Record<string, string | boolean | readonly string[] | Readonly<Record<string, string>>>>;

/** One resource that a revert writes. */
export interface RevertResource {
  /** `aws_iam_group_membership.role_paymaster` */
  readonly address: string;
  /** As the account has it; null if it does not exist. */
  readonly before: Values | null;
  /** As the revert leaves it. */
  readonly after: Values;
  /** Whether writing `after` is right, too, if Terraform's state does not have the resource. */
  readonly mayCreate: boolean;
}

/** What a revert does to an account. */
export interface Revert {
  readonly lab: string;
  readonly account: AccessModel;
  readonly target: AccessModel;
  readonly resources: readonly RevertResource[];
}

/**
 * The account with some differences reverted to the applied access model, and nothing else: what else differs stays. Users
 * in `deletions` lose their groups. A deleted user, group or policy comes back with what was applied.
 */
export function revertedModel(
  account: AccessModel,
  applied: AccessModel,
  reverts: readonly Difference[],
  deletions: readonly string[],
): AccessModel {
  const documents: Documents = new Map(
    [...applied.policies, ...account.policies].map(({ arn, document }) => [arn, document]),
  );
  const deleted = (kind: Difference['kind']) => reverts.filter((each) => each.kind === kind);
  const users = new Set(deleted('user-deleted').flatMap((each) => ('user' in each ? [each.user] : [])));
  const groups = new Set(deleted('group-deleted').flatMap((each) => ('group' in each ? [each.group] : [])));
  const arns = new Set(deleted('policy-deleted').flatMap((each) => ('arn' in each ? [each.arn] : [])));
  const start = {
    ...account,
    policies: [...account.policies, ...applied.policies.filter(({ arn }) => arns.has(arn))],
    groups: [...account.groups, ...applied.groups.filter(({ name }) => groups.has(name))],
    users: [...account.users, ...applied.users.filter(({ name }) => users.has(name))],
  };
  const others = reverts.filter(({ kind }) => !kind.endsWith('-deleted'));
  const { policies, ...reverted } = withDifferences(start, others.map(inverse), documents);
  const existing = new Set(reverted.groups.map(({ name }) => name));
  const ofApplied = new Map(applied.users.map((user) => [user.name, user.groups]));
  const attachedTo = new Map(applied.groups.map((group) => [group.name, group.attached]));
  const isThere = (arn: string) => arn.startsWith('arn:aws:iam::aws:') || policies.some((policy) => policy.arn === arn);
  return {
    ...reverted,
    policies,
    users: reverted.users.map((user) => {
      if (deletions.includes(user.name)) return { ...user, groups: [] };
      const back = (ofApplied.get(user.name) ?? []).filter((group) => groups.has(group));
      return { ...user, groups: [...new Set([...user.groups, ...back])].filter((group) => existing.has(group)) };
    }),
    groups: reverted.groups.map((group) => {
      const back = (attachedTo.get(group.name) ?? []).filter((arn) => arns.has(arn));
      return { ...group, attached: [...new Set([...group.attached, ...back])].filter(isThere) };
    }),
  };
}

/** The resources to write so that the account becomes the target, in the order of their addresses. */
export function revertOf(
  lab: string,
  account: AccessModel,
  target: AccessModel,
  reverts: readonly Difference[],
  deletions: readonly string[],
): Revert {
  const slots = new Map<string, Slot>();
  const members = new Map([...account.users, ...target.users].map((user) => [user.name, user.groups]));
  for (const slot of [...reverts.flatMap((each) => slotsOf(each, target)), ...deletions.flatMap(membershipsOf)]) {
    slots.set(JSON.stringify(slot), slot);
  }
  function membershipsOf(user: string): readonly Slot[] {
    const groups = account.users.find(({ name }) => name === user)?.groups ?? members.get(user) ?? [];
    return groups.filter((group) => keyOfIamName(lab, group) !== null).map((name) => ({ kind: 'membership', name }));
  }
  const resources = [...slots.values()].flatMap((slot): readonly RevertResource[] => {
    const address = addressOf(lab, slot);
    const before = valuesOf(slot, account);
    const after = valuesOf(slot, target);
    if (address === null || after === null || normalValue(before) === normalValue(after)) return [];
    return [{ address, before, after, mayCreate: before === null || mayCreate(slot, before, after) }];
  });
  return { lab, account, target, resources: resources.sort((one, other) => (one.address < other.address ? -1 : 1)) };
}

/** Addresses of a user that is to be deleted, with what only that user has. Memberships are revoked before. */
export function deletionAddresses(lab: string, user: string): readonly string[] {
  const key = keyOfIamName(lab, user);
  if (key === null) return [];
  const name = memberAddress(key);
  return [
    `aws_iam_user_policies_exclusive.${name}`,
    `aws_iam_user_policy_attachments_exclusive.${name}`,
    `aws_iam_user_policy.${limitsAddress(key)}`,
    `aws_iam_user.${name}`,
  ];
}

/** Which resource of a user, group or policy. */
type Slot = {
  readonly kind:
    | 'user'
    | 'group'
    | 'policy'
    | 'limits'
    | 'membership'
    | `${'user' | 'group'}-attachments`
    | `${'user' | 'group'}-inline`;
  /** A name of IAM, or an ARN for a policy. */
  readonly name: string;
};

function slotsOf(difference: Difference, target: AccessModel): readonly Slot[] {
  switch (difference.kind) {
    case 'membership-added':
    case 'membership-removed':
      return [{ kind: 'membership', name: difference.group }];
    case 'policy-attached':
    case 'policy-detached':
      return [{ kind: `${difference.holder.kind}-attachments`, name: difference.holder.name }];
    case 'inline-policy-added':
      return [{ kind: `${difference.holder.kind}-inline`, name: difference.holder.name }];
    case 'inline-policy-removed':
    case 'inline-policy-changed':
      return difference.policy === LIMITS_POLICY ? [{ kind: 'limits', name: difference.holder.name }] : [];
    case 'policy-changed':
      return [{ kind: 'policy', name: difference.arn }];
    case 'boundary-changed':
    case 'tag-changed':
      return [{ kind: 'user', name: difference.user }];
    case 'path-changed':
      return [{ kind: difference.holder.kind, name: difference.holder.name }];
    case 'user-deleted': {
      const { user: name } = difference;
      const groups = target.users.find((user) => user.name === name)?.groups ?? [];
      return [
        ...(['user', 'limits', 'user-attachments', 'user-inline'] as const).map((kind) => ({ kind, name })),
        ...groups.map((group) => ({ kind: 'membership', name: group }) as const),
      ];
    }
    case 'group-deleted': {
      const { group: name } = difference;
      return (['group', 'group-attachments', 'group-inline', 'membership'] as const).map((kind) => ({ kind, name }));
    }
    case 'policy-deleted': {
      const { arn } = difference;
      const holders = target.groups.filter(({ attached }) => attached.includes(arn));
      return [
        { kind: 'policy', name: arn },
        ...holders.map(({ name }) => ({ kind: 'group-attachments', name }) as const),
      ];
    }
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return [];
  }
}

function addressOf(lab: string, { kind, name }: Slot): string | null {
  const key = keyOfIamName(lab, name.slice(name.lastIndexOf('/') + 1));
  if (key === null) return null;
  switch (kind) {
    case 'user':
      return `aws_iam_user.${memberAddress(key)}`;
    case 'limits':
      return `aws_iam_user_policy.${limitsAddress(key)}`;
    case 'user-attachments':
      return `aws_iam_user_policy_attachments_exclusive.${memberAddress(key)}`;
    case 'user-inline':
      return `aws_iam_user_policies_exclusive.${memberAddress(key)}`;
    case 'group':
      return `aws_iam_group.${roleAddress(key)}`;
    case 'policy':
      return `aws_iam_policy.${roleAddress(key)}`;
    case 'membership':
      return `aws_iam_group_membership.${roleAddress(key)}`;
    case 'group-attachments':
      return `aws_iam_group_policy_attachments_exclusive.${roleAddress(key)}`;
    case 'group-inline':
      return `aws_iam_group_policies_exclusive.${roleAddress(key)}`;
  }
}

/** The arguments of a resource in a model; null if it does not exist there. */
function valuesOf({ kind, name }: Slot, model: AccessModel): Values | null {
  const user = (): AccessUser | null => model.users.find((each) => each.name === name) ?? null;
  const group = (): AccessGroup | null => model.groups.find((each) => each.name === name) ?? null;
  switch (kind) {
    case 'user': {
      const found = user();
      if (found === null) return null;
      const values: Values = { name, path: found.path, force_destroy: true, tags: found.tags };
      return found.boundary === null ? values : { ...values, permissions_boundary: found.boundary };
    }
    case 'limits': {
      const document = user()?.inline.find((policy) => policy.name === LIMITS_POLICY)?.document ?? null;
      return document === null ? null : { name: LIMITS_POLICY, user: name, policy: JSON.stringify(document) };
    }
    case 'user-attachments':
      return heldList(user(), 'user_name', 'policy_arns', ({ attached }) => attached);
    case 'user-inline':
      return heldList(user(), 'user_name', 'policy_names', ({ inline }) => inline.map((policy) => policy.name));
    case 'group':
      return group() === null ? null : { name, path: group()?.path ?? '' };
    case 'group-attachments':
      return heldList(group(), 'group_name', 'policy_arns', ({ attached }) => attached);
    case 'group-inline':
      return heldList(group(), 'group_name', 'policy_names', ({ inline }) => inline.map((policy) => policy.name));
    case 'membership': {
      if (group() === null) return null;
      const users = model.users.flatMap((each) => (each.groups.includes(name) ? [each.name] : []));
      return { name, group: name, users: users.sort() };
    }
    case 'policy': {
      const policy = model.policies.find(({ arn }) => arn === name);
      if (policy === undefined || policy.document === null) return null;
      const path = name.slice(name.indexOf(':policy/') + ':policy'.length, name.lastIndexOf('/') + 1);
      return { name: policy.name, path, policy: JSON.stringify(policy.document) };
    }
  }
}

function heldList<Holder extends { readonly name: string }>(
  holder: Holder | null,
  owner: string,
  list: string,
  items: (holder: Holder) => readonly string[],
): Values | null {
  return holder === null ? null : { [owner]: holder.name, [list]: [...items(holder)].sort() };
}

/** An exclusive-policy resource does all of its work when it is created; a membership only adds users. */
function mayCreate({ kind }: Slot, before: Values, after: Values): boolean {
  if (kind === 'membership') {
    const users = Array.isArray(after.users) ? after.users : [];
    return Array.isArray(before.users) && before.users.every((user) => users.includes(user));
  }
  return kind.endsWith('-attachments') || kind.endsWith('-inline');
}

interface Configuration {
  readonly terraform?: unknown;
  readonly provider?: unknown;
}

/**
 * The configuration that holds the resources of a revert alone, with backend and provider of a synthesized `cdk.tf.json`.
 * What they depend on and exists is there unchanged, so that the state keeps the order of a later deletion.
 */
export function revertConfiguration(synthesized: string, revert: Revert): string {
  const { terraform, provider } = JSON.parse(synthesized) as Configuration;
  const blocks = new Map<string, object>();
  const written = new Set(revert.resources.map(({ address }) => address));
  const include = (address: string, values: Values, lifecycle: object, after: readonly string[]) => {
    const needed = dependenciesOf(address, values, revert);
    for (const [dependency, kept] of needed) {
      if (!written.has(dependency) && !blocks.has(dependency)) {
        include(dependency, kept, { ignore_changes: 'all' }, []);
      }
    }
    const dependsOn = [...new Set([...needed.keys(), ...after])].sort();
    blocks.set(address, {
      ...blockOf(values, lifecycle),
      ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
    });
  };
  for (const { address, before, after } of revert.resources) {
    include(address, after, lifecycleOf(address, before, after), orderedAfter(address, written));
  }
  const resource: Record<string, Record<string, object>> = {};
  for (const [address, block] of [...blocks].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const [type = '', name = ''] = address.split('.');
    resource[type] = { ...resource[type], [name]: block };
  }
  return `${JSON.stringify({ terraform, provider, ...(blocks.size === 0 ? {} : { resource }) }, null, 2)}\n`;
}

/**
 * What exists in the account and has to outlive a resource when both are deleted: see `TeamStack`. An apply replaces the
 * dependencies in the state even of what it does not change, so that those of dependencies are needed, too.
 */
function dependenciesOf(
  address: string,
  values: Values,
  { lab, account, target }: Revert,
): ReadonlyMap<string, Values> {
  const [type = ''] = address.split('.');
  const found = new Map<string, Values>();
  const add = (slot: Slot) => {
    const at = addressOf(lab, slot);
    const existing = valuesOf(slot, account);
    if (at !== null && existing !== null) found.set(at, existing);
  };
  if (type === 'aws_iam_user_policy') add({ kind: 'user', name: String(values.user) });
  if (type !== 'aws_iam_group_membership' && type !== 'aws_iam_group_policy_attachment') return found;
  const group = account.groups.find(({ name }) => name === values.group);
  if (group === undefined) return found;
  add({ kind: 'group', name: group.name });
  if (type === 'aws_iam_group_policy_attachment') {
    const arn = String(values.policy_arn);
    if (attachmentSuffix(arn, group) === 'own') add({ kind: 'policy', name: arn });
    return found;
  }
  const key = keyOfIamName(lab, group.name) ?? '';
  for (const arn of group.attached) {
    const suffix = attachmentSuffix(arn, group);
    if (suffix !== null) {
      const at = `aws_iam_group_policy_attachment.${attachmentAddress(key, suffix)}`;
      found.set(at, { group: group.name, policy_arn: arn });
    }
  }
  for (const user of target.users) if (user.groups.includes(group.name)) add({ kind: 'limits', name: user.name });
  return found;
}

/** What the attachment of a role's own policy, or of one of AWS's, is called; null for any other policy. */
function attachmentSuffix(arn: string, { name, path }: AccessGroup): string | null {
  if (arn.endsWith(`:policy${path}${name}`)) return 'own';
  const policy = arn.slice(arn.lastIndexOf('/') + 1);
  return arn.startsWith('arn:aws:iam::aws:') && isManagedPolicyName(policy) ? policy : null;
}

/** The order of calls within one revert: what holds a Deny or carries others first, memberships last. */
const ORDER = [
  ['aws_iam_policy', 'aws_iam_group', 'aws_iam_user'],
  ['aws_iam_user_policy'],
  [
    'aws_iam_group_policies_exclusive',
    'aws_iam_group_policy_attachments_exclusive',
    'aws_iam_user_policies_exclusive',
    'aws_iam_user_policy_attachments_exclusive',
  ],
  ['aws_iam_group_membership'],
];

function orderedAfter(address: string, written: ReadonlySet<string>): readonly string[] {
  const rankOf = (each: string) => ORDER.findIndex((types) => types.includes(each.split('.')[0] ?? ''));
  const rank = rankOf(address);
  return [...written].filter((each) => rankOf(each) < rank);
}

/** Attributes that are not reverted stay as the account has them, descriptions and tags of policies included. */
function lifecycleOf(address: string, before: Values | null, after: Values): object {
  const [type = ''] = address.split('.');
  const own = type === 'aws_iam_user_policy' ? { create_before_destroy: true } : {};
  if (before === null) return own;
  const kept = Object.keys({ ...before, ...after }).filter(
    (name) => normalValue(before[name]) === normalValue(after[name]),
  );
  const unknown = type === 'aws_iam_policy' ? ['description', 'tags'] : [];
  const ignored = [...kept, ...unknown];
  return ignored.length === 0 ? own : { ...own, ignore_changes: ignored.sort() };
}

function blockOf(values: Values, lifecycle: object): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, literal(name, value)])),
    ...(Object.keys(lifecycle).length === 0 ? {} : { lifecycle }),
  };
}

/** Every string of JSON configuration is a template: what the account holds must not become an expression. */
function literal(name: string, value: Values[string]): unknown {
  if (typeof value === 'string') return name === 'policy' ? documentText(value) : escapeTemplate(value);
  if (Array.isArray(value)) return value.map((item: string) => escapeTemplate(item));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, escapeTemplate(String(text))]));
}

/** Terraform's escapes cannot say every text (`$${`), JSON's can: no sign is left before a brace. */
function documentText(document: string): string {
  return document.replace(/[$%]+(?=\{)/g, (signs) =>
    [...signs].map((sign) => (sign === '$' ? '\\u0024' : '\\u0025')).join(''),
  );
}

/** Addresses at which a plan does not do exactly the inverses: too much, too little, or other values. */
export function deviationsOf(plan: Plan, resources: readonly RevertResource[]): readonly string[] {
  const wanted = new Map(resources.map((resource) => [resource.address, resource]));
  const changes = new Map(plan.changes.map((each) => [each.address, each]));
  const besides = plan.changes.filter(
    (each) => !isNoChange(each) && (each.deposed !== null || !wanted.has(each.address)),
  );
  const other = resources.filter((resource) => {
    const planned = changes.get(resource.address);
    return planned === undefined || !isInverse(planned, resource);
  });
  const outputs = Object.entries(plan.outputs).filter(([, { actions }]) => actions.some((one) => one !== 'no-op'));
  return [
    ...besides.map(({ address }) => address),
    ...other.map(({ address }) => address),
    ...outputs.map(([name]) => `output.${name}`),
  ];
}

/** The same for a plan that deletes: it must delete nothing but these, whichever of them the state has. */
export function deletionDeviations(plan: Plan, addresses: readonly string[]): readonly string[] {
  return plan.changes.flatMap((each) => {
    const isDeleted = each.change.actions.join() === 'delete' && addresses.includes(each.address);
    return isNoChange(each) || (isDeleted && each.deposed === null) ? [] : [each.address];
  });
}

function isNoChange({ change: { actions, importing } }: ResourceChange): boolean {
  return importing === null && actions.every((action) => action === 'no-op' || action === 'read');
}

function isInverse(
  { change, deposed, previousAddress }: ResourceChange,
  { before, after, mayCreate: isCreatable }: RevertResource,
): boolean {
  const action = change.actions.join();
  if (change.importing !== null || deposed !== null || previousAddress !== null || change.after === null) return false;
  if (action !== 'update' && !(action === 'create' && isCreatable)) return false;
  const planned = change.after;
  const holds = (values: Readonly<Record<string, unknown>>, expected: Values) =>
    [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])].every(
      (name) => name === 'force_destroy' || normalValue(values[name]) === normalValue(expected[name]),
    );
  if (!holds(planned, after)) return false;
  return action === 'create' || (before !== null && change.before !== null && holds(change.before, before));
}
