import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ApprovalProblem } from '../../diagnostics/failure.ts';
import { beginsLater, hasExpired, type Member, type Team } from '../../team/team.ts';

/** Who approves changes by the files that were applied. It is kept beside the state, which writers of a repository cannot change. */
export const APPLIED_OWNERS = z.strictObject({
  /** By key a fingerprint of the login on GitHub: records hold no logins. */
  logins: z.record(z.string().max(126), z.string().regex(/^[0-9a-f]{64}$/)),
  selfApproval: z.boolean(),
  /** ISO 8601, UTC: when the newest change that was applied was merged, or an administrator applied a file. */
  since: z.iso.datetime(),
});

type AppliedOwners = Readonly<z.infer<typeof APPLIED_OWNERS>>;

/** The part of an approval that an apply decides by. */
export const GIVEN_APPROVAL = z.object({
  pull: z.int(),
  head: z.string(),
  by: z.array(z.string()),
  how: z.enum(['review', 'self']),
  mergedAt: z.iso.datetime(),
});

export type GivenApproval = Readonly<z.infer<typeof GIVEN_APPROVAL>>;

/** A reviewed change, and the team before it, null if there was none. */
interface Reviewed {
  readonly base: Team | null;
  readonly approval: Pick<GivenApproval, 'mergedAt'>;
}

/**
 * What to record of an apply. After a review, an owner counts who counted before, or whom the review added: an unreviewed
 * commit appoints no one. A change merged earlier than the newest that was applied, as when someone reruns an old apply,
 * decides nothing. By an administrator's own apply, all count.
 */
export function appliedOwners(
  team: Team,
  reviewed: Reviewed | null,
  last: AppliedOwners | null,
  now: Date,
): AppliedOwners {
  const named = namedOwners(team);
  if (reviewed === null) return { ...named, since: now.toISOString() };
  const { base, approval } = reviewed;
  if (last === null) return { ...named, since: approval.mergedAt };
  if (Date.parse(approval.mergedAt) < Date.parse(last.since)) return last;
  const before = base === null ? null : namedOwners(base);
  const logins = Object.entries(named.logins).filter(
    ([key, login]) => last.logins[key] === login || before?.logins[key] !== login,
  );
  const approvesAlone = last.selfApproval || before?.selfApproval !== true;
  return {
    logins: Object.fromEntries(logins),
    selfApproval: named.selfApproval && approvesAlone,
    since: approval.mergedAt,
  };
}

/** Whom an administrator's own apply makes owners, and whether it lets an only owner approve alone. */
export function appointedBy(
  team: Team,
  last: AppliedOwners | null,
): { readonly owners: readonly Member[]; readonly selfApproval: boolean } {
  const { logins, selfApproval } = namedOwners(team);
  const isNew = ({ key }: Member) => logins[key] !== undefined && logins[key] !== last?.logins[key];
  return { owners: team.members.filter(isNew), selfApproval: selfApproval && last?.selfApproval !== true };
}

function namedOwners({ owners, members, settings }: Team): Omit<AppliedOwners, 'since'> {
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
