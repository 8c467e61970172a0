import type { AccessModel, InlinePolicy } from '../access/model.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { Difference } from './difference.ts';

/**
 * A plan's model with the documents that a look has read: a plan names a policy that was written in by hand, and does not
 * say what it allows, so that it would count as allowing everything, and as denying everything.
 */
export function withKnownDocuments(model: AccessModel, seen: readonly Difference[]): AccessModel {
  const known = new Map<string, PolicyDocument>();
  for (const difference of seen) {
    if (difference.kind !== 'inline-added' || difference.document === null) continue;
    known.set(keyOf(difference.holder.kind, difference.holder.name, difference.policy), difference.document);
  }
  if (known.size === 0) return model;
  const read = <Holder extends { readonly name: string; readonly inline: readonly InlinePolicy[] }>(
    kind: 'user' | 'group',
    holder: Holder,
  ): Holder => ({
    ...holder,
    inline: holder.inline.map(({ name, document }) => ({
      name,
      document: document ?? known.get(keyOf(kind, holder.name, name)) ?? null,
    })),
  });
  return {
    ...model,
    users: model.users.map((user) => read('user', user)),
    groups: model.groups.map((group) => read('group', group)),
  };
}

function keyOf(kind: string, holder: string, policy: string): string {
  return JSON.stringify([kind, holder, policy]);
}
