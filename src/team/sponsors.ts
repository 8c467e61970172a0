import type { Member, Team } from './team.ts';

/** Whether someone who decides keeps access past a day, loses it by then, has lost it, or is suspended. */
export const STANDINGS = ['stays', 'ends', 'ended', 'suspended'] as const;

export interface Sponsor {
  readonly member: Member;
  readonly standing: (typeof STANDINGS)[number];
}

/** Who answers for a member, as of `today`, and whether still after `until`, both `YYYY-MM-DD`, UTC; null for no one. */
export function sponsorOf(
  { members }: Pick<Team, 'members'>,
  { sponsor: key }: Pick<Member, 'sponsor'>,
  today: string,
  until: string | null = null,
): Sponsor | null {
  const member = key === null ? undefined : members.find((each) => each.key === key);
  if (member === undefined) return null;
  const { until: last, suspended } = member;
  if (last !== null && last < today) return { member, standing: 'ended' };
  if (suspended) return { member, standing: 'suspended' };
  return { member, standing: last !== null && until !== null && last <= until ? 'ends' : 'stays' };
}

/** The owners who decide where no sponsor can: those who keep access after a day (`YYYY-MM-DD`), or all if none does. */
export function owningMembers({ owners, members }: Pick<Team, 'owners' | 'members'>, day: string): readonly Member[] {
  const all = owners.flatMap((key) => members.find((member) => member.key === key) ?? []);
  const staying = all.filter(({ suspended, until }) => !suspended && (until === null || until > day));
  return staying.length === 0 ? all : staying;
}

/** Whom someone asks about their access: keys of members, in the order of the file. */
export interface WhomToAsk {
  readonly as: 'sponsor' | 'owner';
  readonly members: readonly string[];
}

/** The sponsor; an owner if no sponsor can decide today, or if only an owner can end what stops the access. */
export function whomToAsk(team: Pick<Team, 'owners' | 'members' | 'freeze'>, key: string, today: string): WhomToAsk {
  const member = team.members.find((each) => each.key === key);
  const sponsor = member === undefined ? null : sponsorOf(team, member, today);
  const isStopped = member?.suspended || team.freeze.length > 0;
  return sponsor?.standing !== 'stays' || isStopped
    ? { as: 'owner', members: owningMembers(team, today).map((owner) => owner.key) }
    : { as: 'sponsor', members: [sponsor.member.key] };
}
