import { CAPABILITIES_BY_RISK } from '../access/capability-access.ts';
import { isEmpty } from '../access/operation-set.ts';
import type { DisplayNames } from '../access/text/names.ts';
import type { Result } from '../diagnostics/failure.ts';
import type { DriftReport } from '../drift/report/report.ts';
import type { MergedVersions } from '../history/timeline.ts';
import { iamName } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { historyOf, type PersonHistory, type Stretch } from './stretches.ts';

export interface PageInput {
  readonly team: Team;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The merged versions of the team file, or why they cannot be read. */
  readonly past: Result<MergedVersions>;
  readonly report: DriftReport | null;
  /** Whether everyone may read it: names, keys and whatever else people wrote are left out. */
  readonly isPublic: boolean;
}

/** Someone on the page, under the name that it shows. */
export interface PagePerson extends PersonHistory {
  /** As the page names them: of a public page another key and name. */
  readonly shown: { readonly key: string; readonly name: string };
  /** The place of the stretch of today; -1 if there is none. */
  readonly now: number;
  readonly isMember: boolean;
  /** Whether the file of today knows them: who left has a card, too. */
  readonly hasCard: boolean;
}

export interface PageFacts extends PageInput {
  readonly naming: DisplayNames;
  /** The first day that the page knows: today without a history. */
  readonly first: string;
  /** Whether the page begins later than the history, because that is long. */
  readonly isCut: boolean;
  /** Members first, by name; then former ones. */
  readonly people: readonly PagePerson[];
  readonly gaps: ReturnType<typeof historyOf>['gaps'];
  /** Days on which the access of a member ends or begins, soonest first. */
  readonly upcoming: readonly { readonly day: string; readonly kind: 'begins' | 'ends'; readonly person: PagePerson }[];
}

/** Everything of the newest stretches: `most` of them up to today, so that the page stays small enough to send and to open. */
export function pageFacts(input: PageInput, most = 600): PageFacts {
  const { team, today, past } = input;
  const versions = past.ok ? past.value.versions : [];
  const { people, gaps } = historyOf(versions, team, today);
  const begin = versions.find((version) => version.past.team !== null)?.since.slice(0, 10) ?? today;
  const first = firstDay(people, begin, today, most);
  const members = new Set(team.members.map(({ key }) => key));
  const known = new Set([...team.members, ...team.departed].map(({ key }) => key));
  const isShown = ({ standing }: Stretch, place: number, all: readonly Stretch[]) =>
    standing !== 'absent' && (all[place + 1]?.from ?? NEVER) > first;
  const ordered = people
    .filter(({ key, stretches }) => known.has(key) || stretches.some(isShown))
    .map((person) => ({
      ...{ ...person, now: person.stretches.findLastIndex(({ from }) => from <= today) },
      ...{ isMember: members.has(person.key), hasCard: known.has(person.key) },
    }))
    .sort((one, other) => Number(other.isMember) - Number(one.isMember) || NAMES.compare(one.name, other.name));
  const shown = input.isPublic ? anonymous(ordered) : ordered.map((person) => ({ ...person, shown: person }));
  return {
    ...input,
    first,
    isCut: first > begin,
    people: shown,
    gaps: gaps.filter(({ to }) => to > first),
    naming: {
      lab: team.lab,
      people: new Map(shown.map((person) => [iamName(team.lab, person.key), person.shown])),
      isPublic: input.isPublic,
    },
    upcoming: shown.flatMap((person) => upcomingOf(person, today)).sort((a, b) => (a.day < b.day ? -1 : 1)),
  };
}

/** Sorts after every day. */
const NEVER = '~';
const NAMES = new Intl.Collator('en', { numeric: true });

function firstDay(people: readonly PersonHistory[], begin: string, today: string, most: number): string {
  const days = people.flatMap(({ stretches }) => stretches.map(({ from }) => from)).filter((day) => day <= today);
  return days.length <= most ? begin : (days.sort().at(-most) ?? begin);
}

/** Numbered in an order that says no more than the page does: by what it shows of each. */
function anonymous<Person extends PersonHistory & { readonly isMember: boolean }>(people: readonly Person[]) {
  const content = ({ isMember, stretches }: Person) =>
    JSON.stringify([!isMember, stretches], (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const sorted = people.map((person) => ({ person, text: content(person) })).sort((a, b) => (a.text < b.text ? -1 : 1));
  return sorted.map(({ person }, index) => ({
    ...person,
    shown: { key: `member-${index + 1}`, name: `Member ${index + 1}` },
  }));
}

function upcomingOf(person: PagePerson, today: string): PageFacts['upcoming'] {
  if (!person.isMember) return [];
  return person.stretches.flatMap((stretch, place) => {
    const before = person.stretches[place - 1];
    if (stretch.from <= today || before === undefined) return [];
    const [had, has] = [before, stretch].map(({ cells }) => cells.some(({ operations }) => !isEmpty(operations)));
    if (had === has) return [];
    return [has ? { day: stretch.from, kind: 'begins', person } : { day: before.until ?? '', kind: 'ends', person }];
  });
}

/** The place of each capability in the cells of a stretch. */
export const COLUMNS = CAPABILITIES_BY_RISK;
