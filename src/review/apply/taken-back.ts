import { diffAccess } from '../../access/diff.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { TakenBack } from '../../diagnostics/failure.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { isExtended } from '../changes/people.ts';

/**
 * Who would have more by this file than by the newest one of the default branch: an operation, or access for longer. Then an
 * apply of this file would grant what has been taken back since, and only then it is superseded: of two changes merged
 * within a minute the first grants nothing that the second does not. What an older file would revoke, no review of it shows.
 */
export function takenBack(
  { team, newest }: { readonly team: Team; readonly newest: Team },
  { today, at }: { readonly today: string; readonly at: Date },
): readonly TakenBack[] {
  const named = new Map(team.members.map((member) => [iamName(team.lab, member.key), member]));
  const { people } = diffAccess(desiredAccess(newest, today), desiredAccess(team, today), at);
  return people.flatMap((change) => {
    const { user, operations, allowed } = change;
    const longer = change.kind === 'changed' && allowed.after > 0 && isExtended(change);
    if (operations.gained.length === 0 && !longer) return [];
    const { key = null, name = null } = named.get(user) ?? {};
    return [{ user, key, name, gains: operations.gained, longer }];
  });
}
