import type { AccessGroup, AccessModel, Holder } from '../access/model.ts';
import {
  type AccessFacts,
  type PlannedAccess,
  type PlannedResource,
  plannedAccess,
} from '../access/sources/planned.ts';
import type { PlannedCreate } from '../aws/iam-names.ts';
import { isObject } from '../diagnostics/parse-data.ts';
import type { IamResource } from '../iam/arn.ts';
import { canonicalDocument } from '../iam/canonical.ts';
import { parsePolicyDocument } from '../iam/document.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from './addresses.ts';
import type { Plan, ResourceChange, Values } from './plan.ts';

/** A resource type of the team and bootstrap stacks. */
interface ResourceType {
  /** The attributes that the access model is read from: all that the configuration sets. */
  readonly attributes: readonly string[];
  readonly collect: (values: Values, facts: AccessFacts, account: string) => void;
  /** What a step of an apply is called: `members of paymaster`. `policy` is the address's last part. */
  readonly label: (key: string, policy: string) => string;
  /** Past participles that are not `created`, `changed` or `deleted`. */
  readonly verbs?: Readonly<Partial<Record<'create' | 'update' | 'delete', string>>>;
  /** Set if the resource is an IAM entity with a name of its own. */
  readonly entity?: IamResource;
}

const EXCLUSIVE = { create: 'enforced', delete: 'no longer enforced' };
const LIMITS = { create: 'added', delete: 'removed' };

/** Every resource type that the stacks contain; a plan that touches another type is blocked. */
export const RESOURCES: Readonly<Record<string, ResourceType>> = {
  aws_iam_user: {
    attributes: ['name', 'path', 'permissions_boundary', 'tags'],
    collect: (values, facts) => facts.addUser(values),
    label: (key) => `user ${key}`,
    entity: 'user',
  },
  aws_iam_user_policy: {
    attributes: ['name', 'user', 'policy'],
    collect: (values, facts) => facts.addInline('user', values.user, [values.name], values.policy),
    label: (key) => `inline policy limits of ${key}`,
    verbs: LIMITS,
  },
  ...exclusive('user'),
  aws_iam_group: {
    attributes: ['name', 'path'],
    collect: (values, facts) => facts.addGroup(values),
    label: (key) => `group ${key}`,
    entity: 'group',
  },
  aws_iam_group_membership: {
    attributes: ['group', 'name', 'users'],
    collect: (values, facts) => facts.addMembers(values.group, values.users),
    label: (key) => `members of ${key}`,
    verbs: { create: 'added', delete: 'removed' },
  },
  aws_iam_group_policy_attachment: {
    attributes: ['group', 'policy_arn'],
    collect: (values, facts) => facts.attach('group', values.group, [values.policy_arn]),
    label: (key, policy) => (policy === 'own' ? `policy of group ${key}` : `${policy} of group ${key}`),
    verbs: { create: 'attached', delete: 'detached' },
  },
  ...exclusive('group'),
  aws_iam_policy: {
    attributes: ['name', 'path', 'policy'],
    collect: (values, facts, account) => facts.addPolicy(values, account),
    label: (key) => (key === BOUNDARY_NAME ? 'permissions boundary' : `policy ${key}`),
    entity: 'policy',
  },
  // Workflow roles, in the bootstrap stack alone: no member can take one, so that the access model has none.
  aws_iam_role: {
    attributes: ['name', 'path', 'assume_role_policy'],
    collect: () => {},
    label: (key) => `role ${key}`,
    entity: 'role',
  },
  aws_iam_role_policy: {
    attributes: ['name', 'role', 'policy'],
    collect: () => {},
    label: (key) => `permissions of role ${key}`,
  },
  ...exclusive('role'),
};

