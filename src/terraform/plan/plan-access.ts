import type { AccessGroup, AccessModel, AccessPolicy, AccessUser, InlinePolicy } from '../../access/model.ts';
import { managedPolicyByArn } from '../../catalog/managed-policies.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { parsePolicyDocument } from '../../iam/document-check.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Plan, ResourceChange, Values } from './plan-read.ts';

/** The access that a plan tells of, at three times. */
export interface PlannedAccess {
  /** As the state had it from the last run. */
  readonly recorded: AccessModel;
  /** As the account has it now: the state, refreshed. */
  readonly before: AccessModel;
  /** As it will be once the plan is applied. */
  readonly after: AccessModel;
}

/**
 * Reads who may do what out of a plan, no-ops included. What the guards name and no resource describes (policies made
 * by hand) has no document, and users who occur only as members of a group stand there with that group alone.
 * The boundary's document is taken to be as bootstrap wrote it.
 */
export function accessFromPlan(plan: Plan, account: string): PlannedAccess {
  const drifted = new Map(plan.drift.map((change) => [keyOf(change), change]));
  const changed = new Set(plan.changes.map(keyOf));
  const rows: Row[] = plan.changes.map((each) => ({
    type: each.type,
    last: (drifted.get(keyOf(each)) ?? each).change.before,
    // For what it deletes, an engine says how it was recorded, and only the drift says how it is.
    now: (drifted.get(keyOf(each))?.change ?? { after: each.change.before }).after,
    later: each.change.actions.includes('forget') ? each.change.before : each.change.after,
  }));
  // Gone from the account and from the configuration, or a plan that only refreshes: the drift alone tells of it.
  for (const each of plan.drift) {
    const { before, after } = each.change;
    if (!changed.has(keyOf(each))) rows.push({ type: each.type, last: before, now: after, later: after });
  }
  for (const { address, type, values } of plan.prior) {
    if (!drifted.has(`${address} `)) rows.push({ type, last: values, now: values, later: values });
  }
  const last = collect(rows, 'last', account);
  const before = collect(rows, 'now', account);
  const after = collect(rows, 'later', account);
  // A stranger who is taken out of a group keeps existing: she must not look as if she were deleted.
  const managed = new Set([last, before, after].flatMap(({ users }) => [...users.keys()]));
  const strangers = new Set(
    [last, before, after]
      .flatMap(({ members }) => [...members.values()].flatMap((users) => [...users]))
      .filter((user) => !managed.has(user)),
  );
  return {
    recorded: modelOf(last, account, strangers),
    before: modelOf(before, account, strangers),
    after: modelOf(after, account, strangers),
  };
}

/** One resource at the three times; null where it is not there. */
interface Row {
  readonly type: string;
  readonly last: Values | null;
  readonly now: Values | null;
  readonly later: Values | null;
}

function keyOf(change: ResourceChange): string {
  return `${change.address} ${change.deposed ?? ''}`;
}

type Holder = `user ${string}` | `group ${string}`;

interface Collected {
  readonly users: Map<string, Values>;
  readonly groups: Map<string, Values>;
  readonly policies: Map<string, AccessPolicy>;
  /** Group name -> user names. */
  readonly members: Map<string, Set<string>>;
  readonly attached: Map<Holder, Set<string>>;
  /** Holder -> name of the inline policy -> its document, null where only its name is known. */
  readonly inline: Map<Holder, Map<string, PolicyDocument | null>>;
}

function collect(rows: readonly Row[], side: 'last' | 'now' | 'later', account: string): Collected {
  const into: Collected = {
    users: new Map(),
    groups: new Map(),
    policies: new Map(),
    members: new Map(),
    attached: new Map(),
    inline: new Map(),
  };
  for (const row of rows) {
    const values = row[side];
    if (values !== null) COLLECTORS[row.type]?.(values, into, account);
  }
  return into;
}

