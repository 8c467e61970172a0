import { canonicalDocument } from '../iam/canonical.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { AccessGroup, AccessModel } from './model.ts';

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
  for (const [key, { value, difference }] of before) {
    const other = after.get(key)?.value;
    if (other === value) continue;
    if (other === undefined || canonical(other) !== canonical(value)) found.push(difference(value, other));
  }
  for (const [key, { value, difference }] of after) if (!before.has(key)) found.push(difference(undefined, value));
  const usersAddedOrDeleted = new Set(
    found.flatMap((each) => (each.kind === 'user-added' || each.kind === 'user-deleted' ? [each.user] : [])),
  );
  return found
    .filter(
      (each) =>
        !((each.kind === 'boundary-changed' || each.kind === 'tag-changed') && usersAddedOrDeleted.has(each.user)),
    )
    .map((difference) => ({ difference, key: differenceKey(difference) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ difference }) => difference);
}

/**
 * A text that is equal for two differences exactly when they say the same: an added policy known by its name alone is
 * the same as the one whose document is known.
 */
export function differenceKey(difference: Difference): string {
  const { from = null, to = null } = 'from' in difference ? difference : {};
  const said: Readonly<Record<string, unknown>> = { ...difference, from: canonical(from), to: canonical(to) };
  return JSON.stringify([difference.kind, ...SAID.map((name) => said[name])]);
}

/** A text that is equal for two differences about the same thing, whatever becomes of it. */
export function subjectKey(difference: Difference): string {
  const fields: Readonly<Record<string, unknown>> = difference;
  return JSON.stringify([KINDS[difference.kind].subject, ...SUBJECT.map((name) => fields[name])]);
}

const SAID = ['arn', 'from', 'group', 'holder', 'policy', 'tag', 'to', 'user'];
const SUBJECT = SAID.filter((name) => name !== 'from' && name !== 'to');

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

type Value = string | PolicyDocument | null;

/** A thing that a model has or not: its value, and what its change, coming (from nothing) or going (to nothing) is. */
interface Item {
  readonly value: Value;
  readonly difference: (from: Value | undefined, to: Value | undefined) => Difference;
}

function itemsOf(model: AccessModel): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const put = <V extends Value>(
    key: readonly string[],
    value: V,
    difference: (from: V | undefined, to: V | undefined) => Difference,
  ) => {
    // The values of one key have one type in every model.
    items.set(JSON.stringify(key), { value, difference: difference as Item['difference'] });
  };

  const putHolder = (holder: Holder, { attached, inline, path }: Omit<AccessGroup, 'name'>) => {
    const { kind, name } = holder;
    for (const arn of attached) {
      put([kind, name, 'attached', arn], '', (from) => ({
        kind: from === undefined ? 'policy-attached' : 'policy-detached',
        holder,
        arn,
      }));
    }
    for (const { name: policy, document } of inline) {
      put([kind, name, 'inline', policy], document, (from, to) => {
        if (from === undefined) return { kind: 'inline-policy-added', holder, policy, document };
        if (to === undefined) return { kind: 'inline-policy-removed', holder, policy, document };
        return { kind: 'inline-policy-changed', holder, policy, from, to };
      });
    }
    put([kind, name], path, (from, to) => {
      if (from !== undefined && to !== undefined) return { kind: 'path-changed', holder, from, to };
      const change = from === undefined ? 'added' : 'deleted';
      return kind === 'user' ? { kind: `user-${change}`, user: name } : { kind: `group-${change}`, group: name };
    });
  };

  for (const user of model.users) {
    const { name, unmanaged = false } = user;
    for (const group of user.groups) {
      put(['member', group, name], '', (from) => ({
        kind: from === undefined ? 'membership-added' : 'membership-removed',
        group,
        user: name,
        unmanaged,
      }));
    }
    // Only the groups of an unmanaged user are known: such a user is neither added nor deleted.
    if (unmanaged) continue;
    putHolder({ kind: 'user', name }, user);
    put(['user', name, 'boundary'], user.boundary, (from = null, to = null) => ({
      kind: 'boundary-changed',
      user: name,
      from,
      to,
    }));
    for (const [tag, text] of Object.entries(user.tags)) {
      put<string | null>(['user', name, 'tag', tag], text, (from = null, to = null) => ({
        kind: 'tag-changed',
        user: name,
        tag,
        from,
        to,
      }));
    }
  }
  for (const group of model.groups) putHolder({ kind: 'group', name: group.name }, group);
  for (const { arn, document } of model.policies) {
    // AWS managed policies and the boundary are in the model because they are referred to: the attachment is the difference.
    if (!arn.startsWith(`arn:aws:iam::${model.account}:policy/mturk/`)) continue;
    put(['policy', arn], document, (from, to) => {
      if (from !== undefined && to !== undefined) return { kind: 'policy-changed', arn, from, to };
      return { kind: from === undefined ? 'policy-added' : 'policy-deleted', arn };
    });
  }
  return items;
}

function canonical(value: Value): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : canonicalDocument(value);
}
