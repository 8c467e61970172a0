import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ApprovalProblem } from '../../diagnostics/failure.ts';
import { beginsLater, hasExpired, type Member, type Team } from '../../team/team.ts';

/** Who approves changes by the files that were applied. It is kept beside the state, which writers of a repository cannot change. */
export const APPLIED_OWNERS = z.strictObject({
  /** By key a fingerprint of the login on GitHub: records hold no logins. */
  logins: z.record(z.string().max(126), z.string().regex(/^[0-9a-f]{64}$/)),
  selfApproval: z.boolean(),
});

type AppliedOwners = Readonly<z.infer<typeof APPLIED_OWNERS>>;

/** The part of an approval that an apply decides by. */
export const GIVEN_APPROVAL = z.object({
  pull: z.int(),
  head: z.string(),
  by: z.array(z.string()),
  how: z.enum(['review', 'self']),
});

export type GivenApproval = Readonly<z.infer<typeof GIVEN_APPROVAL>>;

/** The team before a reviewed change, null if there was none, and the team of the default branch now. */
interface Reviewed {
  readonly base: Team | null;
  readonly newest: Team;
}

/**
 * What to record of an apply. After a review, an owner counts who counted before, or whom the review added and the default
 * branch still has: neither an unreviewed commit nor an old apply appoints one. By an administrator's own apply, all count.
 */
export function appliedOwners(team: Team, reviewed: Reviewed | null, last: AppliedOwners | null): AppliedOwners {
  const named = namedOwners(team);
  if (reviewed === null || last === null) return named;
  const before = reviewed.base === null ? null : namedOwners(reviewed.base);
  const newest = namedOwners(reviewed.newest);
  const counts = ([key, login]: readonly [string, string]) =>
    last.logins[key] === login || (before?.logins[key] !== login && newest.logins[key] === login);
  const approvesAlone = last.selfApproval || (before?.selfApproval !== true && newest.selfApproval);
  return {
    logins: Object.fromEntries(Object.entries(named.logins).filter(counts)),
    selfApproval: named.selfApproval && approvesAlone,
  };
}

function namedOwners({ owners, members, settings }: Team): AppliedOwners {
  const logins = members.flatMap(({ key, github }) =>
    owners.includes(key) && github !== null ? [[key, fingerprint(github)] as const] : [],
  );
  return { logins: Object.fromEntries(logins), selfApproval: settings.selfApproval && owners.length === 1 };
}

/** GitHub's logins ignore case. */
function fingerprint(login: string): string {
  return createHash('sha256').update(login.toLowerCase()).digest('hex');
}

/**
 * Why an approval does not count by what was applied; empty if one of those who gave it counts. Before the first apply, the
 * file on the default branch alone decides. `today`: `YYYY-MM-DD`, UTC.
 */
export function unappliedApproval(
  { by, how }: GivenApproval,
  applied: {
    readonly owners: AppliedOwners | null;
    readonly team: { readonly members: readonly Pick<Member, 'key' | 'from' | 'until' | 'suspended'>[] } | null;
  } | null,
  today: string,
): readonly ApprovalProblem[] {
  const { owners = null, team = null } = applied ?? {};
  if (owners === null || team === null) return [];
  const present = team.members.filter(
    (member) => !member.suspended && !hasExpired(member, today) && !beginsLater(member, today),
  );
  const logins = new Set(present.map(({ key }) => owners.logins[key]));
  if (!by.some((login) => logins.has(fingerprint(login)))) return by.map((each) => ({ kind: 'not-applied', by: each }));
  const [only = ''] = by;
  return how === 'self' && !owners.selfApproval ? [{ kind: 'only-owner', by: only, because: 'setting' }] : [];
}
