import type { AccessGroup, AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { canonicalDocument } from '../../src/iam/canonical.ts';
import { obstructedGroups } from '../../src/review/apply/obstructed.ts';
import { classifyPlan, type PlanClassification } from '../../src/review/changes/classify-plan.ts';
import { iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import { membersWithUser, type Team } from '../../src/team/team.ts';
import { attachmentAddress, limitsAddress, memberAddress, roleAddress } from '../../src/terraform/addresses.ts';
import { type Plan, readPlan, type Values } from '../../src/terraform/plan.ts';

/** A resource of Terraform: what its configuration or its state says, and how the provider reads it from an account. */
interface Resource {
  readonly type: string;
  readonly values: Values;
}

/** By address. */
export type Resources = ReadonlyMap<string, Resource>;

/** What the team's stack configures, from the access model instead of the synthesized configuration. */
export function configured(team: Team, today: string): Resources {
  const { users, groups, policies } = desiredAccess(team, today);
  const documents = new Map(policies.map(({ arn, document }) => [arn, JSON.stringify(document)]));
  const all: [string, Values][] = [];
  for (const { key } of membersWithUser(team, today)) {
    const user = users.find(({ name }) => name === iamName(team.lab, key));
    if (user === undefined) throw new Error(key);
    const [address, { name, path, boundary, tags, inline }] = [memberAddress(key), user];
    all.push([`aws_iam_user.${address}`, { name, path, permissions_boundary: boundary, tags, force_destroy: true }]);
    for (const { name: policy, document } of inline) {
      const values = { user: name, name: policy, policy: JSON.stringify(document) };
      all.push([`aws_iam_user_policy.${limitsAddress(key)}`, values]);
    }
    all.push([
      `aws_iam_user_policies_exclusive.${address}`,
      { user_name: name, policy_names: inline.map((policy) => policy.name) },
    ]);
    all.push([`aws_iam_user_policy_attachments_exclusive.${address}`, { user_name: name, policy_arns: [] }]);
  }
  for (const { key } of team.roles) {
    const group = groups.find(({ name }) => name === iamName(team.lab, key));
    if (group === undefined) throw new Error(key);
    const [address, { name, path, attached }, own] = [roleAddress(key), group, rolePolicyArn(team, key)];
    all.push([`aws_iam_group.${address}`, { name, path }]);
    const members = users.filter(({ groups: of }) => of.includes(name)).map((user) => user.name);
    all.push([`aws_iam_group_membership.${address}`, { name, group: name, users: members }]);
    if (attached.includes(own)) {
      all.push([`aws_iam_policy.${address}`, { name, path, policy: documents.get(own) }]);
    }
    for (const arn of attached) {
      const suffix = arn === own ? 'own' : arn.slice(arn.lastIndexOf('/') + 1);
      const values = { group: name, policy_arn: arn };
      all.push([`aws_iam_group_policy_attachment.${attachmentAddress(key, suffix)}`, values]);
    }
    all.push([`aws_iam_group_policies_exclusive.${address}`, { group_name: name, policy_names: [] }]);
    all.push([`aws_iam_group_policy_attachments_exclusive.${address}`, { group_name: name, policy_arns: attached }]);
  }
  return new Map(
    all.map(([address, values]) => [address, { type: address.slice(0, address.indexOf('.')), values }] as const),
  );
}

/** As the provider reads a resource that it knows; null if it is gone. */
function refreshed({ type, values }: Resource, account: AccessModel): Values | null {
  const user = account.users.find(({ name }) => name === (values.user ?? values.user_name ?? values.name)) ?? null;
  const group = account.groups.find(({ name }) => name === (values.group ?? values.group_name ?? values.name)) ?? null;
  const names = ({ inline }: AccessUser | AccessGroup) => inline.map(({ name }) => name).sort();
  const lists = (held: AccessUser | AccessGroup | null, list: Values) =>
    held === null ? null : { ...values, ...list };
  switch (type) {
    case 'aws_iam_user':
      return (
        user && { ...values, name: user.name, path: user.path, permissions_boundary: user.boundary, tags: user.tags }
      );
    case 'aws_iam_user_policy': {
      const inline = user?.inline.find(({ name }) => name === values.name);
      return inline === undefined ? null : { ...values, policy: JSON.stringify(inline.document) };
    }
    case 'aws_iam_user_policies_exclusive':
      return lists(user, { policy_names: user === null ? [] : names(user) });
    case 'aws_iam_user_policy_attachments_exclusive':
      return lists(user, { policy_arns: user?.attached });
    case 'aws_iam_group':
      return group && { name: group.name, path: group.path };
    case 'aws_iam_group_membership': {
      const users = account.users.filter(({ groups }) => groups.includes(String(values.group)));
      return lists(group, { users: users.map(({ name }) => name) });
    }
    case 'aws_iam_group_policy_attachment':
      return group?.attached.includes(String(values.policy_arn)) ? values : null;
    case 'aws_iam_group_policies_exclusive':
      return lists(group, { policy_names: group === null ? [] : names(group) });
    case 'aws_iam_group_policy_attachments_exclusive':
      return lists(group, { policy_arns: group?.attached });
    case 'aws_iam_policy': {
      const policy = account.policies.find(({ arn }) => arn.endsWith(`:policy${values.path}${values.name}`));
      return policy === undefined ? null : { ...values, policy: JSON.stringify(policy.document) };
    }
    default:
      throw new Error(type);
  }
}

const ENTITIES = ['aws_iam_user', 'aws_iam_group', 'aws_iam_policy'];

/** The plan that `planStack` reads: what exists under the lab's path without the state knowing it is imported. */
export function modelPlan(team: Team, configuration: Resources, state: Resources, account: AccessModel): Plan {
  const changes: object[] = [];
  const drift: object[] = [];
  for (const address of new Set([...configuration.keys(), ...state.keys()])) {
    const [wanted, known] = [configuration.get(address), state.get(address)];
    const resource = wanted ?? known;
    if (resource === undefined) continue;
    const found = known === undefined ? null : refreshed(known, account);
    const isImported = known === undefined && wanted !== undefined && ENTITIES.includes(wanted.type);
    const existing = isImported ? refreshed(wanted, account) : null;
    const isUser = wanted?.type === 'aws_iam_user';
    // No import reads what only the provider knows.
    const imported =
      existing?.path !== labPath(team.lab) ? null : isUser ? { ...existing, force_destroy: false } : existing;
    const [before, after] = [found ?? imported, wanted?.values ?? null];
    const row = { address, type: resource.type, name: address.slice(address.indexOf('.') + 1) };
    if (known !== undefined && text(known.values) !== text(found)) {
      drift.push({ ...row, change: { actions: [], before: known.values, after: found } });
    }
    // Deleted already: the refreshed state forgets it.
    if (before === null && after === null) continue;
    const importing = imported === null ? null : { id: String(imported.name) };
    const actions =
      before === null ? 'create' : after === null ? 'delete' : text(before) === text(after) ? 'no-op' : 'update';
    changes.push({ ...row, change: { actions: [actions], before, after, importing } });
  }
  const plan = readPlan({ format_version: '1.2', resource_changes: changes, resource_drift: drift });
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return plan.value;
}

/** What `planStack` makes of a plan. */
export function modelClassification(plan: Plan, account: AccessModel, written: Team): PlanClassification {
  const left = obstructedGroups(plan, account, written).map(({ group }) => group);
  return classifyPlan(plan, account.account, account, left);
}

/** Equal for values that mean the same. */
function text(values: Values | null): string {
  return JSON.stringify(values, (name, value: unknown) => {
    if (name === 'policy' && typeof value === 'string') return canonicalDocument(JSON.parse(value));
    if (Array.isArray(value)) return [...value].sort();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
