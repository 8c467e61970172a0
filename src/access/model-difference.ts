import { canonicalDocument } from '../iam/canonical.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { AccessModel, InlinePolicy } from './model.ts';

export interface Holder {
  readonly kind: 'user' | 'group';
  readonly name: string;
}

/**
 * One difference between two states of an account in IAM's terms: who was added to which group, not which resource has
 * another attribute. Names are those of IAM.
 */
export type Difference =
  | { readonly kind: 'user-added' | 'user-deleted'; readonly user: string }
  | { readonly kind: 'group-added' | 'group-deleted'; readonly group: string }
  | { readonly kind: 'policy-added' | 'policy-deleted'; readonly arn: string }
  | { readonly kind: 'path-changed'; readonly holder: Holder; readonly from: string; readonly to: string }
  | {
      readonly kind: 'membership-added' | 'membership-removed';
      readonly group: string;
      readonly user: string;
      /** Known only as a member of this group: not in the model otherwise. */
      readonly unmanaged: boolean;
    }
  | { readonly kind: 'policy-attached' | 'policy-detached'; readonly holder: Holder; readonly arn: string }
  | {
      readonly kind: 'inline-policy-added' | 'inline-policy-removed';
      readonly holder: Holder;
      readonly policy: string;
      /** Null where only the name is known. */
      readonly document: PolicyDocument | null;
    }
  | {
      readonly kind: 'inline-policy-changed';
      readonly holder: Holder;
      readonly policy: string;
      readonly from: PolicyDocument | null;
      readonly to: PolicyDocument | null;
    }
  | {
      readonly kind: 'policy-changed';
      readonly arn: string;
      readonly from: PolicyDocument | null;
      readonly to: PolicyDocument | null;
    }
  | {
      readonly kind: 'boundary-changed';
      readonly user: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      readonly kind: 'tag-changed';
      readonly user: string;
      readonly tag: string;
      readonly from: string | null;
      readonly to: string | null;
    };

/**
 * Everything that `to` has otherwise than `from`, ordered by kind and name. What a user or group that is gone (or new)
 * had (or gets) is listed too.
 */
export function differences(from: AccessModel, to: AccessModel): readonly Difference[] {
  const before = itemsOf(from);
  const after = itemsOf(to);
  const found: Difference[] = [];
  for (const [key, item] of before) {
    const other = after.get(key);
    if (other === undefined) found.push(item.removed);
    else if (other.value !== item.value) found.push(item.changed(other));
  }
  for (const [key, item] of after) if (!before.has(key)) found.push(item.added);
  // Boundary and tags of a created or deleted user are no differences of their own.
  const comingOrGoing = new Set(
    found.flatMap((each) => (each.kind === 'user-added' || each.kind === 'user-deleted' ? [each.user] : [])),
  );
  return found
    .filter(({ kind, ...each }) => !(isOfUser(kind) && 'user' in each && comingOrGoing.has(each.user)))
    .map((difference) => ({ difference, key: differenceKey(difference) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ difference }) => difference);
}

function isOfUser(kind: Difference['kind']): boolean {
  return kind === 'boundary-changed' || kind === 'tag-changed';
}

/** A text that is equal for two differences exactly when they say the same. */
export function differenceKey(difference: Difference): string {
  const { kind } = difference;
  const plain = { ...difference } as Record<string, unknown>;
  for (const [name, value] of Object.entries(plain)) {
    if (name === 'from' || name === 'to' || name === 'document') plain[name] = canonical(value);
  }
  // A document by its name alone is the same policy as the one whose document is known.
  if (kind === 'inline-policy-added' || kind === 'inline-policy-removed') plain.document = '';
  if (kind === 'membership-added' || kind === 'membership-removed') plain.unmanaged = '';
  return JSON.stringify([
    kind,
    ...Object.keys(plain)
      .sort()
      .map((name) => plain[name]),
  ]);
}

/** A text that is equal for two differences about the same thing, whatever becomes of it. */
export function subjectKey(difference: Difference): string {
  const {
    kind,
    from: _from,
    to: _to,
    document: _document,
    unmanaged: _stranger,
    ...subject
  } = {
    from: null,
    to: null,
    document: null,
    unmanaged: null,
    ...difference,
  };
  return JSON.stringify([KINDS[kind].subject, subject]);
}

type DifferenceKind = Difference['kind'];

/** What each kind is about, and the kind that reverts it; a change of a value is reverted by a change back. */
const KINDS: { readonly [Kind in DifferenceKind]: { readonly subject: string; readonly inverse: DifferenceKind } } = {
  'user-added': { subject: 'user', inverse: 'user-deleted' },
  'user-deleted': { subject: 'user', inverse: 'user-added' },
  'group-added': { subject: 'group', inverse: 'group-deleted' },
  'group-deleted': { subject: 'group', inverse: 'group-added' },
  'policy-added': { subject: 'policy', inverse: 'policy-deleted' },
  'policy-deleted': { subject: 'policy', inverse: 'policy-added' },
  'policy-changed': { subject: 'policy', inverse: 'policy-changed' },
  'path-changed': { subject: 'path', inverse: 'path-changed' },
  'membership-added': { subject: 'membership', inverse: 'membership-removed' },
  'membership-removed': { subject: 'membership', inverse: 'membership-added' },
  'policy-attached': { subject: 'attachment', inverse: 'policy-detached' },
  'policy-detached': { subject: 'attachment', inverse: 'policy-attached' },
  'inline-policy-added': { subject: 'inline-policy', inverse: 'inline-policy-removed' },
  'inline-policy-changed': { subject: 'inline-policy', inverse: 'inline-policy-changed' },
  'inline-policy-removed': { subject: 'inline-policy', inverse: 'inline-policy-added' },
  'boundary-changed': { subject: 'boundary', inverse: 'boundary-changed' },
  'tag-changed': { subject: 'tag', inverse: 'tag-changed' },
};

