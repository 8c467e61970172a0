import * as z from 'zod';
import { type AccountRole, rolePrincipal } from '../access/account-role.ts';
import { type AccessModel, type AccessUser, HOLDER } from '../access/model.ts';
import { many, TEXT, TEXTS } from '../diagnostics/parse-data.ts';
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

/** What a member has in IAM, saved before the user is deleted: what the proof asks for afterwards. */
export const SAVED_FACTS = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime(),
    ...{ lab: TEXT, account: z.string().regex(/^\d{12}$/), member: TEXT },
    user: z.strictObject({ name: TEXT, arn: TEXT, id: z.string().regex(/^AIDA[A-Z0-9]{12,124}$/) }).readonly(),
    /** Oldest first. */
    keys: many(KEY),
    groups: TEXTS,
    /** Attached to the user itself, or written into it, besides `limits`. */
    policies: many(
      z
        .strictObject({
          /** ARN of a managed policy, name of an inline one. */
          policy: TEXT,
          /** What an inline policy says, in canonical form; null for a managed one. */
          document: z.string().max(20_000).nullable(),
          /** Who else had it then. */
          carriers: many(CARRIER),
        })
        .readonly(),
    ),
  })
  .readonly();

export type SavedFacts = z.infer<typeof SAVED_FACTS>;
type MemberPolicy = SavedFacts['policies'][number];

/** What can carry policies in an account. */
export interface Carriers {
  readonly access: AccessModel;
  readonly roles: readonly AccountRole[];
}

/** The policies that a user has by itself, and who else has them. */
export function policiesOf({ name, attached, inline }: AccessUser, account: Carriers): SavedFacts['policies'] {
  const managed = attached.map((policy) => ({ policy, document: null }));
  const own = inline.flatMap(({ name: policy, document }) =>
    policy === LIMITS_POLICY ? [] : [{ policy, document: document === null ? '' : canonicalDocument(document) }],
  );
  const isOther = (carrier: Carrier) => carrier.kind !== 'user' || carrier.name !== name;
  return [...managed, ...own].map((policy) => ({ ...policy, carriers: carriersOf(policy, account).filter(isOther) }));
}

/** Who has a policy: a managed one by its ARN, an inline one by what it says. */
export function carriersOf(
  { policy, document }: Pick<MemberPolicy, 'policy' | 'document'>,
  { access, roles }: Carriers,
): readonly Carrier[] {
  const has = ({ attached, inline }: Pick<AccessUser, 'attached' | 'inline'>) =>
    document === null
      ? attached.includes(policy)
      : inline.some((each) => each.document !== null && canonicalDocument(each.document) === document);
  const named = (kind: Carrier['kind'], holders: readonly Pick<AccessUser, 'name' | 'attached' | 'inline'>[]) =>
    holders.filter(has).map(({ name }) => ({ kind, name }));
  return [...named('user', access.users), ...named('group', access.groups), ...named('role', roles.map(rolePrincipal))];
}