/** The resources by which a holder has no policies but those that they list. */
function exclusive(holder: 'user' | 'group' | 'role'): Readonly<Record<string, ResourceType>> {
  const name = `${holder}_name`;
  const of = holder === 'user' ? '' : `${holder} `;
  return {
    [`aws_iam_${holder}_policies_exclusive`]: {
      attributes: [name, 'policy_names'],
      collect(values, facts) {
        if (holder !== 'role') facts.addInline(holder, values[name], values.policy_names);
      },
      label: (key) => `exclusive inline policies of ${of}${key}`,
      verbs: EXCLUSIVE,
    },
    [`aws_iam_${holder}_policy_attachments_exclusive`]: {
      attributes: [name, 'policy_arns'],
      collect(values, facts) {
        if (holder !== 'role') facts.attach(holder, values[name], values.policy_arns);
      },
      label: (key) => `exclusive policy attachments of ${of}${key}`,
      verbs: EXCLUSIVE,
    },
  };
}

/** The Terraform name of the boundary in the bootstrap stack, where no member or role has a key in the address. */
export const BOUNDARY_NAME = 'boundary';

/** Types that the stacks never contain, read all the same so that a foreign plan does not hide access. */
const FOREIGN: Readonly<Record<string, ResourceType['collect']>> = {
  aws_iam_user_policy_attachment: (values, facts) => facts.attach('user', values.user, [values.policy_arn]),
  aws_iam_group_policy: (values, facts) => facts.addInline('group', values.group, [values.name], values.policy),
};

/**
 * The access that a plan describes: recorded, before and after. `existing` is the account's: what the plan creates in
 * users and groups that exist (see `unrecordedIn`) is read from it, and what users have that the plan does not manage. `left`: names
 * of groups that users leave before it is applied.
 */
export function accessFromPlan(
  plan: Plan,
  account: string,
  existing: AccessModel | null = null,
  left: readonly string[] = [],
): PlannedAccess {
  return plannedAccess(
    plan,
    account,
    (type, values, facts) => (RESOURCES[type]?.collect ?? FOREIGN[type])?.(values, facts, account),
    existing === null
      ? []
      : [
          ...unrecordedIn(plan).flatMap((create) => unrecordedAccess(create, existing)),
          ...groupsLeft(left, plan, existing),
        ],
    existing ?? undefined,
  );
}

/**
 * Lists of policies and members that a plan creates for users and groups that exist: imported ones, and those of an apply
 * that was killed. The state does not know what is in the lists.
 */
export function unrecordedIn(plan: Plan): readonly ResourceChange[] {
  const existing = new Set(
    plan.changes.flatMap(({ type, change: { before } }) => {
      const { entity } = RESOURCES[type] ?? {};
      return before === null || entity === undefined || entity === 'policy'
        ? []
        : [keyOf({ kind: entity, name: before.name })];
    }),
  );
  return plan.changes.filter(({ type, change: { actions, after } }) => {
    if (actions.join() !== 'create' || after === null) return false;
    const isList = type === 'aws_iam_group_membership' || type.endsWith('_exclusive');
    return isList && existing.has(keyOf(holderOf(after)));
  });
}

/** Whose policies, or members, a resource lists. */
function holderOf({ user, user_name: ofUser = user, group, group_name: ofGroup = group }: Values): Holder {
  return typeof ofUser === 'string' ? { kind: 'user', name: ofUser } : { kind: 'group', name: String(ofGroup) };
}

function keyOf({ kind, name }: { readonly kind: string; readonly name: unknown }): string {
  return `${kind} ${name}`;
}

/** What a list will have that it does not record: an imported user's groups, which no import reads. */
function unrecordedAccess(
  { type, change: { after } }: ResourceChange,
  account: AccessModel,
): readonly PlannedResource[] {
  const { kind, name } = holderOf(after ?? {});
  const isMembership = type === 'aws_iam_group_membership';
  const held = (kind === 'user' ? account.users : account.groups).find((each) => each.name === name);
  const { members, attached, inline } = heldBy(kind, { name, attached: [], inline: [], ...held }, account);
  const found = isMembership ? [members] : type.endsWith('_attachments_exclusive') ? [attached] : inline;
  return found.map(({ type: of, values }) => ({ type: of, last: values, now: values, later: null }));
}

