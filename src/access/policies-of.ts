import * as z from 'zod';
import { TEXT } from '../diagnostics/parse-data.ts';
import { ALLOW_ALL, type PolicyDocument } from '../iam/document.ts';
import type { PolicySource, PrincipalPolicies } from '../iam/evaluate.ts';
import { type AccessGroup, type AccessModel, type AccessUser, HOLDER, type Holder, indexModel } from './model.ts';

/** A policy, and the user or group that has it. */
export const GRANT = z.strictObject({
  holder: HOLDER,
  /** Name of an inline policy or ARN of a managed one. */
  policy: TEXT,
});

/** What gives an operation. */
export type Grant = Readonly<z.infer<typeof GRANT>>;

/** A policy of a user or group, with its document. */
export type HeldPolicy = Grant & PolicySource;

/** A policy whose document is not known. It counts as allowing everything: never ignore it. */
export type UnknownPolicy = Grant;

export function distinctGrants(grants: readonly Grant[]): readonly Grant[] {
  const keyOf = ({ holder, policy }: Grant) => `${holder.kind} ${holder.name} ${policy}`;
  return [...new Map(grants.map((grant) => [keyOf(grant), { holder: grant.holder, policy: grant.policy }])).values()];
}

/** The user of that IAM name, or null. */
export function userNamed(model: AccessModel, name: string): AccessUser | null {
  return indexModel(model).users.get(name) ?? null;
}

/**
 * All policies that bear on a user: the user's own, those of the groups, and the boundary. A group that the model
 * does not have brings one unknown policy; a boundary that it does not have limits nothing.
 */
export function policiesOf(model: AccessModel, user: AccessUser): PrincipalPolicies {
  const boundary = boundaryPolicies(model, user);
  const identity = [ownPolicies(model, user), ...user.groups.map((name) => groupPolicies(model, name))];
  return {
    identity: identity.flatMap(({ sources }) => sources),
    boundary: boundary.sources[0] ?? null,
  };
}

export interface HeldPolicies {
  readonly sources: readonly HeldPolicy[];
  readonly unknown: readonly UnknownPolicy[];
}

/** The permissions boundary of a user; empty if there is none. */
export function boundaryPolicies(model: AccessModel, { name, boundary }: AccessUser): HeldPolicies {
  return heldPolicies(model, { kind: 'user', name }, { inline: [], attached: boundary === null ? [] : [boundary] });
}

/** The policies that a group gives to its members. */
export function groupPolicies(model: AccessModel, name: string): HeldPolicies {
  const group = indexModel(model).groups.get(name);
  return heldPolicies(model, { kind: 'group', name }, group ?? { inline: [{ name, document: null }], attached: [] });
}

/** The user's own policies, without those of groups. */
export function ownPolicies(model: AccessModel, user: AccessUser): HeldPolicies {
  return heldPolicies(model, { kind: 'user', name: user.name }, user);
}

function heldPolicies(
  model: AccessModel,
  holder: Holder,
  { inline, attached }: Pick<AccessGroup, 'inline' | 'attached'>,
): HeldPolicies {
  const sources: HeldPolicy[] = [];
  const unknown: UnknownPolicy[] = [];
  const hold = (policy: string, document: PolicyDocument | null | undefined) => {
    if (document === null || document === undefined) unknown.push({ holder, policy });
    sources.push({ holder, policy, document: document ?? ALLOW_ALL });
  };
  for (const { name, document } of inline) hold(name, document);
  for (const arn of attached) hold(arn, indexModel(model).policies.get(arn)?.document);
  return { sources, unknown };
}
