import * as z from 'zod';
import { OPERATION_LIST } from '../../access/capability-access.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { TEXT } from '../../diagnostics/parse-data.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { Team } from '../../team/team.ts';

/**
 * What an apply does not give: operations that a manual change took, members whose user is missing, replaced, renamed, moved
 * out of the lab's path or has a taken name, roles whose group or policy has a taken name; manual Denies that it keeps, and
 * users that it does not delete.
 */
export const WITHHELD = z.strictObject({
  kind: z.enum(['operations', 'missing', 'replaced', 'renamed', 'moved', 'name-taken', 'deny-kept', 'not-deleted']),
  of: z.enum(['member', 'role']),
  key: TEXT,
  /** In catalog order. */
  operations: OPERATION_LIST,
  /** The name, path or ARN that the account has instead; null for none. */
  found: TEXT.nullable(),
});

export type Withheld = Readonly<z.infer<typeof WITHHELD>>;

export const ROLE_PREFIX = 'role/';

/** How `apply --restore` names who has something withheld. */
export function restoreName({ of, key }: Pick<Withheld, 'of' | 'key'>): string {
  return of === 'role' ? `${ROLE_PREFIX}${key}` : key;
}

/** What an apply writes. */
export interface Ruled {
  /** The file's team with everything that is withheld or kept; users are never deleted for age but by `deletions`. */
  readonly team: Team;
  readonly withheld: readonly Withheld[];
  /** Keys of what leaves configuration and state, although the account may have the user or group. */
  readonly leftOut: { readonly members: readonly string[]; readonly roles: readonly string[] };
  /** What a manual change took from each member, also what this apply could not bring back: it is noted for the next one. */
  readonly taken: Readonly<Record<string, readonly Operation[]>>;
  /** Names of users whose unique ids the record takes after the apply: created by it, or accepted. */
  readonly newUsers: readonly string[];
  /** Members' users under the lab's path with another name, which Terraform does not manage. */
  readonly renamed: readonly LimitedUser[];
}

/** A user with no policy but `limits`. A renamed one is denied all of Mechanical Turk until it has its name again. */
export interface LimitedUser {
  readonly user: string;
  readonly limits: PolicyDocument;
}
