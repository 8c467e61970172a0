import { renewalsOf } from '../../../src/drift/report/renewals.ts';
import { activeMembers, type Member, type Team } from '../../../src/team/team.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';

function teamOf(members: readonly (Pick<Member, 'key'> & Partial<Member>)[], days = 30): Team {
  return {
    ...sampleTeam,
    members: [{ key: 'ada', github: 'adaoneill' }, ...members].map(member),
    settings: { ...sampleTeam.settings, renewBeforeDays: days },
  };
}

function asked(team: Team, today = TODAY) {
  return renewalsOf(team, today).map(({ until, members }) => `${until}: ${members.map(({ key }) => key).join(' ')}`);
}

/** What somebody whose last day it is would be told, by how far away that day lies. */
const DAYS: readonly (readonly [what: string, until: string | null, window: number, daysLeft: number | null])[] = [
  ['no last day', null, 30, null],
  ['yesterday', '2026-11-24', 30, null],
  ['today, which is still a day of access', '2026-11-25', 30, 0],
  ['tomorrow', '2026-11-26', 30, 1],
  ['the last day of the window', '2026-12-25', 30, 30],
  ['a day after the window', '2026-12-26', 30, null],
  ['a window of one day', '2026-11-26', 1, 1],
  ['a day after a window of one day', '2026-11-27', 1, null],
  ['a window of none, on the day itself', '2026-11-25', 0, null],
  ['over the end of a year', '2027-01-01', 40, 37],
  ['over a leap day', '2028-03-01', 1000, 462],
  ['over a change of the clocks in Europe and America', '2027-04-15', 200, 141],
  ['a window of years', '2035-11-25', 3650, 3287],
];

test.each(DAYS)('%s', (_what, until, window, daysLeft) => {
  const found = renewalsOf(teamOf([{ key: 'eve', name: 'Eve Lindqvist', until }], window), TODAY);
  const expected = daysLeft === null ? [] : [{ until, members: [{ key: 'eve', daysLeft }] }];
  expect(found).toMatchObject(expected);
  expect(found).toHaveLength(expected.length);
});

test('a cohort for each day, the nearest first, whatever the order of the members', () => {
  const members = [
    { key: 'zoe', until: '2026-12-20' },
    { key: 'bo', until: '2026-12-01' },
    { key: 'cy', until: '2026-12-20' },
    { key: 'dan', until: '2027-06-01' },
  ];
  const sorted = [...members].sort((one, two) => (one.key < two.key ? -1 : 1));
  expect(asked(teamOf(sorted))).toEqual(['2026-12-01: bo', '2026-12-20: cy zoe']);
});

test('who is suspended is not asked about', () => {
  expect(asked(teamOf([{ key: 'cy', until: '2026-12-01', suspended: true }]))).toEqual([]);
});

test('whoever is asked about has access on that day, and none on the day after the last one', () => {
  const team = teamOf([{ key: 'eve', until: '2026-12-01' }]);
  const active = (today: string) => activeMembers(team, today).some(({ key }) => key === 'eve');
  expect([asked(team, '2026-12-01'), active('2026-12-01')]).toEqual([['2026-12-01: eve'], true]);
  expect([asked(team, '2026-12-02'), active('2026-12-02')]).toEqual([[], false]);
});

describe('who is to answer', () => {
  const eve = { key: 'eve', until: '2026-12-01', sponsor: 'sam' };
  const ADA = { key: 'ada', name: 'ada', github: 'adaoneill' };
  const SPONSORS: readonly (readonly [what: string, sam: Partial<Member>, standing: string, owners: boolean])[] = [
    ['a sponsor without an end', {}, 'stays', false],
    ['a sponsor who stays a day longer', { until: '2026-12-02' }, 'stays', false],
    ['a sponsor whose access ends on the same day', { until: '2026-12-01' }, 'ends', true],
    ['a sponsor whose access ends today', { until: TODAY }, 'ends', true],
    ['a sponsor whose access has ended', { until: '2026-11-24' }, 'ended', true],
    ['a suspended sponsor', { suspended: true }, 'suspended', true],
    ['a suspended sponsor whose access has ended', { suspended: true, until: '2026-11-24' }, 'ended', true],
  ];

  test.each(SPONSORS)('%s', (_what, sam, standing, owners) => {
    const team = teamOf([eve, { key: 'sam', name: 'Sam Ito', github: 'samito', ...sam }], 10);
    const cohort = renewalsOf(team, TODAY).find(({ until }) => until === eve.until);
    const found = cohort?.members.find(({ key }) => key === 'eve');
    expect(found?.sponsor).toEqual({
      key: 'sam',
      name: 'Sam Ito',
      github: 'samito',
      standing,
      until: sam.until ?? null,
    });
    expect(cohort?.owners).toEqual(owners ? [ADA] : []);
  });

  test('nobody sponsors her: the owners', () => {
    const [cohort] = renewalsOf(teamOf([{ ...eve, sponsor: null }]), TODAY);
    expect(cohort).toEqual({
      until: '2026-12-01',
      members: [{ key: 'eve', name: 'eve', sponsor: null, daysLeft: 6 }],
      owners: [ADA],
    });
  });

  test('of the owners those who keep their access', () => {
    const others = [{ key: 'bo' }, { key: 'cy', until: '2026-12-01' }, { key: 'gus', suspended: true }];
    const team = { ...teamOf([{ ...eve, sponsor: null }, ...others]), owners: ['ada', 'bo', 'cy', 'gus'] };
    expect(renewalsOf(team, TODAY).map(({ owners }) => owners.map(({ key }) => key))).toEqual([['ada', 'bo']]);
  });

  test('where no owner keeps hers, all of them rather than nobody', () => {
    const team = { ...teamOf([{ key: 'cy', until: '2026-12-01' }]), owners: ['cy'] };
    expect(renewalsOf(team, TODAY)[0]?.owners).toEqual([{ key: 'cy', name: 'cy', github: null }]);
  });
});
