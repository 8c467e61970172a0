import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { accessOf } from '../../src/access/access-of.ts';
import { decide } from '../../src/access/decide.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../src/access/sources/desired.ts';
import { openHistory } from '../../src/app/history/read-history.ts';
import { CAPABILITIES, type Operation, operationsOf, RISKS } from '../../src/catalog/mturk.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import { lastMomentOf } from '../../src/history/timeline.ts';
import { whyOf } from '../../src/history/why.ts';
import { dataOf } from '../../src/page/cells.ts';
import { COLUMNS, pageFacts } from '../../src/page/facts.ts';
import { accessPage } from '../../src/page/page.ts';
import { periodOf } from '../../src/page/stretches.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { runs, testInTurn } from '../support/exhaustive.ts';
import { labOf, labWithout } from '../support/page-labs.ts';
import { randomHistory } from '../support/random-history.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { days, teams } from '../support/team-arbitrary.ts';
import { TeamHistory } from '../support/team-history.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

/** The cells of each member in the table of the page, as their marks: `yynnp…`. */
function tableOf(markup: string): Map<string, string> {
  const body = /<tbody>(.*?)<\/tbody>/s.exec(markup)?.[1] ?? '';
  const rows = [...body.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) => row);
  return new Map(
    rows.map((row) => {
      const key = /href="#([^"]+)"/.exec(row)?.[1] ?? '';
      return [key, [...row.matchAll(/<td(?: class=(\w))?>/g)].map(([, mark = 'n']) => mark).join('')];
    }),
  );
}

/** What the evaluator says of each operation, one after the other. */
function decided(team: Team, key: string, at: Date): string {
  const model = desiredAccessBeforeDeletions(team);
  const can = (operation: Operation) => decide(model, iamName(team.lab, key), operation, { at }).outcome === 'allowed';
  return COLUMNS.map((capability) => {
    const all = operationsOf(capability);
    const allowed = all.filter(can).length;
    return allowed === 0 ? 'n' : allowed === all.length ? 'y' : 'p';
  }).join('');
}

/** Of the data that the script shows, the cells of each member on a day. */
function shownOn({ people, cells }: ReturnType<typeof dataOf>, keys: readonly string[], day: string) {
  return new Map(
    people.flatMap((stretches, index): [string, string][] => {
      const stretch = stretches.findLast(([from = '']) => String(from) <= day);
      if (stretch === undefined || stretch.length === 1) return [];
      const marks = stretch.slice(2).map((place) => cells[Number(place)]?.[0] ?? '');
      return [[keys[index] ?? '', marks.join('')]];
    }),
  );
}

const unfrozen = (marks: string) => marks.replaceAll('f', 'n');

test('each cell is what the evaluator decides, today and on any later day', () => {
  fc.assert(
    fc.property(teams(), days(), (team, day) => {
      const input = labWithout(team);
      const markup = accessPage(input, AT);
      const table = tableOf(markup);
      expect(table.size).toBe(team.members.length);
      const facts = pageFacts(input);
      const keys = facts.people.map(({ key }) => key);
      const data = JSON.parse(/id="_data">(.*?)<\/script>/s.exec(markup)?.[1] ?? '') as ReturnType<typeof dataOf>;
      const later = day < TODAY ? TODAY : day;
      const shown = shownOn(data, keys, later);
      for (const { key } of team.members) {
        expect(unfrozen(table.get(key) ?? '')).toBe(decided(team, key, new Date(lastMomentOf(TODAY))));
        expect(unfrozen(shown.get(key) ?? '')).toBe(decided(team, key, new Date(lastMomentOf(later))));
      }
    }),
    { numRuns: runs(100) },
  );
});

test('a frozen cell is one that a role gives and the freeze takes', () => {
  const team: Team = { ...sampleTeam, freeze: ['hits:publish', 'pay:bonus'] };
  const markup = accessPage(labWithout(team), AT);
  const table = tableOf(markup);
  expect(markup).not.toContain('a freeze denies it');
  const all = accessPage(labWithout({ ...team, freeze: ['hits:publish', 'pay:approve', 'pay:bonus'] }), AT);
  expect(all).toContain('None of 5 members: a freeze denies it');
  const frozen = (key: string) => COLUMNS.filter((_, column) => table.get(key)?.[column] === 'f');
  expect(frozen('ada')).toEqual(['hits:publish', 'pay:bonus']);
  expect(frozen('bo')).toEqual(['hits:publish']);
  // Suspended, and a role that denies bonuses: the freeze is not the reason.
  expect(frozen('cy')).toEqual([]);
  expect(frozen('gus')).toEqual(['hits:publish']);
});

test('columns are grouped by effect, worst first', () => {
  const risks = COLUMNS.map((name) => CAPABILITIES[name].risk);
  expect([...new Set(risks)]).toEqual(RISKS);
  expect(risks).toEqual([...risks].sort((one, other) => RISKS.indexOf(one) - RISKS.indexOf(other)));
});

const SEED = Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 7), 16);

