import { managedPolicyByArn } from '../catalog/managed-policies.ts';
import type { PolicyDocument } from '../iam/document.ts';
import {
  type AccessGroup,
  type AccessModel,
  type AccessUser,
  type Holder,
  holdersOf,
  type ModelIndex,
  policyName,
  unmanagedUser,
  usersOf,
} from './model.ts';
import type { Difference } from './model-difference.ts';

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
  const users = new Map(model.users.map((user) => [user.name, user]));
  const groups = new Map(model.groups.map((group) => [group.name, group]));
  const policies = new Map(model.policies.map((policy) => [policy.arn, policy]));

  const mapUser = (name: string, map: (user: AccessUser) => Partial<AccessUser>) => {
    const user = users.get(name);
    if (user !== undefined) users.set(name, { ...user, ...map(user) });
  };
  const mapHolder = ({ kind, name }: Holder, map: (held: Omit<AccessGroup, 'name'>) => Partial<AccessGroup>) => {
    const group = groups.get(name);
    if (kind === 'user') mapUser(name, map);
    else if (group !== undefined) groups.set(name, { ...group, ...map(group) });
  };
  const setInline = (holder: Holder, name: string, ...written: readonly (PolicyDocument | null)[]) =>
    mapHolder(holder, ({ inline }) => ({
      inline: [...inline.filter((one) => one.name !== name), ...written.map((document) => ({ name, document }))],
    }));
  const setDocument = (arn: string, document: PolicyDocument | null) => {
    const policy = policies.get(arn);
    if (policy !== undefined) policies.set(arn, { ...policy, document });
  };
  const referTo = (arn: string) => {
    if (policies.has(arn)) return;
    const document = documents.get(arn) ?? managedPolicyByArn(arn);
    policies.set(arn, { arn, name: policyName(arn), document });
  };

  for (const difference of differences) {
    switch (difference.kind) {
      case 'membership-added':
        if (!users.has(difference.user)) users.set(difference.user, unmanagedUser(difference.user));
        mapUser(difference.user, ({ groups: had }) => ({ groups: [...had, difference.group] }));
        break;
      case 'membership-removed':
        mapUser(difference.user, leaving(difference.group));
        break;
      case 'policy-attached':
        referTo(difference.arn);
        mapHolder(difference.holder, ({ attached }) => ({ attached: [...attached, difference.arn] }));
        break;
      case 'policy-detached':
        mapHolder(difference.holder, ({ attached }) => ({
          attached: attached.filter((arn) => arn !== difference.arn),
        }));
        break;
      case 'inline-policy-added':
        setInline(difference.holder, difference.policy, difference.document);
        break;
      case 'inline-policy-changed':
        setInline(difference.holder, difference.policy, difference.to);
        break;
      case 'inline-policy-removed':
        setInline(difference.holder, difference.policy);
        break;
      case 'policy-changed':
        setDocument(difference.arn, difference.to);
        break;
      case 'policy-deleted':
        setDocument(difference.arn, { Statement: [] });
        break;
      case 'boundary-changed':
        if (difference.to !== null) referTo(difference.to);
        mapUser(difference.user, () => ({ boundary: difference.to }));
        break;
      case 'user-deleted':
        users.delete(difference.user);
        break;
      case 'group-deleted':
        groups.delete(difference.group);
        for (const user of users.keys()) mapUser(user, leaving(difference.group));
        break;
      case 'tag-changed':
        mapUser(difference.user, ({ tags: { [difference.tag]: _old, ...tags } }) => ({
          tags: difference.to === null ? tags : { ...tags, [difference.tag]: difference.to },
        }));
        break;
      case 'path-changed':
        mapHolder(difference.holder, () => ({ path: difference.to }));
        break;
      case 'user-added':
      case 'group-added':
      case 'policy-added':
        break;
    }
  }
  return { ...model, users: [...users.values()], groups: [...groups.values()], policies: [...policies.values()] };
}

function leaving(group: string): (user: AccessUser) => Partial<AccessUser> {
  return ({ groups }) => ({ groups: groups.filter((each) => each !== group) });
}

/** Names of the users whose access a difference can change. */
export function concernedBy(index: ModelIndex, difference: Difference): readonly string[] {
  if ('user' in difference) return [difference.user];
  if ('group' in difference) return index.members.get(difference.group) ?? [];
  if ('holder' in difference) return usersOf(index, difference.holder);
  return holdersOf(index, difference.arn);
}

/** The group that a difference is about, if it is about one. */
export function groupOf(difference: Difference): string | null {
  if ('group' in difference) return difference.group;
  return 'holder' in difference && difference.holder.kind === 'group' ? difference.holder.name : null;
}