/** The difference that reverts this one. */
export function inverse(difference: Difference): Difference {
  if ('from' in difference) return { ...difference, from: difference.to, to: difference.from } as Difference;
  return { ...difference, kind: KINDS[difference.kind].inverse } as Difference;
}

interface Item {
  /** Two items with the same key are the same thing, equal when this is. */
  readonly value: string;
  readonly raw: unknown;
  readonly added: Difference;
  readonly removed: Difference;
  readonly changed: (to: Item) => Difference;
}

/** The model as a flat list of things that are there or not, each with the difference that its coming or going is. */
function itemsOf(model: AccessModel): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const put = (
    key: readonly string[],
    item: Omit<Item, 'value' | 'raw' | 'changed'> & {
      raw?: unknown;
      changed?: (from: unknown, to: unknown) => Difference;
    },
  ) => {
    const { raw = '', changed, added, removed } = item;
    items.set(JSON.stringify(key), {
      raw,
      value: canonical(raw),
      added,
      removed,
      changed: (to) => changed?.(raw, to.raw) ?? added,
    });
  };

  const putHeld = (holder: Holder, attached: readonly string[], inline: readonly InlinePolicy[], path: string) => {
    const { kind, name } = holder;
    for (const arn of attached) {
      put([kind, name, 'attached', arn], {
        added: { kind: 'policy-attached', holder, arn },
        removed: { kind: 'policy-detached', holder, arn },
      });
    }
    for (const { name: policy, document } of inline) {
      put([kind, name, 'inline', policy], {
        raw: document,
        added: { kind: 'inline-policy-added', holder, policy, document },
        removed: { kind: 'inline-policy-removed', holder, policy, document },
        changed: (from, to) => ({
          kind: 'inline-policy-changed',
          holder,
          policy,
          from: from as PolicyDocument | null,
          to: to as PolicyDocument | null,
        }),
      });
    }
    put([kind, name], {
      raw: path,
      added: kind === 'user' ? { kind: 'user-added', user: name } : { kind: 'group-added', group: name },
      removed: kind === 'user' ? { kind: 'user-deleted', user: name } : { kind: 'group-deleted', group: name },
      changed: (from, to) => ({ kind: 'path-changed', holder, from: String(from), to: String(to) }),
    });
  };

  for (const user of model.users) {
    const unmanaged = user.unmanaged === true;
    for (const group of user.groups) {
      put(['member', group, user.name], {
        added: { kind: 'membership-added', group, user: user.name, unmanaged },
        removed: { kind: 'membership-removed', group, user: user.name, unmanaged },
      });
    }
    // Only the groups of an unmanaged user are known: such a user is neither added nor deleted.
    if (unmanaged) continue;
    putHeld({ kind: 'user', name: user.name }, user.attached, user.inline, user.path);
    put(['user', user.name, 'boundary'], {
      raw: user.boundary,
      added: { kind: 'boundary-changed', user: user.name, from: null, to: user.boundary },
      removed: { kind: 'boundary-changed', user: user.name, from: user.boundary, to: null },
      changed: (from, to) => ({
        kind: 'boundary-changed',
        user: user.name,
        from: from as string | null,
        to: to as string | null,
      }),
    });
    for (const [tag, text] of Object.entries(user.tags)) {
      put(['user', user.name, 'tag', tag], {
        raw: text,
        added: { kind: 'tag-changed', user: user.name, tag, from: null, to: text },
        removed: { kind: 'tag-changed', user: user.name, tag, from: text, to: null },
        changed: (from, to) => ({ kind: 'tag-changed', user: user.name, tag, from: String(from), to: String(to) }),
      });
    }
  }
  for (const group of model.groups)
    putHeld({ kind: 'group', name: group.name }, group.attached, group.inline, group.path);
  for (const { arn, document } of model.policies) {
    // AWS managed policies and the boundary are in the model because they are referred to: the attachment is the difference.
    if (!arn.startsWith(`arn:aws:iam::${model.account}:policy/mturk/`)) continue;
    put(['policy', arn], {
      raw: document,
      added: { kind: 'policy-added', arn },
      removed: { kind: 'policy-deleted', arn },
      changed: (from, to) => ({
        kind: 'policy-changed',
        arn,
        from: from as PolicyDocument | null,
        to: to as PolicyDocument | null,
      }),
    });
  }
  return items;
}

function canonical(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? canonicalDocument(value as PolicyDocument) : String(value);
}
