import { succeed } from '../../src/diagnostics/failure.ts';
import type { Version } from '../../src/history/timeline.ts';
import type { PageInput } from '../../src/page/facts.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { member, sampleTeam } from './sample-team.ts';

const FIRST = ['Ada', 'Bo', 'Cy', 'Dee', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jo', 'Kim', 'Lea', 'Max', 'Nia', 'Oz'];
const LAST = ['Byron', 'Chen', 'Moreau', 'Lindqvist', "O'Neill", 'Okafor', 'Nguyen', 'Silva', 'Kowalski'];
const ROLES = [
  'results-reader',
  'task-publisher',
  'results-reader',
  'paymaster',
  'everything-but-bonus',
  'full-access',
];

/** A lab of so many members, most with a last day, which joined and changed in eight steps. */
export function labOf(members: number): PageInput {
  const teams = Array.from({ length: 8 }, (_, step) => teamAt(members, step));
  const versions = teams.map((team, step): Version => {
    const since = `2026-0${step + 1}-1${step}T10:00:00.000Z`;
    return { commit: commitOf(since), past: { team, ignored: [], unreadable: null }, since };
  });
  return {
    team: teams.at(-1) as Team,
    today: '2026-11-25',
    past: succeed({ branch: 'main', versions, notes: [] }),
    report: null,
    isPublic: false,
  };
}

/** The same file at hand, without a history. */
export function labWithout(team: Team, given: Partial<PageInput> = {}): PageInput {
  const failure = {
    code: 'history-unavailable',
    args: { file: 'team.yaml', because: 'no-clone', reason: '' },
  } as const;
  return { team, today: '2026-11-25', past: { ok: false, failure }, report: null, isPublic: false, ...given };
}

function teamAt(members: number, step: number): Team {
  const joined = Math.max(1, Math.floor((members * (step + 1)) / 8));
  const ones = Array.from({ length: joined }, (_, index) => memberAt(index, step));
  const staying = ones.filter((_, index) => index % 23 !== 22 || step < 6);
  return { ...sampleTeam, members: staying, freeze: step === 5 ? ['hits:publish', 'pay:approve', 'pay:bonus'] : [] };
}

function memberAt(index: number, step: number): Member {
  const key = index === 0 ? 'ada' : `m${index}`;
  const role = ROLES[(index * 7 + (index % 11 === step ? 1 : 0)) % ROLES.length] as string;
  const day = `${2027 + (index % 2)}-0${1 + (index % 9)}-${10 + (index % 18)}`;
  return member({
    key,
    name: `${FIRST[index % FIRST.length]} ${LAST[index % LAST.length]}`,
    roles: [role],
    until: index % 3 === 0 ? null : day,
    sponsor: index === 0 ? null : 'ada',
    suspended: index % 17 === 5,
  });
}

function commitOf(date: string): Version['commit'] {
  const id = date.replace(/\D/g, '').padEnd(40, '0');
  return {
    id,
    parents: [],
    date,
    author: 'Ada',
    subject: 'Change',
    pull: null,
    path: 'team.yaml',
    blob: id,
    isFirst: false,
  };
}
