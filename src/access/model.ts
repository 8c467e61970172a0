import * as z from 'zod';
import { TEXT } from '../diagnostics/parse-data.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { keptFor } from './kept-for.ts';

/** Who has a policy, by IAM's name. */
export const HOLDER = z.strictObject({ kind: z.enum(['user', 'group']), name: TEXT });

export type Holder = Readonly<z.infer<typeof HOLDER>>;

/** A policy written into a user or group. */
export interface InlinePolicy {
  readonly name: string;
  /** Null if only its name is known (a plan names manual ones): it then counts as granting everything when guarding. */
  readonly document: PolicyDocument | null;
}

/** A managed policy, the account's own or AWS's. */
export interface AccessPolicy {
  readonly arn: string;
  readonly name: string;
  /** Null if the document could not be known: it then counts as granting everything when guarding. */
  readonly document: PolicyDocument | null;
}

/** The name of an inline policy, or the last part of a managed one's ARN. */
export function policyName(policy: string): string {
  return policy.slice(policy.lastIndexOf('/') + 1);
}

export interface AccessGroup {
  readonly name: string;
  readonly path: string;
  /** ARNs of attached managed policies. */
  readonly attached: readonly string[];
  readonly inline: readonly InlinePolicy[];
}

export interface AccessUser {
  readonly name: string;
  readonly path: string;
  /** Names of the groups that the user is in. */
  readonly groups: readonly string[];
  /** ARNs of managed policies attached to the user itself. */
  readonly attached: readonly string[];
  readonly inline: readonly InlinePolicy[];
  /** ARN of the permissions boundary, null if there is none. */
  readonly boundary: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Known only as a member of groups; all else is unknown. */
  readonly unmanaged?: true;
}

/**
 * The part of an AWS account that decides who may do what: plain data, made from the team, from a plan or from the
 * live account, and read by everything that explains, guards or compares. Lists are sorted by name.
 */
export interface AccessModel {
  readonly account: string;
  readonly users: readonly AccessUser[];
  readonly groups: readonly AccessGroup[];
  readonly policies: readonly AccessPolicy[];
}

/** The model of nothing: before a first file, or of an account that did not answer. */
export function emptyModel(account: string): AccessModel {
  return { account, users: [], groups: [], policies: [] };
}

/** The model with every document as `map` makes it. */
export function mapDocuments(
  model: AccessModel,
  map: (document: PolicyDocument | null) => PolicyDocument | null,
): AccessModel {
  const mapped = <Policy extends InlinePolicy>(policies: readonly Policy[]) =>
    policies.map((each) => ({ ...each, document: map(each.document) }));
  return {
    ...model,
    users: model.users.map((user) => ({ ...user, inline: mapped(user.inline) })),
    groups: model.groups.map((group) => ({ ...group, inline: mapped(group.inline) })),
    policies: mapped(model.policies),
  };
}

export function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** A user who is known only as a member of groups. */
export function unmanagedUser(name: string): AccessUser {
  return { ...anyUser([]), name, unmanaged: true };
}

/** Stands for any user in some groups with some policies: IAM allows no empty name. */
export function anyUser(groups: readonly string[], attached: readonly string[] = []): AccessUser {
  return { name: '', path: '/', groups, attached, inline: [], boundary: null, tags: {} };
}

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

/** The index of a model. A model is never changed, so it is indexed once. */
export const indexModel = keptFor(indexOf);

function indexOf(model: AccessModel): ModelIndex {
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

/** Names of the users who have what a holder has. */
export function usersOf({ members }: ModelIndex, { kind, name }: Holder): readonly string[] {
  return kind === 'user' ? [name] : (members.get(name) ?? []);
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
