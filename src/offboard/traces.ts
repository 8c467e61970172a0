import type { Inventory } from '../aws/types.ts';
import { isAwsPolicy } from '../iam/arn.ts';
import { compilePattern, matchesPattern } from '../iam/pattern.ts';
import { iamName, labOfPath } from '../team/names.ts';
import { type Carrier, carriersIn, type SavedFacts } from './facts.ts';

/** A thing of the account, with what has it: an inline policy of a group, an access key of a user. */
export interface Thing {
  readonly kind: 'user' | 'key' | 'policy' | 'role' | 'bucket';
  /** ARN of a managed policy, id of a key; else its name. */
  readonly name: string;
  readonly of: Carrier | null;
}

/** Something with a policy in any shape of JSON; null if that cannot be read. */
export interface FoundPolicy extends Thing {
  readonly json: unknown;
}

/** What policies call a user. In place of the ARN of a deleted principal, AWS shows the unique id; null if it is not known. */
export type NamedUser = Pick<SavedFacts['user'], 'name' | 'arn'> & { readonly id: string | null };

/**
 * Whether JSON names a user: ARN, unique id or name are a value of it, or match a pattern that not every user matches. Case never counts:
 * a condition can ignore it, and no two users differ by it alone.
 */
export function namesUser(json: unknown, user: NamedUser): boolean {
  if (typeof json !== 'object' || json === null) return typeof json === 'string' && isNamedIn(json.toLowerCase(), user);
  return Object.values(json).some((value) => namesUser(value, user));
}

/** A key and a unique id that no one has: what matches these, too, is about all users of an account or a lab. */
const NO_ONE = { key: '=', id: 'AIDA00000000000000000' };

function isNamedIn(text: string, { name, arn, id }: NamedUser): boolean {
  const path = arn.slice(arn.indexOf('/'), -name.length);
  const noOne = iamName(labOfPath(path) ?? '', NO_ONE.key);
  const pairs = [
    [arn, arn.slice(0, -name.length) + noOne],
    [name, noOne],
    ...(id === null ? [] : [[id, NO_ONE.id] as const]),
  ] as const;
  if (id !== null && text.split(/[^a-z0-9]+/).includes(id.toLowerCase())) return true;
  // A policy that cannot be read as JSON is one text.
  return text.split(/[^\w+=,.@:/*?-]+/).some((part) => {
    const pattern = compilePattern(part, 'text');
    const matches = (name: string) => matchesPattern(pattern, name.toLowerCase());
    return pairs.some(([own, other]) => matches(own) && !matches(other));
  });
}

/** Each thing once: versions of a policy are one. */
export function thingsOf(policies: readonly FoundPolicy[]): readonly Thing[] {
  const all = policies.map(({ kind, name, of }) => ({ kind, name, of }));
  return [...new Map(all.map((thing) => [JSON.stringify(thing), thing])).values()];
}

type Account = Pick<Inventory, 'access' | 'policies' | 'roles'>;

/** Every version of the account's own policies, and all inline ones. AWS's policies name no user. */
export function identityPolicies({ access, policies, roles }: Account): readonly FoundPolicy[] {
  const own = access.policies.filter(({ arn }) => !isAwsPolicy(arn));
  const managed = own.flatMap(({ arn: name, document }) =>
    [document, ...(policies.get(name)?.versions ?? []).map((version) => version.document)].map(
      (json) => ({ kind: 'policy', name, of: null, json }) as const,
    ),
  );
  const inline = carriersIn({ access, roles }).flatMap(({ carrier: of, inline: written }) =>
    written.map(({ name, document: json }) => ({ kind: 'policy', name, of, json }) as const),
  );
  return [...managed, ...inline];
}
