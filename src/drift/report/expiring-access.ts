import type { Member, Team } from '../../team/team.ts';
import { DAY_MS } from '../../text/dates.ts';
import type { ExpiringAccess } from './report.ts';

export type Person = ExpiringAccess['owners'][number];
export type Sponsor = NonNullable<ExpiringAccess['members'][number]['sponsor']>;

/**
 * Members whose last day is near, grouped by day, the nearest first. Suspended members are left out: nothing of theirs
 * ends. `today` is `YYYY-MM-DD`, UTC.
 */
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
  const byKey = new Map(team.members.map((member) => [member.key, member]));
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([until, all]) => {
      const members = all.map(({ key, name, sponsor }) => {
        const found = sponsor === null ? undefined : byKey.get(sponsor);
        return { key, name, sponsor: found === undefined ? null : sponsorOf(found, until, today) };
      });
      const isAnswered = members.every(({ sponsor }) => sponsor?.standing === 'stays');
      return { until, members, owners: isAnswered ? [] : ownersToAsk(team, byKey, until) };
    });
}

function sponsorOf(sponsor: Member, until: string, today: string): Sponsor {
  const is = (standing: Sponsor['standing']) => ({ ...personOf(sponsor), standing, until: sponsor.until });
  if (sponsor.until !== null && sponsor.until < today) return is('ended');
  if (sponsor.suspended) return is('suspended');
  return is(sponsor.until !== null && sponsor.until <= until ? 'ends' : 'stays');
}

/** Owners who keep access, or all of them if none does. */
function ownersToAsk(team: Team, byKey: ReadonlyMap<string, Member>, until: string): Person[] {
  const owners = team.owners.flatMap((key) => byKey.get(key) ?? []);
  const staying = owners.filter((owner) => !owner.suspended && (owner.until === null || owner.until > until));
  return (staying.length === 0 ? owners : staying).map(personOf);
}

export function personOf({ key, name, github }: Member): Person {
  return { key, name, github };
}
