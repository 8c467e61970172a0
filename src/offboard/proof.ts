import type { Inventory } from '../aws/types.ts';
import type { Failure, Result } from '../diagnostics/failure.ts';
import { type Carrier, carriersOf, type SavedFacts } from './facts.ts';
import {
  type FoundPolicy,
  identityPolicies,
  type NamedUser,
  type Place,
  placesNaming,
  trustPolicies,
} from './traces.ts';

/** What must hold before a departure is over, in the order of the report. */
export const CLAIMS = ['departed', 'user', 'unique-id', 'keys', 'policies', 'trusts', 'buckets', 'carriers'] as const;

export type ClaimId = (typeof CLAIMS)[number];

/** What still contradicts a claim. */
export type Remnant =
  | { readonly kind: 'team'; readonly name: 'team.yaml' | 'applied' | 'begun' }
  | { readonly kind: 'iam-user'; readonly name: string }
  | { readonly kind: 'key'; readonly name: string; readonly user: string }
  | { readonly kind: 'carrier'; readonly name: string; readonly holder: Carrier['kind']; readonly policy: string }
  | Place;

/** Why a claim could not be checked: without the saved facts, by a failure of AWS, or because a policy cannot be read. */
export type Unchecked =
  | { readonly because: 'no-facts' | 'no-unique-id' }
  | { readonly because: 'failure'; readonly failure: Failure }
  | { readonly because: 'unreadable'; readonly place: Place };

export interface Claim {
  readonly id: ClaimId;
  /** `disproved` if anything is found, `unknown` if not all was checked. */
  readonly state: 'proven' | 'disproved' | 'unknown';
  /** ISO 8601, UTC: when AWS was asked. */
  readonly at: string;
  readonly found: readonly Remnant[];
  readonly notChecked: readonly Unchecked[];
}

/** An answer, and when it was asked for. */
export interface Asked<Value> {
  readonly at: string;
  readonly result: Result<Value>;
}

/** What an account and the records say after the apply. */
export interface Evidence {
  /** Where the member still is. */
  readonly teams: Asked<readonly Extract<Remnant, { kind: 'team' }>['name'][]>;
  /** Whether there is a user of the member's name. */
  readonly user: Asked<boolean>;
  readonly details: Asked<Pick<Inventory, 'access' | 'policies' | 'roles' | 'ids'>>;
  /** Of each saved key: the user who has it; null if there is no such key. */
  readonly keys: readonly (Asked<string | null> & { readonly id: string })[];
  readonly buckets: Asked<readonly { readonly bucket: string; readonly policy: Result<unknown> }[]>;
}

type Checked = Pick<Claim, 'at' | 'found' | 'notChecked'>;

const NO_FACTS: Unchecked = { because: 'no-facts' };

/** Whether each claim holds. `facts` are those saved before the user was deleted; null if there are none. */
export function proofOf(evidence: Evidence, user: NamedUser, facts: SavedFacts | null): readonly Claim[] {
  const { teams, details, buckets } = evidence;
  const withoutId = user.id === null ? [{ because: 'no-unique-id' } as const] : [];
  const named = (policies: readonly FoundPolicy[]) => {
    const { named: found, unreadable } = placesNaming(policies, user);
    return {
      found,
      notChecked: [...unreadable.map((place) => ({ because: 'unreadable', place }) as const), ...withoutId],
    };
  };
  const checked: Readonly<Record<ClaimId, Checked>> = {
    departed: of(teams, (names) => ({ found: names.map((name) => ({ kind: 'team', name }) as const) })),
    user: of(evidence.user, (exists) => ({ found: exists ? [{ kind: 'iam-user', name: user.name }] : [] })),
    'unique-id': of(details, ({ ids }) => ({
      found: [...ids.user].flatMap(([name, id]) => (id === user.id ? [{ kind: 'iam-user', name } as const] : [])),
      notChecked: facts === null ? [NO_FACTS] : [],
    })),
    keys: keysChecked(evidence, facts),
    policies: of(details, (account) => named(identityPolicies(account))),
    trusts: of(details, (account) => named(trustPolicies(account))),
    buckets: of(buckets, (all) => {
      const policies = all.flatMap(({ bucket, policy }): readonly FoundPolicy[] =>
        policy.ok && policy.value !== null ? [{ kind: 'bucket', name: bucket, policy: null, json: policy.value }] : [],
      );
      const { found, notChecked } = named(policies);
      return {
        found,
        notChecked: [...all.flatMap(({ policy }) => (policy.ok ? [] : failed(policy.failure))), ...notChecked],
      };
    }),
    carriers: of(details, (account) => ({
      found: facts === null ? [] : newCarriers(facts, account),
      notChecked: facts === null ? [NO_FACTS] : [],
    })),
  };
  return CLAIMS.map((id) => ({ id, state: stateOf(checked[id]), ...checked[id] }));
}

/** Whether everything is proven. */
export function isProven(claims: readonly Claim[]): boolean {
  return claims.every(({ state }) => state === 'proven');
}

function of<Value>({ at, result }: Asked<Value>, check: (value: Value) => Partial<Checked>): Checked {
  const nothing = { at, found: [], notChecked: [] };
  return result.ok ? { ...nothing, ...check(result.value) } : { ...nothing, notChecked: failed(result.failure) };
}

function failed(failure: Failure): readonly Unchecked[] {
  return [{ because: 'failure', failure }];
}

function stateOf({ found, notChecked }: Checked): Claim['state'] {
  if (found.length > 0) return 'disproved';
  return notChecked.length > 0 ? 'unknown' : 'proven';
}

/** Keys belong to users: one of a user who is not in the account is none. */
function keysChecked({ keys, details }: Evidence, facts: SavedFacts | null): Checked {
  if (facts === null) return { at: details.at, found: [], notChecked: [NO_FACTS] };
  const users = details.result.ok ? new Set(details.result.value.access.users.map(({ name }) => name)) : null;
  const each = keys.map(({ id, ...asked }) =>
    of(asked, (user) => ({
      found: user === null || users?.has(user) === false ? [] : [{ kind: 'key', name: id, user } as const],
    })),
  );
  return {
    at: each.at(-1)?.at ?? details.at,
    found: each.flatMap(({ found }) => found),
    notChecked: each.flatMap(({ notChecked }) => notChecked),
  };
}

function newCarriers({ policies }: SavedFacts, account: Pick<Inventory, 'access' | 'roles'>): readonly Remnant[] {
  return policies.flatMap((policy) =>
    carriersOf(policy, account)
      .filter(({ kind, name }) => !policy.carriers.some((was) => was.kind === kind && was.name === name))
      .map(({ kind, name }) => ({ kind: 'carrier', name, holder: kind, policy: policy.policy }) as const),
  );
}
