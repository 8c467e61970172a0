import { managedPolicyByArn } from '../catalog/managed-policies.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { AccessGroup, AccessModel, AccessPolicy, AccessUser, InlinePolicy } from './model.ts';
import type { Difference, Holder } from './model-difference.ts';

/** Documents by ARN, of policies that a difference may attach and the model does not have. */
export type Documents = ReadonlyMap<string, PolicyDocument | null>;

/**
 * The model as those differences leave it, one after the other. A user, group or policy that comes brings nothing by
 * itself: what it has are differences of their own.
 */
export function withDifferences(
  model: AccessModel,
  differences: readonly Difference[],
  documents: Documents,
): AccessModel {
  const bench: Bench = {
    users: new Map(model.users.map((user) => [user.name, user])),
    groups: new Map(model.groups.map((group) => [group.name, group])),
    policies: new Map(model.policies.map((policy) => [policy.arn, policy])),
    documents,
  };
  for (const difference of differences) workIn(bench, difference);
  const { users, groups, policies } = bench;
  return { ...model, users: [...users.values()], groups: [...groups.values()], policies: [...policies.values()] };
}

interface Bench {
  readonly users: Map<string, AccessUser>;
  readonly groups: Map<string, AccessGroup>;
  readonly policies: Map<string, AccessPolicy>;
  readonly documents: Documents;
}

function workIn(bench: Bench, difference: Difference): void {
  switch (difference.kind) {
    case 'membership-added':
      addUser(bench, difference.user);
      mapUser(bench, difference.user, (user) => ({ ...user, groups: [...user.groups, difference.group] }));
      break;
    case 'membership-removed':
      mapUser(bench, difference.user, (user) => ({
        ...user,
        groups: user.groups.filter((group) => group !== difference.group),
      }));
      break;
    case 'policy-attached':
      addPolicy(bench, difference.arn);
      mapHolder(bench, difference.holder, (held) => ({ ...held, attached: [...held.attached, difference.arn] }));
      break;
    case 'policy-detached':
      mapHolder(bench, difference.holder, (held) => ({
        ...held,
        attached: held.attached.filter((arn) => arn !== difference.arn),
      }));
      break;
    case 'inline-policy-added':
      setInline(bench, difference.holder, difference.policy, { document: difference.document });
      break;
    case 'inline-policy-changed':
      setInline(bench, difference.holder, difference.policy, { document: difference.to });
      break;
    case 'inline-policy-removed':
      setInline(bench, difference.holder, difference.policy, null);
      break;
    case 'policy-changed':
      setDocument(bench, difference.arn, difference.to);
      break;
    case 'policy-deleted':
      setDocument(bench, difference.arn, { Statement: [] });
      break;
    case 'boundary-changed':
      if (difference.to !== null) addPolicy(bench, difference.to);
      mapUser(bench, difference.user, (user) => ({ ...user, boundary: difference.to }));
      break;
    case 'user-deleted':
      bench.users.delete(difference.user);
      break;
    case 'group-deleted':
      bench.groups.delete(difference.group);
      for (const user of bench.users.values()) {
        if (!user.groups.includes(difference.group)) continue;
        bench.users.set(user.name, { ...user, groups: user.groups.filter((group) => group !== difference.group) });
      }
      break;
    case 'tag-changed': {
      const { tag, to } = difference;
      mapUser(bench, difference.user, (user) => {
        const { [tag]: _old, ...tags } = user.tags;
        return { ...user, tags: to === null ? tags : { ...tags, [tag]: to } };
      });
      break;
    }
    case 'path-changed':
      mapHolder(bench, difference.holder, (held) => ({ ...held, path: difference.to }));
      break;
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      break;
  }
}

function addUser({ users }: Bench, name: string): void {
  if (users.has(name)) return;
  const nothing = { groups: [], attached: [], inline: [], boundary: null, tags: {} };
  users.set(name, { name, path: '/', ...nothing, unmanaged: true });
}

function addPolicy({ policies, documents }: Bench, arn: string): void {
  if (policies.has(arn)) return;
  const document = documents.get(arn) ?? managedPolicyByArn(arn);
  policies.set(arn, { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document });
}

function setDocument({ policies }: Bench, arn: string, document: PolicyDocument | null): void {
  const policy = policies.get(arn);
  if (policy !== undefined) policies.set(arn, { ...policy, document });
}

function mapUser({ users }: Bench, name: string, map: (user: AccessUser) => AccessUser): void {
  const user = users.get(name);
  if (user !== undefined) users.set(name, map(user));
}

type Held = Pick<AccessGroup, 'attached' | 'inline' | 'path'>;

function mapHolder(bench: Bench, { kind, name }: Holder, map: (held: Held) => Held): void {
  if (kind === 'user') {
    mapUser(bench, name, (user) => ({ ...user, ...map(user) }));
    return;
  }
  const group = bench.groups.get(name);
  if (group !== undefined) bench.groups.set(name, { ...group, ...map(group) });
}

function setInline(bench: Bench, holder: Holder, name: string, policy: Pick<InlinePolicy, 'document'> | null): void {
  mapHolder(bench, holder, (held) => {
    const others = held.inline.filter((one) => one.name !== name);
    return { ...held, inline: policy === null ? others : [...others, { name, ...policy }] };
  });
}
