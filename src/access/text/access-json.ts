import type { AccessChange, AccessDiff } from '../diff.ts';
import type { Explanation, UserWithAccess, WhoCan } from '../explain.ts';
import type { DisplayNames } from './names.ts';

/** Key and name in the team file; both null for a user who is not in it. */
interface Named {
  readonly key: string | null;
  readonly name: string | null;
}

type Versioned<Value> = { readonly version: 1 } & Value;

/** `plan --json`, its part about people. */
export function accessChangeJson(
  change: AccessDiff,
  naming: DisplayNames,
): Versioned<Omit<AccessDiff, 'people'> & { readonly people: readonly (AccessChange & Named)[] }> {
  return {
    version: 1,
    ...change,
    people: change.people.map((person) => ({ ...named(person.user, naming), ...person })),
  };
}

/** `explain --json` */
export function explanationJson(explanation: Explanation, naming: DisplayNames): Versioned<Explanation & Named> {
  return { version: 1, ...named(explanation.user, naming), ...explanation };
}

/** `who-can --json` */
export function whoCanJson(
  answer: WhoCan,
  naming: DisplayNames,
): Versioned<Omit<WhoCan, 'users'> & { readonly users: readonly (UserWithAccess & Named)[] }> {
  return { version: 1, ...answer, users: answer.users.map((user) => ({ ...named(user.user, naming), ...user })) };
}

function named(user: string, { people }: DisplayNames): Named {
  const person = people.get(user);
  return { key: person?.key ?? null, name: person?.name ?? null };
}
