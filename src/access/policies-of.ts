import type { PolicyDocument } from '../iam/document.ts';
import type { PolicySource, PrincipalPolicies } from '../iam/evaluate.ts';
import type { AccessGroup, AccessModel, AccessPolicy, AccessUser, InlinePolicy } from './model.ts';

/** A policy whose document is not known. */
export interface UnknownPolicy {
  readonly holder: string;
  readonly policy: string;
}

export interface UserPolicies extends PrincipalPolicies {
  /** Policies that count as allowing everything, because their documents are unknown. Never ignore them: they widen access. */
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** What an unknown policy counts as: taken for nothing, a foreign policy would pass unnoticed. */
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface ModelIndex {
  readonly groups: ReadonlyMap<string, AccessGroup>;
  readonly policies: ReadonlyMap<string, AccessPolicy>;
}

const indexes = new WeakMap<AccessModel, ModelIndex>();
const userIndexes = new WeakMap<AccessModel, ReadonlyMap<string, AccessUser>>();

/** Groups by name and policies by ARN; a model is never changed, so it is indexed once. */
function indexOf(model: AccessModel): ModelIndex {
  let index = indexes.get(model);
  if (index === undefined) {
    index = {
      groups: new Map(model.groups.map((group) => [group.name, group])),
      policies: new Map(model.policies.map((policy) => [policy.arn, policy])),
    };
    indexes.set(model, index);
  }
  return index;
}

/** The user of that IAM name, or null. */
export function userNamed(model: AccessModel, name: string): AccessUser | null {
  let users = userIndexes.get(model);
  if (users === undefined) {
    users = new Map(model.users.map((user) => [user.name, user]));
    userIndexes.set(model, users);
  }
  return users.get(name) ?? null;
}

function groupHolder(name: string): string {
  return `group ${name}`;
}

function userHolder(name: string): string {
  return `user ${name}`;
}

/**
 * All policies that bear on a user: the user's own, those of the groups, and the boundary. A group that the model
 * does not have brings one unknown policy; a boundary that it does not have caps nothing.
 */
export function policiesOf(model: AccessModel, user: AccessUser): UserPolicies {
  const boundary = boundaryPolicies(model, user);
  const identity = [ownPolicies(model, user), ...user.groups.map((name) => groupPolicies(model, name))];
  return {
    identity: identity.flatMap(({ sources }) => sources),
    boundary: boundary.sources[0] ?? null,
    unknownPolicies: [...identity, boundary].flatMap(({ unknown }) => unknown),
  };
}

export interface HeldPolicies {
  readonly sources: readonly PolicySource[];
  readonly unknown: readonly UnknownPolicy[];
}

/** The permissions boundary of a user; empty if there is none. */
export function boundaryPolicies(model: AccessModel, user: AccessUser): HeldPolicies {
  return heldPolicies(indexOf(model), userHolder(user.name), [], user.boundary === null ? [] : [user.boundary]);
}

/** The policies that a group gives to its members. */
export function groupPolicies(model: AccessModel, name: string): HeldPolicies {
  const index = indexOf(model);
  const group = index.groups.get(name);
  const holder = groupHolder(name);
  if (group === undefined) return unknownHeld(holder, holder);
  return heldPolicies(index, holder, group.inline, group.attached);
}

/** The user's own policies, without those of groups. */
export function ownPolicies(model: AccessModel, user: AccessUser): HeldPolicies {
  return heldPolicies(indexOf(model), userHolder(user.name), user.inline, user.attached);
}

function heldPolicies(
  index: ModelIndex,
  holder: string,
  inline: readonly InlinePolicy[],
  attached: readonly string[],
): HeldPolicies {
  if (inline.length === 0 && attached.length === 0) return NOTHING_HELD;
  const sources: PolicySource[] = [];
  const unknown: UnknownPolicy[] = [];
  for (const { name, document } of inline) {
    if (document === null) unknown.push({ holder, policy: name });
    sources.push({ holder, policy: name, document: document ?? EVERYTHING });
  }
  for (const arn of attached) {
    const document = index.policies.get(arn)?.document ?? null;
    if (document === null) unknown.push({ holder, policy: arn });
    sources.push({ holder, policy: arn, document: document ?? EVERYTHING });
  }
  return { sources, unknown };
}

const NOTHING_HELD: HeldPolicies = { sources: [], unknown: [] };

function unknownHeld(holder: string, policy: string): HeldPolicies {
  return { sources: [{ holder, policy, document: EVERYTHING }], unknown: [{ holder, policy }] };
}
