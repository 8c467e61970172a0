import type { PolicyDocument } from '../iam/document.ts';
import type { PolicySource, PrincipalPolicies } from '../iam/evaluate.ts';
import type { AccessGroup, AccessModel, AccessPolicy, AccessUser, InlinePolicy } from './model.ts';

/** A policy whose document is not known. */
export interface UnknownPolicy {
  readonly holder: string;
  readonly policy: string;
}

export interface UserPolicies extends PrincipalPolicies {
  /** Policies that count as allowing everything, because nobody knows what they say. Never ignore them: they widen. */
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** What an unknown policy counts as: a guard that took it for nothing would wave a stranger's policy through. */
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface ModelIndex {
  readonly users: ReadonlyMap<string, AccessUser>;
  readonly groups: ReadonlyMap<string, AccessGroup>;
  readonly policies: ReadonlyMap<string, AccessPolicy>;
}

const indexes = new WeakMap<AccessModel, ModelIndex>();

/** The model by name and ARN; a model is never changed, so it is indexed once. */
export function indexOf(model: AccessModel): ModelIndex {
  let index = indexes.get(model);
  if (index === undefined) {
    index = {
      users: new Map(model.users.map((user) => [user.name, user])),
      groups: new Map(model.groups.map((group) => [group.name, group])),
      policies: new Map(model.policies.map((policy) => [policy.arn, policy])),
    };
    indexes.set(model, index);
  }
  return index;
}

export function groupHolder(name: string): string {
  return `group ${name}`;
}

export function userHolder(name: string): string {
  return `user ${name}`;
}

/**
 * All policies that bear on a user: those of her own, those of her groups, and her boundary. A group that the model
 * does not have brings one unknown policy; a boundary that it does not have caps nothing.
 */
export function policiesOf(model: AccessModel, user: AccessUser): UserPolicies {
  const index = indexOf(model);
  const own = heldPolicies(index, userHolder(user.name), user.inline, user.attached);
  const fromGroups = user.groups.map((name) => groupPolicies(model, name));
  const boundary = user.boundary === null ? null : heldPolicies(index, userHolder(user.name), [], [user.boundary]);
  const all = [own, ...fromGroups];
  return {
    identity: all.flatMap(({ sources }) => sources),
    boundary: boundary?.sources[0] ?? null,
    unknownPolicies: [...all, ...(boundary === null ? [] : [boundary])].flatMap(({ unknown }) => unknown),
  };
}

export interface HeldPolicies {
  readonly sources: readonly PolicySource[];
  readonly unknown: readonly UnknownPolicy[];
}

/** The policies that a group gives to its members. */
export function groupPolicies(model: AccessModel, name: string): HeldPolicies {
  const index = indexOf(model);
  const group = index.groups.get(name);
  const holder = groupHolder(name);
  if (group === undefined) return unknownHeld(holder, holder);
  return heldPolicies(index, holder, group.inline, group.attached);
}

/** The policies that a user has of her own, without her groups'. */
export function ownPolicies(model: AccessModel, user: AccessUser): HeldPolicies {
  return heldPolicies(indexOf(model), userHolder(user.name), user.inline, user.attached);
}

function heldPolicies(
  index: ModelIndex,
  holder: string,
  inline: readonly InlinePolicy[],
  attached: readonly string[],
): HeldPolicies {
  const sources: PolicySource[] = inline.map(({ name, document }) => ({ holder, policy: name, document }));
  const unknown: UnknownPolicy[] = [];
  for (const arn of attached) {
    const document = index.policies.get(arn)?.document ?? null;
    if (document === null) unknown.push({ holder, policy: arn });
    sources.push({ holder, policy: arn, document: document ?? EVERYTHING });
  }
  return { sources, unknown };
}

function unknownHeld(holder: string, policy: string): HeldPolicies {
  return { sources: [{ holder, policy, document: EVERYTHING }], unknown: [{ holder, policy }] };
}
