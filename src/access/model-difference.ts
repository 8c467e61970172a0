import * as z from 'zod';
import { TEXT } from '../diagnostics/parse-data.ts';
import { canonicalDocument } from '../iam/canonical.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { type AccessGroup, type AccessModel, HOLDER, type Holder } from './model.ts';

const FROM_TO = { from: TEXT.nullable(), to: TEXT.nullable() };

/**
 * One difference between two states of an account in IAM's terms: who was added to which group, not which resource has
 * another attribute. Names are those of IAM; a document is null if only the policy's name is known.
 */
export function differenceWith<Document extends z.ZodType<PolicyDocument | null>>(document: Document) {
  const inline = { holder: HOLDER, policy: TEXT };
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['user-added', 'user-deleted']), user: TEXT }),
    z.strictObject({ kind: z.enum(['group-added', 'group-deleted']), group: TEXT }),
    z.strictObject({ kind: z.enum(['policy-added', 'policy-deleted']), arn: TEXT }),
    z.strictObject({ kind: z.literal('path-changed'), holder: HOLDER, from: TEXT, to: TEXT }),
    z.strictObject({
      kind: z.enum(['membership-added', 'membership-removed']),
      group: TEXT,
      user: TEXT,
      /** Known only as a member of this group: not in the model otherwise. */
      unmanaged: z.boolean(),
    }),
    z.strictObject({ kind: z.enum(['policy-attached', 'policy-detached']), holder: HOLDER, arn: TEXT }),
    z.strictObject({ kind: z.enum(['inline-policy-added', 'inline-policy-removed']), ...inline, document }),
    z.strictObject({ kind: z.literal('inline-policy-changed'), ...inline, from: document, to: document }),
    z.strictObject({ kind: z.literal('policy-changed'), arn: TEXT, from: document, to: document }),
    z.strictObject({ kind: z.literal('boundary-changed'), user: TEXT, ...FROM_TO }),
    z.strictObject({ kind: z.literal('tag-changed'), user: TEXT, tag: TEXT, ...FROM_TO }),
  ]);
}

export type Difference = z.infer<ReturnType<typeof differenceWith<z.ZodType<PolicyDocument | null>>>>;

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
    // Equivalent if mutated: it only ends earlier.
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
  return keyOf(difference, SAID);
}

/** A text that is equal for two differences that leave the same, whatever was there before. */
export function resultKey(difference: Difference): string {
  return keyOf(difference, AFTER);
}

function keyOf(difference: Difference, fields: readonly string[]): string {
  const { from = null, to = null } = 'from' in difference ? difference : {};
  const said: Readonly<Record<string, unknown>> = { ...difference, from: canonical(from), to: canonical(to) };
  return JSON.stringify([difference.kind, ...fields.map((name) => said[name])]);
}

/** A text that is equal for two differences about the same thing, whatever becomes of it. */
export function subjectKey(difference: Difference): string {
  const fields: Readonly<Record<string, unknown>> = difference;
  return JSON.stringify([KINDS[difference.kind].subject, ...SUBJECT.map((name) => fields[name])]);
}

const SAID = ['arn', 'from', 'group', 'holder', 'policy', 'tag', 'to', 'user'];
const AFTER = SAID.filter((name) => name !== 'from');
const SUBJECT = AFTER.filter((name) => name !== 'to');

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

/** The kinds of which a whole user, group or policy was added or deleted. */
const RESOURCE_KINDS: Readonly<Record<'added' | 'deleted', readonly DifferenceKind[]>> = {
  added: ['user-added', 'group-added', 'policy-added'],
  deleted: ['user-deleted', 'group-deleted', 'policy-deleted'],
};

/** Whether a user, group or policy was added or deleted, as opposed to a part of one. */
export function isResource(change: keyof typeof RESOURCE_KINDS, { kind }: Difference): boolean {
  return RESOURCE_KINDS[change].includes(kind);
}

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
