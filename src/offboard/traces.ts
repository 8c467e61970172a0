import type { Inventory } from '../aws/types.ts';
import type { SavedFacts } from './facts.ts';

/** Where policies are. */
export interface Place {
  readonly kind: 'policy' | 'user' | 'group' | 'role' | 'trust' | 'bucket';
  /** ARN of a managed policy; else the name of what has the policy. */
  readonly name: string;
  /** Name of an inline policy; null for any other. */
  readonly policy: string | null;
}

/** A policy in any shape of JSON; null if it cannot be read. */
export interface FoundPolicy extends Place {
  readonly json: unknown;
}

/** What policies call a user. In place of the ARN of a deleted principal, AWS shows the unique id; null if it is not known. */
export type NamedUser = Pick<SavedFacts['user'], 'name' | 'arn'> & { readonly id: string | null };

/** Whether JSON names a user: by ARN, by unique id, or as a value that is the name. */
export function namesUser(json: unknown, user: NamedUser): boolean {
  if (typeof json !== 'object' || json === null) return typeof json === 'string' && isNamedIn(json, user);
  return Object.values(json).some((value) => namesUser(value, user));
}

/** The account and the path of ARNs of users, wherever they are in a text. */
const USER_ARNS = /:iam::([^:"\s]*):(user\/[\w+=,.@/-]+)/g;

function isNamedIn(text: string, { name, arn, id }: NamedUser): boolean {
  const [, own = '', path = ''] = [...arn.matchAll(USER_ARNS)][0] ?? [];
  const isByArn = [...text.matchAll(USER_ARNS)].some(
    ([, account = '', found]) => found === path && (account === own || /[*?]/.test(account)),
  );
  return text === name || isByArn || (id !== null && text.split(/[^A-Z0-9]+/).includes(id));
}

/** The places of policies that name a user, and of those that cannot be read. */
export function placesNaming(policies: readonly FoundPolicy[], user: NamedUser) {
  return {
    named: distinct(policies.filter(({ json }) => namesUser(json, user))),
    unreadable: distinct(policies.filter(({ json }) => json === null)),
  };
}

function distinct(places: readonly Place[]): readonly Place[] {
  const all = places.map(({ kind, name, policy }) => ({ kind, name, policy }));
  return [...new Map(all.map((place) => [JSON.stringify(place), place])).values()];
}

type Account = Pick<Inventory, 'access' | 'policies' | 'roles'>;

/** Every version of the account's own policies, and all inline ones. AWS's policies name no user. */
export function identityPolicies({ access, policies, roles }: Account): readonly FoundPolicy[] {
  const own = access.policies.filter(({ arn }) => !arn.startsWith('arn:aws:iam::aws:'));
  const managed = own.flatMap(({ arn: name, document }) =>
    [document, ...(policies.get(name)?.versions ?? []).map((version) => version.document)].map(
      (json) => ({ kind: 'policy', name, policy: null, json }) as const,
    ),
  );
  const holders = { user: access.users, group: access.groups, role: roles };
  const inline = (['user', 'group', 'role'] as const).flatMap((kind) =>
    holders[kind].flatMap(({ name, inline: written }) =>
      written.map(({ name: policy, document: json }) => ({ kind, name, policy, json })),
    ),
  );
  return [...managed, ...inline];
}

export function trustPolicies({ roles }: Account): readonly FoundPolicy[] {
  return roles.map(({ name, trust: json }) => ({ kind: 'trust', name, policy: null, json }));
}
