import type { BucketPolicy } from '../aws/bucket-policies.ts';
import type { Inventory } from '../aws/types.ts';
import type { Failure, Result } from '../diagnostics/failure.ts';
import { carriersOf, type SavedFacts } from './facts.ts';
import { type FoundPolicy, identityPolicies, type NamedUser, namesUser, type Thing, thingsOf } from './traces.ts';

/** What must hold before a departure is over, in the order of the report. */
export const CLAIMS = ['departed', 'user', 'unique-id', 'keys', 'policies', 'trusts', 'buckets', 'carriers'] as const;

export type ClaimId = (typeof CLAIMS)[number];

/** What still contradicts a claim: something in the account, or a team that has the member. */
export type Remnant = Thing | { readonly kind: 'team'; readonly name: 'team.yaml' | 'applied' | 'begun' };

/** Why a claim could not be checked: without the saved facts, by a failure of AWS, or because a policy cannot be read. */
export type Unchecked =
  | { readonly because: 'no-facts' | 'no-unique-id' }
  | { readonly because: 'failure'; readonly failure: Failure }
  | { readonly because: 'unreadable'; readonly thing: Thing };

export interface Claim {
  readonly id: ClaimId;
  /** `disproved` if anything is found, `unknown` if not all was checked. */
  readonly state: 'proven' | 'disproved' | 'unknown';
  readonly found: readonly Remnant[];
  readonly notChecked: readonly Unchecked[];
}

/** What an account and the records say after the apply. */
export interface Evidence {
  /** Where the member still is. */
  readonly teams: Result<readonly Extract<Remnant, { kind: 'team' }>['name'][]>;
  readonly details: Result<Pick<Inventory, 'access' | 'policies' | 'roles' | 'ids'>>;
  /** Names of the account's users by id of their access keys; empty without saved facts. */
  readonly keys: Result<ReadonlyMap<string, string>>;
  readonly buckets: Result<readonly BucketPolicy[]>;
}

type Checked = Pick<Claim, 'found' | 'notChecked'>;

/** Whether each claim holds. `facts` are those saved before the user was deleted; null if there are none. */
export function proofOf(
  { teams, details, keys, buckets }: Evidence,
  user: NamedUser,
  facts: SavedFacts | null,
): readonly Claim[] {
  const withoutFacts = facts === null ? [{ because: 'no-facts' } as const] : [];
  const withoutId = user.id === null ? [{ because: 'no-unique-id' } as const] : [];
  const named = (policies: readonly FoundPolicy[]) => {
    const unreadable = thingsOf(policies.filter(({ json }) => json === null));
    return {
      found: thingsOf(policies.filter(({ json }) => namesUser(json, user))),
      notChecked: [...unreadable.map((thing) => ({ because: 'unreadable', thing }) as const), ...withoutId],
    };
  };
  const checked: Readonly<Record<ClaimId, Checked>> = {
    departed: of(teams, (names) => ({ found: names.map((name) => ({ kind: 'team', name }) as const) })),
    user: of(details, ({ access: { users } }) => ({
      // IAM's names are unique ignoring case.
      found: users.flatMap(({ name }) => (name.toLowerCase() === user.name.toLowerCase() ? [thing('user', name)] : [])),
    })),
    'unique-id': of(details, ({ ids }) => ({
      found: [...ids.user].flatMap(([name, id]) => (id === user.id ? [thing('user', name)] : [])),
      notChecked: withoutFacts,
    })),
    keys: of(keys, (users) => ({
      found: (facts?.keys ?? []).flatMap(({ id }) => {
        const name = users.get(id);
        return name === undefined ? [] : [thing('key', id, { kind: 'user', name })];
      }),
      notChecked: withoutFacts,
    })),
    policies: of(details, (account) => named(identityPolicies(account))),
    trusts: of(details, ({ roles }) => named(roles.map(({ name, trust: json }) => ({ ...thing('role', name), json })))),
    buckets: of(buckets, (all) => {
      const read = all.flatMap(({ bucket, policy }) =>
        policy.ok ? [{ ...thing('bucket', bucket), json: policy.value }] : [],
      );
      const { found, notChecked } = named(read);
      const failures = all.flatMap(({ policy }) => (policy.ok ? [] : [failed(policy.failure)]));
      return { found, notChecked: [...failures, ...notChecked] };
    }),
    carriers: of(details, (account) => ({
      found: (facts?.policies ?? []).flatMap((policy) =>
        carriersOf(policy, account)
          .filter(({ kind, name }) => !policy.carriers.some((was) => was.kind === kind && was.name === name))
          .map((carrier) => thing('policy', policy.policy, carrier)),
      ),
      notChecked: withoutFacts,
    })),
  };
  return CLAIMS.map((id) => ({ id, state: stateOf(checked[id]), ...checked[id] }));
}

export interface Departure {
  readonly member: string;
  /** ISO 8601, UTC: when AWS was asked. */
  readonly at: string;
  readonly claims: readonly Claim[];
  /** Null if nothing was saved. */
  readonly facts: SavedFacts | null;
}

/** Whether everything is proven. */
export function isProven(claims: readonly Claim[]): boolean {
  return claims.every(({ state }) => state === 'proven');
}

function thing(kind: Thing['kind'], name: string, holder: Thing['of'] = null): Thing {
  return { kind, name, of: holder };
}

function of<Value>(read: Result<Value>, check: (value: Value) => Partial<Checked>): Checked {
  const nothing = { found: [], notChecked: [] };
  return { ...nothing, ...(read.ok ? check(read.value) : { notChecked: [failed(read.failure)] }) };
}

function failed(failure: Failure): Unchecked {
  return { because: 'failure', failure };
}

function stateOf({ found, notChecked }: Checked): Claim['state'] {
  if (found.length > 0) return 'disproved';
  return notChecked.length > 0 ? 'unknown' : 'proven';
}
