import * as z from 'zod';
import type { Member, Team } from '../../team/team.ts';

/** The owners of the applied team: who approves the next change. It is kept beside the state, which writers of a repository cannot change. */
export const APPLIED_OWNERS = z
  .array(
    z.strictObject({
      key: z.string().max(126),
      /** On GitHub, in lower case. */
      login: z.string().max(100),
      /** GitHub's numeric id, which a login that changes hands does not keep; null if it is not known. */
      id: z.int().positive().nullable(),
    }),
  )
  .max(1_000);

export type AppliedOwners = z.infer<typeof APPLIED_OWNERS>;

/** What to record of a team's owners: `ids` by login in lower case, else what the record had for the same login. */
export function appliedOwners(
  { owners, members }: Pick<Team, 'owners' | 'members'>,
  ids: ReadonlyMap<string, number>,
  last: AppliedOwners,
): AppliedOwners {
  return members.flatMap(({ key, github }) => {
    if (!owners.includes(key) || github === null) return [];
    const login = github.toLowerCase();
    const known = last.find((each) => each.key === key && each.login === login)?.id ?? null;
    return [{ key, login, id: ids.get(login) ?? known }];
  });
}

/** Whom an apply makes owners who were none by the one before. */
export function appointedBy(team: Pick<Team, 'owners' | 'members'>, last: AppliedOwners): readonly Member[] {
  const known = new Set(last.map(({ key, login }) => `${key} ${login}`));
  const now = appliedOwners(team, new Map(), []).filter(({ key, login }) => !known.has(`${key} ${login}`));
  return team.members.filter(({ key }) => now.some((each) => each.key === key));
}