const COLLECTORS: Readonly<Record<string, (values: Values, into: Collected, account: string) => void>> = {
  aws_iam_user: (values, { users }) => users.set(text(values.name), values),
  aws_iam_group: (values, { groups }) => groups.set(text(values.name), values),
  aws_iam_policy: (values, { policies }, account) => {
    // Not `values.arn`: it is unknown before the creation, and still the old one while a rename is planned.
    const arn = `arn:aws:iam::${account}:policy${text(values.path) || '/'}${text(values.name)}`;
    policies.set(arn, { arn, name: text(values.name), document: documentOf(values.policy) });
  },
  aws_iam_group_membership: (values, { members }) => {
    const known = members.get(text(values.group)) ?? new Set();
    members.set(text(values.group), new Set([...known, ...texts(values.users)]));
  },
  aws_iam_group_policy_attachment: (values, into) =>
    attach(into, `group ${text(values.group)}`, [text(values.policy_arn)]),
  aws_iam_user_policy_attachment: (values, into) =>
    attach(into, `user ${text(values.user)}`, [text(values.policy_arn)]),
  aws_iam_group_policy_attachments_exclusive: (values, into) =>
    attach(into, `group ${text(values.group_name)}`, texts(values.policy_arns)),
  aws_iam_user_policy_attachments_exclusive: (values, into) =>
    attach(into, `user ${text(values.user_name)}`, texts(values.policy_arns)),
  aws_iam_user_policy: (values, into) =>
    inline(into, `user ${text(values.user)}`, [[text(values.name), documentOf(values.policy)]]),
  aws_iam_group_policy: (values, into) =>
    inline(into, `group ${text(values.group)}`, [[text(values.name), documentOf(values.policy)]]),
  aws_iam_user_policies_exclusive: (values, into) =>
    inline(
      into,
      `user ${text(values.user_name)}`,
      texts(values.policy_names).map((name) => [name, null]),
    ),
  aws_iam_group_policies_exclusive: (values, into) =>
    inline(
      into,
      `group ${text(values.group_name)}`,
      texts(values.policy_names).map((name) => [name, null]),
    ),
};

function attach({ attached }: Collected, holder: Holder, arns: readonly string[]): void {
  attached.set(holder, new Set([...(attached.get(holder) ?? []), ...arns]));
}

function inline(
  { inline: into }: Collected,
  holder: Holder,
  policies: readonly (readonly [string, PolicyDocument | null])[],
): void {
  const known = into.get(holder) ?? new Map<string, PolicyDocument | null>();
  for (const [name, document] of policies) known.set(name, document ?? known.get(name) ?? null);
  into.set(holder, known);
}

function modelOf(from: Collected, account: string, strangers: ReadonlySet<string>): AccessModel {
  const groupsOf = (user: string): readonly string[] =>
    [...from.members].flatMap(([group, users]) => (users.has(user) ? [group] : [])).sort();
  const attachedTo = (holder: Holder): readonly string[] => [...(from.attached.get(holder) ?? [])].sort();
  const inlineOf = (holder: Holder): readonly InlinePolicy[] =>
    [...(from.inline.get(holder) ?? [])].map(([name, document]) => ({ name, document })).sort(byName);

  const managed: AccessUser[] = [...from.users].map(([name, values]) => ({
    name,
    path: text(values.path) || '/',
    groups: groupsOf(name),
    attached: attachedTo(`user ${name}`),
    inline: inlineOf(`user ${name}`),
    boundary: text(values.permissions_boundary) || null,
    tags: tagsOf(values.tags),
  }));
  // Members without a user resource: strangers, and users whose creation was never recorded.
  const others = new Set([...strangers, ...[...from.members.values()].flatMap((users) => [...users])]);
  const unknown: AccessUser[] = [...others]
    .filter((name) => !from.users.has(name))
    .map((name) => ({
      ...{ name, path: '/', groups: groupsOf(name), attached: [], inline: [], boundary: null, tags: {} },
      unmanaged: true,
    }));
  const users = [...managed, ...unknown].sort(byName);
  const groups: AccessGroup[] = [...from.groups]
    .map(([name, values]) => ({
      name,
      path: text(values.path) || '/',
      attached: attachedTo(`group ${name}`),
      inline: inlineOf(`group ${name}`),
    }))
    .sort(byName);

  const policies = new Map(from.policies);
  const referred = [
    ...users.flatMap(({ attached, boundary }) => [...attached, boundary]),
    ...groups.flatMap(({ attached }) => attached),
  ];
  for (const arn of referred) {
    if (arn !== null && !policies.has(arn)) policies.set(arn, elsewhere(arn, account));
  }
  return { account, users, groups, policies: [...policies.values()].sort(byName) };
}

/** A policy that is not in the plan: AWS's own, the boundary, or one that somebody made by hand. */
function elsewhere(arn: string, account: string): AccessPolicy {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const document =
    boundaryArn({ lab: name, account }) === arn ? boundaryPolicy({ lab: name, account }) : managedPolicyByArn(arn);
  return { arn, name, document };
}

function documentOf(policy: unknown): PolicyDocument | null {
  return typeof policy === 'string' ? parsePolicyDocument(policy) : null;
}

function tagsOf(tags: unknown): Readonly<Record<string, string>> {
  if (typeof tags !== 'object' || tags === null) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, text(value)]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