function groupsLeft(left: readonly string[], { changes }: Plan, account: AccessModel): readonly PlannedResource[] {
  const known = changes.flatMap(({ type, change }) => (type === 'aws_iam_group' ? [change.before?.name] : []));
  return account.groups
    .filter(({ name }) => left.includes(name) && !known.includes(name))
    .flatMap((group) => {
      const { members, attached, inline } = heldBy('group', group, account);
      const own = { type: 'aws_iam_group', values: { name: group.name, path: group.path } };
      const kept = [own, attached, ...inline].map(({ type, values }) => ({
        type,
        last: values,
        now: values,
        later: values,
      }));
      return [...kept, { type: members.type, last: null, now: members.values, later: null }];
    });
}

/** As values of resources. */
function heldBy(
  kind: Holder['kind'],
  { name, attached, inline }: Pick<AccessGroup, 'name' | 'attached' | 'inline'>,
  account: AccessModel,
) {
  const users = account.users.filter(({ groups }) => groups.includes(name)).map((user) => user.name);
  return {
    members: { type: 'aws_iam_group_membership', values: { group: name, users } },
    attached: {
      type: `aws_iam_${kind}_policy_attachments_exclusive`,
      values: { [`${kind}_name`]: name, policy_arns: attached },
    },
    inline: inline.map(({ name: policy, document }) => ({
      type: `aws_iam_${kind}_policy`,
      values: { [kind]: name, name: policy, policy: document === null ? undefined : JSON.stringify(document) },
    })),
  };
}

/** Computed by the provider and never configured; some change by themselves (`attachment_count` 0 -> 1 after a creation). */
const COMPUTED = ['arn', 'id', 'unique_id', 'policy_id', 'attachment_count', 'name_prefix', 'tags_all', 'create_date'];

export interface ChangedAttributes {
  /** Those that the access model is read from. */
  readonly ofAccess: readonly string[];
  /** The rest, without computed ones. */
  readonly others: readonly string[];
}

/** The attributes in which the two sides of a change differ, a missing one being the same as an empty one. */
export function changedAttributes({ type, change }: ResourceChange): ChangedAttributes {
  const { before, after } = change;
  if (before === null || after === null) return { ofAccess: [], others: [] };
  const unknown: Values = isObject(change.afterUnknown) ? change.afterUnknown : {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) =>
      unknown[name] !== true && !COMPUTED.includes(name) && normalValue(before[name]) !== normalValue(after[name]),
  );
  const ofAccess = RESOURCES[type]?.attributes ?? [];
  return {
    ofAccess: names.filter((name) => ofAccess.includes(name)),
    others: names.filter((name) => !ofAccess.includes(name)),
  };
}

/** A text that is equal for two values of an attribute that mean the same; a missing one is an empty one. */
function normalValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') {
    const document = value.startsWith('{') ? parsePolicyDocument(value) : null;
    return document === null ? JSON.stringify(value) : canonicalDocument(document);
  }
  if (Array.isArray(value)) return value.length === 0 ? '' : JSON.stringify(value.map(normalValue).sort());
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(entries.map(([name, item]) => [name, normalValue(item)]));
}

/** A text that is equal for two plans that do the same: order and the spelling of a policy do not count. */
export function planEffect({ changes, outputs }: Plan): string {
  const done = changes.filter(
    ({ change, previousAddress }) =>
      change.actions.join() !== 'no-op' || change.importing !== null || previousAddress !== null,
  );
  return normalValue([...done, outputs]);
}

/** The users, groups and policies that a plan creates; they may exist in AWS without being in the state. */
export function plannedCreates(plan: Plan): readonly PlannedCreate[] {
  return plan.changes.flatMap(({ type, address, change }): readonly PlannedCreate[] => {
    const { name, path } = change.after ?? {};
    const kind = RESOURCES[type]?.entity;
    if (change.actions.join() !== 'create' || kind === undefined || typeof name !== 'string') return [];
    const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address) ?? name;
    return [{ kind, address, name, path: typeof path === 'string' ? path : '/', key }];
  });
}
