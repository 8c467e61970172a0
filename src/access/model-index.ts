import type { AccessGroup, AccessModel, AccessPolicy, AccessUser } from './model.ts';
import type { Difference } from './model-difference.ts';

/** A model by names, so that one difference is not a search through 5,000 users. */
export interface ModelIndex {
  readonly model: AccessModel;
  readonly users: ReadonlyMap<string, AccessUser>;
  readonly groups: ReadonlyMap<string, AccessGroup>;
  readonly policies: ReadonlyMap<string, AccessPolicy>;
  /** Group -> names of its users. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** ARN -> names of the users who have the policy attached or as a boundary. */
  readonly usersWith: ReadonlyMap<string, readonly string[]>;
  /** ARN -> names of the groups that have it. */
  readonly groupsWith: ReadonlyMap<string, readonly string[]>;
}

export function indexModel(model: AccessModel): ModelIndex {
  const members = new Map<string, string[]>();
  const usersWith = new Map<string, string[]>();
  const groupsWith = new Map<string, string[]>();
  for (const { name, groups, attached, boundary } of model.users) {
    for (const group of groups) append(members, group, name);
    for (const arn of attached) append(usersWith, arn, name);
    if (boundary !== null) append(usersWith, boundary, name);
  }
  for (const { name, attached } of model.groups) for (const arn of attached) append(groupsWith, arn, name);
  return {
    model,
    users: new Map(model.users.map((user) => [user.name, user])),
    groups: new Map(model.groups.map((group) => [group.name, group])),
    policies: new Map(model.policies.map((policy) => [policy.arn, policy])),
    members,
    usersWith,
    groupsWith,
  };
}

function append(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Names of all who have a policy: attached, as a boundary, or through a group. */
export function holdersOf({ members, usersWith, groupsWith }: ModelIndex, arn: string): readonly string[] {
  const names = new Set(usersWith.get(arn));
  for (const group of groupsWith.get(arn) ?? []) for (const user of members.get(group) ?? []) names.add(user);
  return [...names];
}

/** Names of the users whose access a difference can change. */
export function concernedBy(index: ModelIndex, difference: Difference): readonly string[] {
  if ('user' in difference) return [difference.user];
  if ('group' in difference) return index.members.get(difference.group) ?? [];
  if ('holder' in difference) {
    const { kind, name } = difference.holder;
    return kind === 'user' ? [name] : (index.members.get(name) ?? []);
  }
  return holdersOf(index, difference.arn);
}

/** The group that a difference is about, if it is about one. */
export function groupOf(difference: Difference): string | null {
  if ('group' in difference) return difference.group;
  return 'holder' in difference && difference.holder.kind === 'group' ? difference.holder.name : null;
}

/** The part of a model that decides what some users may do, with some groups besides theirs. */
export function around(index: ModelIndex, names: Iterable<string>, groupNames: Iterable<string> = []): AccessModel {
  const users = [...names].flatMap((name) => index.users.get(name) ?? []);
  const groups = [...new Set([...users.flatMap((user) => user.groups), ...groupNames])].flatMap(
    (name) => index.groups.get(name) ?? [],
  );
  const arns = new Set<string>();
  for (const { attached, boundary } of users) {
    for (const arn of attached) arns.add(arn);
    if (boundary !== null) arns.add(boundary);
  }
  for (const { attached } of groups) for (const arn of attached) arns.add(arn);
  const policies = [...arns].flatMap((arn) => index.policies.get(arn) ?? []);
  return { account: index.model.account, users, groups, policies };
}
