import type { AccessGroup, AccessModel, AccessUser } from '../../access/model.ts';
import { type Difference, inverse, isResource } from '../../access/model-difference.ts';
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
  const others = reverts.filter((each) => !isResource('deleted', each));
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
  const groupsOf = (user: string) => account.users.find(({ name }) => name === user)?.groups ?? [];
  const slots = new Map(
    [...reverts.flatMap((each) => slotsOf(each, target)), ...deletions.flatMap(groupsOf).map(membershipOf)].map(
      (slot) => [`${slot.type} ${slot.name}`, slot],
    ),
  );
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
  return OF_USER.flatMap((type) => addressOf(lab, { type, name: user }) ?? []);
}

/** One resource, by the name of its user or group, or the ARN of its policy. */
interface Slot {
  readonly type: keyof typeof WRITTEN;
  readonly name: string;
}

interface Written {
  /** The Terraform name, by the key of the member or role. */
  readonly address: (key: string) => string;
  /** The arguments in a model; null if it does not exist there. */
  readonly values: (name: string, model: AccessModel) => Values | null;
}

type Held = Pick<AccessGroup, 'attached' | 'inline'>;

const arnsOf = ({ attached }: Held) => ({ policy_arns: [...attached].sort() });
const inlineNamesOf = ({ inline }: Held) => ({ policy_names: inline.map(({ name }) => name).sort() });

function ofUser(values: (user: AccessUser) => Values | null, address = memberAddress): Written {
  return {
    address,
    values: (name, { users }) => {
      const user = users.find((each) => each.name === name);
      return user === undefined ? null : values(user);
    },
  };
}

function ofGroup(values: (group: AccessGroup, model: AccessModel) => Values): Written {
  return {
    address: roleAddress,
    values: (name, model) => {
      const group = model.groups.find((each) => each.name === name);
      return group === undefined ? null : values(group, model);
    },
  };
}

/** What a revert can write. */
const WRITTEN = {
  aws_iam_user: ofUser(({ name, path, tags, boundary }) => ({
    ...{ name, path, force_destroy: true, tags },
    ...(boundary === null ? {} : { permissions_boundary: boundary }),
  })),
  aws_iam_user_policy: ofUser(({ name: user, inline }) => {
    const document = inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
    return document === null ? null : { name: LIMITS_POLICY, user, policy: JSON.stringify(document) };
  }, limitsAddress),
  aws_iam_user_policy_attachments_exclusive: ofUser((user) => ({ user_name: user.name, ...arnsOf(user) })),
  aws_iam_user_policies_exclusive: ofUser((user) => ({ user_name: user.name, ...inlineNamesOf(user) })),
  aws_iam_group: ofGroup(({ name, path }) => ({ name, path })),
  aws_iam_group_membership: ofGroup(({ name }, { users }) => ({
    ...{ name, group: name },
    users: users.flatMap((user) => (user.groups.includes(name) ? [user.name] : [])).sort(),
  })),
  aws_iam_group_policy_attachments_exclusive: ofGroup((group) => ({ group_name: group.name, ...arnsOf(group) })),
  aws_iam_group_policies_exclusive: ofGroup((group) => ({ group_name: group.name, ...inlineNamesOf(group) })),
  aws_iam_policy: {
    address: roleAddress,
    values: (arn: string, { policies }: AccessModel): Values | null => {
      const policy = policies.find((each) => each.arn === arn);
      if (policy === undefined || policy.document === null) return null;
      const path = arn.slice(arn.indexOf(':policy/') + ':policy'.length, arn.lastIndexOf('/') + 1);
      return { name: policy.name, path, policy: JSON.stringify(policy.document) };
    },
  },
} as const;

/** In the order in which a user's are deleted from a configuration. */
const OF_USER = [
  'aws_iam_user_policies_exclusive',
  'aws_iam_user_policy_attachments_exclusive',
  'aws_iam_user_policy',
  'aws_iam_user',
] as const;

const OF_GROUP = [
  'aws_iam_group',
  'aws_iam_group_membership',
  'aws_iam_group_policy_attachments_exclusive',
  'aws_iam_group_policies_exclusive',
] as const;

function slotsOf(difference: Difference, target: AccessModel): readonly Slot[] {
  switch (difference.kind) {
    case 'membership-added':
    case 'membership-removed':
      return [{ type: 'aws_iam_group_membership', name: difference.group }];
    case 'policy-attached':
    case 'policy-detached':
      return [{ type: `aws_iam_${difference.holder.kind}_policy_attachments_exclusive`, name: difference.holder.name }];
    case 'inline-policy-added':
      return [{ type: `aws_iam_${difference.holder.kind}_policies_exclusive`, name: difference.holder.name }];
    case 'inline-policy-removed':
    case 'inline-policy-changed':
      return difference.policy === LIMITS_POLICY ? [{ type: 'aws_iam_user_policy', name: difference.holder.name }] : [];
    case 'policy-changed':
      return [{ type: 'aws_iam_policy', name: difference.arn }];
    case 'boundary-changed':
    case 'tag-changed':
      return [{ type: 'aws_iam_user', name: difference.user }];
    case 'path-changed':
      return [{ type: `aws_iam_${difference.holder.kind}`, name: difference.holder.name }];
    case 'user-deleted': {
      const { user: name } = difference;
      const groups = target.users.find((user) => user.name === name)?.groups ?? [];
      return [...OF_USER.map((type) => ({ type, name })), ...groups.map(membershipOf)];
    }
    case 'group-deleted':
      return OF_GROUP.map((type) => ({ type, name: difference.group }));
    case 'policy-deleted': {
      const { arn } = difference;
      const holders = target.groups.filter(({ attached }) => attached.includes(arn));
      return [
        { type: 'aws_iam_policy', name: arn },
        ...holders.map(({ name }) => ({ type: 'aws_iam_group_policy_attachments_exclusive', name }) as const),
      ];
    }
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return [];
  }
}

function membershipOf(group: string): Slot {
  return { type: 'aws_iam_group_membership', name: group };
}

function addressOf(lab: string, { type, name }: Slot): string | null {
  const key = keyOfIamName(lab, name.slice(name.lastIndexOf('/') + 1));
  return key === null ? null : `${type}.${WRITTEN[type].address(key)}`;
}

function valuesOf({ type, name }: Slot, model: AccessModel): Values | null {
  return WRITTEN[type].values(name, model);
}

/** An exclusive-policy resource does all of its work when it is created; a membership only adds users. */
function mayCreate({ type }: Slot, before: Values, after: Values): boolean {
  if (type === 'aws_iam_group_membership') {
    const users = Array.isArray(after.users) ? after.users : [];
    return Array.isArray(before.users) && before.users.every((user) => users.includes(user));
  }
  return type.endsWith('_exclusive');
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
  if (type === 'aws_iam_user_policy') add({ type: 'aws_iam_user', name: String(values.user) });
  if (type !== 'aws_iam_group_membership' && type !== 'aws_iam_group_policy_attachment') return found;
  const group = account.groups.find(({ name }) => name === values.group);
  if (group === undefined) return found;
  add({ type: 'aws_iam_group', name: group.name });
  if (type === 'aws_iam_group_policy_attachment') {
    const arn = String(values.policy_arn);
    if (attachmentSuffix(arn, group) === 'own') add({ type: 'aws_iam_policy', name: arn });
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
  for (const user of target.users)
    if (user.groups.includes(group.name)) add({ type: 'aws_iam_user_policy', name: user.name });
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
