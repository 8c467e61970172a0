import type { PolicyDocument } from '../iam/document.ts';
import type { AccessModel, InlinePolicy } from './model.ts';
import type { Difference, Holder } from './model-difference.ts';

interface InlineName {
  readonly holder: Holder;
  readonly policy: string;
}

interface InlineRead extends InlineName {
  readonly document: PolicyDocument;
}

/** The policies written into users and groups of a model of which only the names are known. */
export function unknownDocuments({ users, groups }: AccessModel): readonly InlineName[] {
  const of = (kind: Holder['kind']) => (holder: { readonly name: string; readonly inline: readonly InlinePolicy[] }) =>
    holder.inline.flatMap(({ name, document }) =>
      document === null ? [{ holder: { kind, name: holder.name }, policy: name }] : [],
    );
  return [...users.flatMap(of('user')), ...groups.flatMap(of('group'))];
}

/** The managed policies of a model, by ARN, of which only the names are known: a plan knows those of its own stack. */
export function unknownPolicies({ policies }: AccessModel): readonly string[] {
  return policies.flatMap(({ arn, document }) => (document === null ? [arn] : []));
}

/** A plan's model with what managed policies say, as the account tells it, where the plan does not. */
export function withKnownPolicies(model: AccessModel, read: ReadonlyMap<string, PolicyDocument>): AccessModel {
  if (read.size === 0) return model;
  const policies = model.policies.map((policy) => ({
    ...policy,
    document: policy.document ?? read.get(policy.arn) ?? null,
  }));
  return { ...model, policies };
}

/**
 * A plan's model with the documents of what was written in, as the account or a look tells them: a plan names a policy
 * that was written in by hand, and does not say what it allows, so that it would count as allowing everything, and
 * lifting a Deny as giving nothing.
 */
export function withKnownDocuments(model: AccessModel, seen: readonly (Difference | InlineRead)[]): AccessModel {
  const known = new Map<string, PolicyDocument>();
  for (const each of seen) {
    if (('kind' in each && each.kind !== 'inline-policy-added') || each.document === null) continue;
    known.set(keyOf(each.holder.kind, each.holder.name, each.policy), each.document);
  }
  if (known.size === 0) return model;
  const withDocuments = <Held extends { readonly name: string; readonly inline: readonly InlinePolicy[] }>(
    kind: Holder['kind'],
    holder: Held,
  ): Held => ({
    ...holder,
    inline: holder.inline.map(({ name, document }) => ({
      name,
      document: document ?? known.get(keyOf(kind, holder.name, name)) ?? null,
    })),
  });
  return {
    ...model,
    users: model.users.map((user) => withDocuments('user', user)),
    groups: model.groups.map((group) => withDocuments('group', group)),
  };
}

function keyOf(kind: string, holder: string, policy: string): string {
  return JSON.stringify([kind, holder, policy]);
}