test(`each day of the past is that of the version in force at its end (seed ${SEED})`, async () => {
  const history = new TeamHistory(randomHistory(SEED, 200));
  try {
    const opened = await openHistory(history.file);
    if (!opened.ok) throw new Error(JSON.stringify(opened));
    const read = await opened.value.versions(0, opened.value.commits.length);
    if (!read.ok) throw new Error(JSON.stringify(read));
    const versions = read.value;
    const first = versions[0]?.since.slice(0, 10) ?? '';
    const last = versions.at(-1)?.since.slice(0, 10) ?? '';
    const newest = versions.findLast(({ past }) => past.team !== null)?.past.team as Team;
    const today = new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10);
    const past = succeed({ branch: 'main', versions, notes: [] });
    const facts = pageFacts({ ...labWithout(newest, { today }), past });
    const data = dataOf(facts);
    const keys = facts.people.map(({ key }) => key);
    let compared = 0;
    for (let day = first; day < today; day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)) {
      const version = versions.findLast(({ since }) => since <= lastMomentOf(day));
      const team = version?.past.team ?? null;
      expect(data.gaps.some(([from = '', to = '']) => from <= day && day < to)).toBe(team === null);
      if (team === null) continue;
      const shown = shownOn(data, keys, day);
      const at = new Date(lastMomentOf(day));
      const expected = accessOf(desiredAccessBeforeDeletions(team), { at }).map((access) => {
        const allowed = listOperations(access.allowed);
        const marks = COLUMNS.map((capability) => {
          const some = operationsOf(capability).filter((operation) => allowed.includes(operation)).length;
          return some === 0 ? 'n' : some === operationsOf(capability).length ? 'y' : 'p';
        });
        return [access.user.name, marks.join('')] as const;
      });
      expect(new Map([...shown].map(([key, marks]) => [iamName(team.lab, key), unfrozen(marks)]))).toEqual(
        new Map(expected),
      );
      compared += expected.length;
    }
    expect(compared).toBeGreaterThan(20);
  } finally {
    history.remove();
  }
});

test('cells say role, since when and until when', () => {
  const { cells } = dataOf(pageFacts(labOf(20)));
  // A last day to come, another version of the file, and a part of a capability.
  expect(cells).toEqual(
    expect.arrayContaining([
      'yby task-publisher, since 10 Jan 2026, until 11 Feb 2028',
      'yby task-publisher, since 12 Mar 2026, until 14 Jun 2026',
      'fdenied to all members by a freeze',
      'n',
    ]),
  );
});

test('since when is that of `why`, also after a freeze', () => {
  const lab = labOf(20);
  const versions = lab.past.ok ? lab.past.value.versions : [];
  const since = pageFacts(lab).people.flatMap(({ key, stretches, now }) =>
    COLUMNS.flatMap((capability, column) => {
      const why = whyOf(versions, key, operationsOf(capability), AT);
      const [role] = why?.reasons.filter((reason) => reason.kind === 'role' && reason.outcome === 'granted') ?? [];
      if (role === undefined) return [];
      const day = periodOf(stretches, now, column).since?.from;
      expect([key, capability, day]).toEqual([key, capability, role.since?.version.since.slice(0, 10)]);
      return [`${capability} ${day}`];
    }),
  );
  // All spending was frozen in June.
  expect(since).toContain('hits:publish 2026-03-12');
});

test('without a history, no cell says since when; what is not merged says so', () => {
  const { cells, first } = dataOf(pageFacts(labWithout(sampleTeam)));
  expect(first).toBe(TODAY);
  expect(cells.filter((cell) => cell.includes('since'))).toEqual([]);
  expect(cells).toContain('yby task-publisher, until 31 May 2027');
  const lab = labOf(20);
  const [ada, ...others] = lab.team.members;
  const team = { ...lab.team, members: [{ ...ada!, roles: ['full-access'] }, ...others] };
  expect(dataOf(pageFacts({ ...lab, team })).cells).toContain('yby full-access, not merged yet');
});

testInTurn(3)('150 members stay below 400 KB, also with full access and many changes, which are then cut', () => {
  expect(Buffer.byteLength(accessPage(labOf(150), AT))).toBeLessThan(400_000);
  const lab = labOf(150);
  const versions = lab.past.ok ? lab.past.value.versions : [];
  const busy = Array.from({ length: 60 }, (_, index) => {
    const since = new Date(Date.parse('2016-01-01T10:00:00Z') + index * 60 * 86_400_000).toISOString();
    const { team } = versions[index % 8]!.past;
    const members = team!.members.map((each) => ({ ...each, roles: ['full-access'], suspended: index % 7 === 3 }));
    return { ...versions[0]!, since, past: { team: { ...team!, members }, ignored: [], unreadable: null } };
  });
  const team = { ...lab.team, members: lab.team.members.map((each) => ({ ...each, roles: ['full-access'] })) };
  const input = { ...lab, team, past: succeed({ branch: 'main', versions: busy, notes: [] }) };
  expect(pageFacts(input)).toMatchObject({ isCut: true });
  const markup = accessPage(input, AT);
  expect(Buffer.byteLength(markup)).toBeLessThan(400_000);
  expect(markup).toContain('For earlier days, run <code>mturk-team history</code>.');
});
