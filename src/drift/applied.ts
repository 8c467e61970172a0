import type { AccessUser } from '../access/model.ts';
import { type Difference, differences, subjectKey } from '../access/model-difference.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import type { EntityIds, Inventory } from '../aws/types.ts';
import type { Applied } from '../review/rule/rule.ts';
import type { AppliedTeam } from '../team/applied-team.ts';
import { iamName, LIMITS_POLICY, otherLabOf } from '../team/names.ts';
import { type AccessTeam, membersWithUser } from '../team/team.ts';

/** What the file, or an apply that did not end, has changed since the last apply that ended. */
export interface PendingChanges {
  /** Whether the subject of a difference is among the changes; if not, the difference is a manual change. */
  has(difference: Difference): boolean;
}

/** Null if no apply of this account is known. `today`: `YYYY-MM-DD`, UTC. */
export function pendingChanges(applied: Applied | null, team: AccessTeam, today: string): PendingChanges | null {
  if (applied === null || applied.team.account !== team.account) return null;
  const subjects = new Set([
    ...changedSubjects(applied.team, team, today),
    ...applied.begun.flatMap((begun) => changedSubjects(applied.team, begun, begun.day)),
  ]);
  return {
    has(difference) {
      if (subjects.has(subjectKey(difference))) return true;
      // The boundary and tags of a user come and go with the user, without a difference of their own.
      if (difference.kind === 'boundary-changed' || difference.kind === 'tag-changed') {
        return subjects.has(subjectKey({ kind: 'user-added', user: difference.user }));
      }
      // Members who are suspended during an apply have other limits until it ends.
      return applied.begun.length > 0 && 'policy' in difference && difference.policy === LIMITS_POLICY;
    },
  };
}

/** `subjectKey`s of everything that `team` grants otherwise than the applied team, whatever the last days. */
function changedSubjects(applied: AppliedTeam, team: AccessTeam, today: string): readonly string[] {
  const active = new Set(membersWithUser(team, today).map(({ key }) => key));
  const activeThen = new Set(membersWithUser(applied, applied.day).map(({ key }) => key));
  // A deleted user comes back by a later last day in the file.
  const returned = new Set(
    applied.members.flatMap(({ key }) => (!activeThen.has(key) && active.has(key) ? [iamName(applied.lab, key)] : [])),
  );
  const then = desiredAccessBeforeDeletions(applied);
  const before = { ...then, users: then.users.filter(({ name }) => !returned.has(name)) };
  return differences(before, desiredAccessBeforeDeletions(team)).map(subjectKey);
}

/** The other lab whose user or group one is, by its path; null for what the last apply noted, wherever someone moved it. */
export function otherLabsIn({ ids }: Pick<Inventory, 'ids'>, noted: EntityIds | null, lab: string) {
  const known = { user: new Set(noted?.user.values()), group: new Set(noted?.group.values()) };
  return (kind: keyof EntityIds, { name, path }: Pick<AccessUser, 'name' | 'path'>): string | null =>
    known[kind].has(ids[kind].get(name) ?? '') ? null : otherLabOf(path, lab);
}

export type OtherLabs = ReturnType<typeof otherLabsIn>;
