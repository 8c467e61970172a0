import * as z from 'zod';
import { type AccessUser, HOLDER, type InlinePolicy } from '../access/model.ts';
import type { Inventory } from '../aws/types.ts';
import { many, TEXT } from '../diagnostics/parse-data.ts';
import { canonicalDocument } from '../iam/canonical.ts';
import { LIMITS_POLICY } from '../team/names.ts';

/** A user, group or role that has a policy. */
const CARRIER = z.strictObject({ kind: z.enum([...HOLDER.shape.kind.options, 'role']), name: TEXT }).readonly();

export type Carrier = z.infer<typeof CARRIER>;

const KEY = z
  .strictObject({
    id: z.string().regex(/^[A-Z0-9]{16,128}$/),
    active: z.boolean(),
    created: z.iso.datetime(),
    lastUsed: z.iso.datetime().nullable(),
  })
  .readonly();

const POLICY = z
  .strictObject({
    /** ARN of a managed policy, name of an inline one. */
    policy: TEXT,
    /** What an inline policy says, in canonical form, empty if it cannot be read; null for a managed one. */
    document: z.string().max(20_000).nullable(),
    /** Who else had it then. */
    carriers: many(CARRIER),
  })
  .readonly();

type MemberPolicy = z.infer<typeof POLICY>;

/** What a member has in IAM, saved before the user is deleted: what the proof asks for afterwards. */
export const SAVED_FACTS = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime(),
    ...{ lab: TEXT, account: z.string().regex(/^\d{12}$/), member: TEXT },
    user: z.strictObject({ name: TEXT, arn: TEXT, id: z.string().regex(/^AIDA[A-Z0-9]{12,124}$/) }).readonly(),
    /** Oldest first. */
    keys: many(KEY),
    /** Attached to the user itself, or written into it, besides `limits`. */
    policies: many(POLICY),
  })
  .readonly();

export type SavedFacts = z.infer<typeof SAVED_FACTS>;

/** What can carry policies in an account. */
export type Carriers = Pick<Inventory, 'access' | 'roles'>;

/** All users, groups and roles, with the policies that each has by itself. */
export function carriersIn({ access, roles }: Carriers) {
  const all = { user: access.users, group: access.groups, role: roles };
  return (['user', 'group', 'role'] as const).flatMap((kind) =>
    all[kind].map(({ name, attached, inline }) => ({ carrier: { kind, name }, attached, inline })),
  );
}

/** The policies that a user has by itself, and who else has them. */
export function policiesOf({ name, attached, inline }: AccessUser, account: Carriers): readonly MemberPolicy[] {
  const managed = attached.map((policy) => ({ policy, document: null }));
  const own = inline
    .filter((policy) => policy.name !== LIMITS_POLICY)
    .map((policy) => ({ policy: policy.name, document: textOf(policy) }));
  const isOther = (carrier: Carrier) => carrier.kind !== 'user' || carrier.name !== name;
  return [...managed, ...own].map((policy) => ({ ...policy, carriers: carriersOf(policy, account).filter(isOther) }));
}

/** Who has a policy: a managed one by its ARN, an inline one by what it says. */
export function carriersOf(
  { policy, document }: Pick<MemberPolicy, 'policy' | 'document'>,
  account: Carriers,
): readonly Carrier[] {
  return carriersIn(account).flatMap(({ carrier, attached, inline }) => {
    const has = document === null ? attached.includes(policy) : inline.some((each) => textOf(each) === document);
    return has ? [carrier] : [];
  });
}

function textOf({ document }: InlinePolicy): string {
  return document === null ? '' : canonicalDocument(document);
}
