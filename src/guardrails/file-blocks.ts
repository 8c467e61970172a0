import { type Block, block } from '../diagnostics/block.ts';
import { iamName } from '../team/names.ts';
import { activeMembers, hasExpired, type Team } from '../team/team.ts';

/**
 * Reasons why a change of the team file will not be applied that the two files alone can tell. The plan is asked again,
 * and knows more: the blocks of a plan are `blocksOf`. `today` is `YYYY-MM-DD`, UTC.
 */
export function fileBlocks(before: Team | null, after: Team, today: string): readonly Block[] {
  const owned = somebodyOwns(after, today);
  if (before === null) return owned;
  // A renamed lab takes everybody's access away: one reason is told, not one for each person.
  if (before.lab !== after.lab) return [block('lab-changed', { from: before.lab, to: after.lab }), ...owned];
  const staying = new Set(activeMembers(after, today).map(({ key }) => key));
  const leavers = activeMembers(before, today).filter(({ key }) => !staying.has(key));
  const gone = new Set(after.departed.map(({ key }) => key));
  const ended = new Set(after.members.filter((member) => hasExpired(member, today)).map(({ key }) => key));
  const limit = after.settings.maxRemovals;
  return [
    ...leavers
      .filter(({ key }) => !gone.has(key) && !ended.has(key))
      .map(({ key }) => block('member-not-departed', { member: key, user: iamName(after.lab, key), today })),
    ...(leavers.length > limit
      ? [block('too-many-removals', { count: leavers.length, limit, members: leavers.map(({ key }) => key) })]
      : []),
    ...owned,
  ];
}

/** Somebody who may approve must be left; `deleted` are keys of members whose users a plan deletes. */
export function somebodyOwns(team: Team, today: string, deleted: ReadonlySet<string> = new Set()): readonly Block[] {
  const left = owningWithAccess(team, today).filter((key) => !deleted.has(key));
  return left.length > 0 ? [] : [block('no-owner-left', { owners: team.owners })];
}

/** Keys of owners who still have access on that day. A freeze does not count: it is the brake for everybody. */
export function owningWithAccess(team: Team, today: string): readonly string[] {
  const owners = new Set(team.owners);
  return team.members
    .filter((member) => owners.has(member.key) && !member.suspended && !hasExpired(member, today))
    .map(({ key }) => key);
}
