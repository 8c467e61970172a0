import type { Member, Team } from '../../team/team.ts';

/** Somebody who can be asked. */
interface Person {
  readonly key: string;
  readonly name: string;
  /** The login, without @; null where the file has none. */
  readonly github: string | null;
}

/**
 * How far a sponsor can still answer for somebody: `stays`; `ends` (her own last day comes no later than that of the
 * member); `ended` (it has passed: she is not of the lab any more); `suspended`.
 */
interface Sponsor extends Person {
  readonly standing: 'stays' | 'ends' | 'ended' | 'suspended';
  /** Her own last day, `YYYY-MM-DD`, UTC; null where there is none. */
  readonly until: string | null;
}

export interface Renewal {
  readonly key: string;
  readonly name: string;
  /** Null where the file names none. */
  readonly sponsor: Sponsor | null;
  /** 0 on the last day itself. */
  readonly daysLeft: number;
}

/** Members whose access ends on the same day. */
export interface Cohort {
  /** `YYYY-MM-DD`, UTC: the last day of access. */
  readonly until: string;
  /** Sorted by key; never empty. */
  readonly members: readonly Renewal[];
  /**
   * Who is asked where no sponsor can answer: owners who keep their access, or all of them where none does. Empty where
   * every member of the cohort has a sponsor who stays.
   */
  readonly owners: readonly Person[];
}

/**
 * Whose last day is near enough to ask whether it is to be moved, the nearest first. Who is suspended is not among
 * them: to be asked to extend what somebody took away on purpose invites giving it back by routine; nothing is lost by
 * silence, since a suspended member has no access that could end. `today` is `YYYY-MM-DD`, UTC.
 */
export function renewalsOf(team: Team, today: string): readonly Cohort[] {
  const near = team.settings.renewBeforeDays;
  // A window of no days is the way to say that nobody wants to be asked, not that the last day itself is asked about.
  if (near === 0) return [];
  const byDay = new Map<string, Member[]>();
  for (const member of team.members) {
    const { until, suspended } = member;
    if (until === null || suspended) continue;
    const left = daysBetween(today, until);
    if (left >= 0 && left <= near) byDay.set(until, [...(byDay.get(until) ?? []), member]);
  }
  const byKey = new Map(team.members.map((member) => [member.key, member]));
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([until, members]) => {
      const renewals = members.map(({ key, name, sponsor }) => ({
        key,
        name,
        sponsor: sponsorOf(sponsor === null ? undefined : byKey.get(sponsor), until, today),
        daysLeft: daysBetween(today, until),
      }));
      const answered = renewals.every(({ sponsor }) => sponsor?.standing === 'stays');
      return { until, members: renewals, owners: answered ? [] : ownersWhoAnswer(team, byKey, until) };
    });
}

function sponsorOf(sponsor: Member | undefined, until: string, today: string): Sponsor | null {
  if (sponsor === undefined) return null;
  return { ...personOf(sponsor), standing: standingOf(sponsor, until, today), until: sponsor.until };
}

function standingOf(sponsor: Member, until: string, today: string): Sponsor['standing'] {
  if (sponsor.until !== null && sponsor.until < today) return 'ended';
  if (sponsor.suspended) return 'suspended';
  return sponsor.until !== null && sponsor.until <= until ? 'ends' : 'stays';
}

function ownersWhoAnswer(team: Team, byKey: ReadonlyMap<string, Member>, until: string): readonly Person[] {
  const owners = team.owners.flatMap((key) => byKey.get(key) ?? []);
  const staying = owners.filter((owner) => !owner.suspended && (owner.until === null || owner.until > until));
  return (staying.length === 0 ? owners : staying).map(personOf);
}

function personOf({ key, name, github }: Member): Person {
  return { key, name, github };
}

/** Whole days from one day to another (both `YYYY-MM-DD`); UTC has no day of another length. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
