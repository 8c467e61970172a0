import { expiringAccessIssue } from '../../../src/drift/report/expiring-issue.ts';
import { expiringAccess } from '../../../src/drift/report/reminders.ts';
import { hasExpired, type Member, type Team } from '../../../src/team/team.ts';
import { printMarkdown } from '../../../src/text/github.ts';
import { expectGolden } from '../../support/golden.ts';
import { team as sample } from '../../support/sample-scans.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';

function teamOf(members: readonly (Pick<Member, 'key'> & Partial<Member>)[], days = 30): Team {
  return {
    ...sampleTeam,
    members: [{ key: 'ada', github: 'adaoneill' }, ...members].map(member),
    settings: { ...sampleTeam.settings, renewBeforeDays: days },
  };
}

function groups(team: Team, today = TODAY) {
  return expiringAccess(team, today).map(
    ({ until, members }) => `${until}: ${members.map(({ key }) => key).join(' ')}`,
  );
}

test.each([
  ['no last day', null, 30, false],
  ['yesterday', '2026-11-24', 30, false],
  ['today, which is still a day of access', '2026-11-25', 30, true],
  ['the last day of the window', '2026-12-25', 30, true],
  ['a day after the window', '2026-12-26', 30, false],
  ['a window of 0 days, on the day itself', '2026-11-25', 0, false],
  ['over a leap day', '2028-03-01', 462, true],
  ['over a change of clocks', '2027-04-15', 140, false],
])('%s', (_what, until, days, isAsked) => {
  expect(groups(teamOf([{ key: 'eve', until }], days))).toEqual(isAsked ? [`${until}: eve`] : []);
});

test('one group per last day, the nearest first; suspended members are left out', () => {
  const members = [
    { key: 'bo', until: '2026-12-01' },
    { key: 'cy', until: '2026-12-20' },
    { key: 'dan', until: '2027-06-01' },
    { key: 'fay', until: '2026-12-01', suspended: true },
    { key: 'zoe', until: '2026-12-20' },
  ];
  expect(groups(teamOf(members))).toEqual(['2026-12-01: bo', '2026-12-20: cy zoe']);
});

test('a member is asked about exactly while access lasts', () => {
  const team = teamOf([{ key: 'eve', until: '2026-12-01' }]);
  const active = (today: string) => team.members.some((each) => each.key === 'eve' && !hasExpired(each, today));
  expect([groups(team, '2026-12-01'), active('2026-12-01')]).toEqual([['2026-12-01: eve'], true]);
  expect([groups(team, '2026-12-02'), active('2026-12-02')]).toEqual([[], false]);
});

describe('who decides', () => {
  const eve = { key: 'eve', until: '2026-12-01', sponsor: 'sam' };
  const ADA = { key: 'ada', name: 'ada', github: 'adaoneill' };

  test.each<[what: string, sam: Partial<Member>, standing: string, asksOwners: boolean]>([
    ['a sponsor without a last day', {}, 'stays', false],
    ['a sponsor who stays a day longer', { until: '2026-12-02' }, 'stays', false],
    ['a sponsor with the same last day', { until: '2026-12-01' }, 'ends', true],
    ['a sponsor whose access has ended', { until: '2026-11-24' }, 'ended', true],
    ['a suspended sponsor', { suspended: true }, 'suspended', true],
    ['a suspended sponsor whose access has ended', { suspended: true, until: '2026-11-24' }, 'ended', true],
  ])('%s', (_what, sam, standing, asksOwners) => {
    const team = teamOf([eve, { key: 'sam', name: 'Sam Ito', github: 'samito', ...sam }], 10);
    const group = expiringAccess(team, TODAY).find(({ until }) => until === eve.until);
    const sponsor = { key: 'sam', name: 'Sam Ito', github: 'samito', standing, until: sam.until ?? null };
    expect(group?.members.find(({ key }) => key === 'eve')?.sponsor).toEqual(sponsor);
    expect(group?.owners).toEqual(asksOwners ? [ADA] : []);
  });

  test('without a sponsor, the owners who keep access, else all owners', () => {
    const others = [{ key: 'bo' }, { key: 'cy', until: '2026-12-01' }, { key: 'gus', suspended: true }];
    const team = { ...teamOf([{ ...eve, sponsor: null }, ...others]), owners: ['ada', 'bo', 'cy', 'gus'] };
    expect(expiringAccess(team, TODAY)[0]?.owners.map(({ key }) => key)).toEqual(['ada', 'bo']);
    expect(expiringAccess({ ...team, owners: ['cy'] }, TODAY)[0]?.owners.map(({ key }) => key)).toEqual(['cy']);
  });
});

const CHECKED = { lab: sample.lab, at: '2027-05-10T05:17:00Z' };
const bodyOf = (team: Team, today: string, repository: string | null) =>
  expiringAccess(team, today).map((group) => {
    const { title, blocks } = expiringAccessIssue(group, CHECKED, { repository, runUrl: null });
    return `${title}\n\n${printMarkdown(blocks, { reveal: false })}\n`;
  });

test('the issue reads as in the golden file', () => {
  const ida = { key: 'ida', name: 'Ida Roth', roles: ['results-reader'], until: '2027-05-20', sponsor: 'gus' };
  const joe = { key: 'joe', name: 'Joe', roles: ['results-reader'], until: '2027-05-20' };
  const team = { ...sample, members: [...sample.members, member(ida), member(joe)] };
  const bodies = bodyOf(team, '2027-05-10', 'https://github.com/perception-lab/team');
  expectGolden('drift/expiring-access.md', bodies.join('\n---\n\n'));
});

test('a login is a mention only in the form of a login', () => {
  const ask = (github: string) =>
    bodyOf(
      teamOf([
        { key: 'eve', until: '2026-12-01', sponsor: 'sam' },
        { key: 'sam', github },
      ]),
      TODAY,
      null,
    )[0];
  expect(ask('samito')).toContain('(@samito)');
  for (const odd of ['sam ito', 'perception-lab/owners', '-sam', 'a'.repeat(40), 'sam*', '']) {
    expect(ask(odd)).not.toContain('@');
  }
});
