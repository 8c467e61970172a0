import { stableJson } from '../../iam/canonical.ts';
import { type Approvers, ownersOf } from '../../review/approval/owners.ts';
import type { LastApplied } from '../../review/approval/walk.ts';
import { appliedTeam } from '../../team/applied-team.ts';
import { readTeam } from '../../team/parse/read-team.ts';
import type { Team } from '../../team/team.ts';
import type { ApplyRecord } from './records.ts';

/** Who approves, and where the walk ends. Before the first apply ended, the file itself says who approves. */
export function lastApplied(
  record: ApplyRecord | null,
  file: Team,
): { readonly approvers: Approvers; readonly last: LastApplied | null } {
  if (record === null || record.team === null)
    return { approvers: { team: file, owners: ownersOf(file, []) }, last: null };
  const { team, owners, commit } = record;
  const isTeamOf = (text: string) => {
    const { team: then } = readTeam(text, { file: 'team.yaml', today: team.day });
    if (then === null) return false;
    const its = [appliedTeam(then, team.day), ownersOf(then, owners)];
    return stableJson(its) === stableJson([team, owners]);
  };
  return { approvers: { team, owners }, last: { commit, isTeamOf } };
}
