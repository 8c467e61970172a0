import { owningMembers, type Sponsor, sponsorOf } from '../../team/sponsors.ts';
import type { Member, Team } from '../../team/team.ts';
import { DAY_MS } from '../../text/dates.ts';
import type { ExpiringAccess } from './report.ts';

/** Members whose last day is near and who are not suspended, by day, the nearest first. `today`: `YYYY-MM-DD`, UTC. */
export function expiringAccess(team: Team, today: string): readonly ExpiringAccess[] {
  const near = team.settings.renewBeforeDays;
  // 0 days switches the question off.
  if (near === 0) return [];
  const byDay = new Map<string, Member[]>();
  for (const member of team.members) {
    const { until, suspended } = member;
    if (until === null || suspended) continue;
    const left = Math.round((Date.parse(until) - Date.parse(today)) / DAY_MS);
    if (left >= 0 && left <= near) byDay.set(until, [...(byDay.get(until) ?? []), member]);
  }
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([until, all]) => {
      const members = all.map((member) => {
        const sponsor = sponsorOf(team, member, today, until);
        const { key, name } = member;
        return { key, name, sponsor: sponsor && reportedSponsor(sponsor) };
      });
      const isAnswered = members.every(({ sponsor }) => sponsor?.standing === 'stays');
      return { until, members, owners: isAnswered ? [] : owningMembers(team, until).map(personOf) };
    });
}

function reportedSponsor({ member, standing }: Sponsor) {
  return { ...personOf(member), standing, until: member.until };
}

export function personOf({ key, name, github }: Member) {
  return { key, name, github };
}
