import type { Operation } from '../../../src/catalog/mturk.ts';
import { fileBlocks } from '../../../src/guardrails/guardrails.ts';
import { reviewOf } from '../../../src/review/changes/review.ts';
import type { Review } from '../../../src/review/manifest/schema.ts';
import type { Member, Role, Team } from '../../../src/team/team.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

function review(before: Team | null, after: Team): Review {
  return reviewOf({ before, after, today: TODAY, at: AT });
}
function edit(key: string, change: Partial<Member>, team = sampleTeam): Team {
  return { ...team, members: team.members.map((each) => (each.key === key ? { ...each, ...change } : each)) };
}
function define(key: string, change: Partial<Role>): Team {
  return { ...sampleTeam, roles: sampleTeam.roles.map((each) => (each.key === key ? { ...each, ...change } : each)) };
}
const join = (given: Parameters<typeof member>[0]): Team => ({
  ...sampleTeam,
  members: [...sampleTeam.members, member(given)],
});
const leave = (...keys: string[]): Team => ({
  ...sampleTeam,
  members: sampleTeam.members.filter(({ key }) => !keys.includes(key)),
  departed: [...sampleTeam.departed, ...keys.map((key) => ({ key, left: TODAY, reason: 'graduated' }))],
});

const brief = ({ people }: Review) => people.map(({ key, classes }) => `${key}: ${classes.join(', ')}`);

describe('people, worst first', () => {
  test.each<[string, Team, string[]]>([
    ['nothing', sampleTeam, []],
    ['a reader joins', join({ key: 'eve', roles: ['results-reader'] }), ['eve: gains-other']],
    ['a publisher joins', join({ key: 'eve', roles: ['task-publisher'] }), ['eve: gains-spending, gains-other']],
    ['a paymaster joins, suspended', join({ key: 'eve', roles: ['paymaster'], suspended: true }), ['eve: gains-other']],
    [
      'a publisher becomes paymaster, too',
      edit('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }),
      ['bo: gains-spending, gains-harm, gains-other'],
    ],
    ['one paymaster less', edit('fay', { roles: ['results-reader'] }), ['fay: loses']],
    ['one role for another', edit('fay', { roles: ['task-publisher'] }), ['fay: gains-spending, gains-other, loses']],
    ['a suspension', edit('bo', { suspended: true }), ['bo: loses']],
    ['the end of one', edit('cy', { suspended: false }), ['cy: gains-other']],
    ['a later last day', edit('bo', { until: '2027-12-31' }), ['bo: gains-spending, gains-other']],
    ['no last day any more', edit('bo', { until: null }), ['bo: gains-spending, gains-other']],
    ['an earlier last day', edit('bo', { until: '2027-01-31' }), ['bo: loses']],
    ['a last day where there was none', edit('fay', { until: '2027-01-31' }), ['fay: loses']],
    ['a member leaves', leave('bo'), ['bo: identity-deleted, loses']],
    ['a first day that is to come', edit('bo', { from: '2027-01-10' }), ['bo: loses']],
    ['a last day that has passed', edit('bo', { until: '2026-11-24' }), ['bo: loses']],
    ['a role that adds nothing', edit('ada', { roles: ['full-access', 'results-reader'] }), ['ada: gains-other']],
    [
      'several, the worst first',
      { ...edit('fay', { roles: ['task-publisher'] }, leave('bo')) },
      ['fay: gains-spending, gains-other, loses', 'bo: identity-deleted, loses'],
    ],
    ['a role gets something else', define('results-reader', { allow: ['DeleteHIT'] }), ['bo: gains-other']],
  ])('%s', (_what, after, people) => {
    expect(brief(review(sampleTeam, after))).toEqual(people);
  });

  test('before the first version there were no members', () => {
    const first = review(null, sampleTeam);
    expect(first.people.map(({ change }) => change.kind)).toEqual(Array(5).fill('joins'));
    expect(first.settings).toMatchObject([{ kind: 'owner-login', owner: 'ada', from: null }]);
    expect(first).toMatchObject({ risk: 'gains-spending', unchanged: 0, descriptive: [], plan: null });
  });

  test('roles gained and lost are the keys of the file; names are its names', () => {
    const [bo] = review(sampleTeam, edit('bo', { roles: ['paymaster'], name: 'Bo C.' })).people;
    expect(bo).toMatchObject({
      user: 'perception-lab-bo',
      name: 'Bo C.',
      roles: { gained: ['paymaster'], lost: ['results-reader', 'task-publisher'] },
    });
  });
});

test('a role that added nothing goes, or another comes in its place', () => {
  const both = edit('ada', { roles: ['full-access', 'results-reader'] });
  expect(brief(review(both, sampleTeam))).toEqual(['ada: loses']);
  expect(brief(review(both, edit('ada', { roles: ['full-access', 'paymaster'] })))).toEqual(['ada: gains-other']);
});

describe('risk of the whole', () => {
  test.each<[Review['risk'], string, Team]>([
    ['nothing', 'the same', sampleTeam],
    ['descriptive-only', 'a name', edit('bo', { name: 'Bo Chén' })],
    ['descriptive-only', 'a sponsor', edit('fay', { sponsor: 'ada' })],
    ['descriptive-only', 'a description', define('paymaster', { description: 'Pays' })],
    ['descriptive-only', 'fewer removals', { ...sampleTeam, settings: { ...sampleTeam.settings, maxRemovals: 1 } }],
    ['boundary-changed', 'more removals', { ...sampleTeam, settings: { ...sampleTeam.settings, maxRemovals: 50 } }],
    ['boundary-changed', 'another owner', { ...sampleTeam, owners: ['fay'] }],
    ['boundary-changed', "the owner's login", edit('ada', { github: 'mallory' })],
    [
      'boundary-changed',
      'another bucket',
      {
        ...sampleTeam,
        settings: {
          ...sampleTeam.settings,
          maxRemovals: 3,
          state: { bucket: 'b', region: 'eu-west-1', key: 'mturk-team' },
        },
      },
    ],
    [
      'gains-other',
      'a role without members',
      { ...sampleTeam, roles: [...sampleTeam.roles, role({ key: 'x', allow: ['SendBonus'] })] },
    ],
    ['loses', 'a freeze', { ...sampleTeam, freeze: ['pay:bonus'] }],
    ['gains-spending', 'one gains, one leaves', edit('bo', { roles: ['paymaster'] }, leave('fay'))],
  ])('%s: %s', (risk, _what, after) => {
    expect(review(sampleTeam, after).risk).toBe(risk);
  });

  test('text changes are listed by key, except for members whose access changes', () => {
    const after = edit('bo', { name: 'B', roles: ['results-reader'] }, edit('fay', { email: 'fay@lab.edu' }));
    expect(review(sampleTeam, after).descriptive).toEqual(['fay']);
    expect(review(sampleTeam, define('paymaster', { description: 'Pays' })).descriptive).toEqual(['paymaster']);
  });
});

test('a role without members that allows one operation less takes something', () => {
  const unused = (...allow: readonly Operation[]) => ({
    ...sampleTeam,
    roles: [...sampleTeam.roles, role({ key: 'unused', allow })],
  });
  expect(review(unused('GetHIT', 'ListHITs'), unused('GetHIT')).risk).toBe('loses');
});

test('a role tells what it newly allows, to how many, whether or not they had it', () => {
  const more = define('results-reader', { allow: ['GetHIT', 'SendBonus'] });
  expect(review(sampleTeam, more).roles).toMatchObject([
    { key: 'results-reader', kind: 'changed', gained: ['SendBonus'], members: 2 },
  ]);
  const denied = define('full-access', { deny: ['SendBonus'] });
  expect(review(sampleTeam, denied).roles).toMatchObject([{ key: 'full-access', gained: [], lost: ['SendBonus'] }]);
});

test('a role that denies what it does not allow is another, since it limits other roles', () => {
  expect(review(sampleTeam, define('results-reader', { deny: ['SendBonus'] })).roles).toMatchObject([
    { key: 'results-reader', kind: 'changed', gained: [], lost: [] },
  ]);
  expect(review(sampleTeam, define('results-reader', { description: 'Reads' })).roles).toEqual([]);
});

test('what guards the lab', () => {
  const logins = edit('fay', { github: 'fay2' }, edit('ada', { github: 'ada2' }));
  const after: Team = { ...logins, owners: ['ada', 'fay'], freeze: ['pay:bonus'] };
  expect(review(sampleTeam, after).settings).toEqual([
    { kind: 'owners', gained: ['fay'], lost: [] },
    { kind: 'owner-login', owner: 'ada', from: 'adaoneill', to: 'ada2' },
    { kind: 'owner-login', owner: 'fay', from: null, to: 'fay2' },
    { kind: 'freeze', gained: ['pay:bonus'], lost: [] },
  ]);
});

describe('questions', () => {
  const questions = (after: Team, before: Team | null = sampleTeam) =>
    review(before, after).questions.map(
      (each) => `${each.kind} ${'user' in each ? each.user.slice('perception-lab-'.length) : each.from}`,
    );
  test.each<[string, Team, string[]]>([
    ['a reader without an end', join({ key: 'eve', roles: ['results-reader'] }), []],
    ['a publisher without an end', join({ key: 'eve', roles: ['task-publisher'] }), ['spending-without-end eve']],
    [
      'a publisher with a last day and no owner to ask',
      join({ key: 'eve', roles: ['task-publisher'], until: '2027-05-31' }),
      ['no-sponsor eve'],
    ],
    [
      'a publisher with an end and a sponsor',
      join({ key: 'eve', roles: ['task-publisher'], until: '2027-05-31', sponsor: 'ada' }),
      [],
    ],
    [
      'a publisher from a later day, without an end',
      join({ key: 'eve', roles: ['task-publisher'], from: '2027-01-10' }),
      ['spending-without-end eve'],
    ],
    ['everything', join({ key: 'eve', roles: ['full-access'] }), ['everything eve', 'spending-without-end eve']],
    ['all but one operation, and that one', edit('gus', { roles: ['full-access'] }), ['everything gus']],
    ['an end less', edit('bo', { until: null }), ['spending-without-end bo']],
    ['the only owner leaves', leave('ada'), [`no-approver ${TODAY}`]],
    ['the only owner is suspended', edit('ada', { suspended: true }), [`no-approver ${TODAY}`]],
    ['the only owner gets a last day', edit('ada', { until: '2027-11-20', sponsor: 'bo' }), ['no-approver 2027-11-21']],
    [
      'one of two owners is suspended, and the other ends',
      {
        ...edit('bo', { suspended: true }, edit('ada', { until: '2027-11-20', sponsor: 'bo' })),
        owners: ['ada', 'bo'],
      },
      ['no-approver 2027-11-21'],
    ],
    ['one of two owners leaves', { ...leave('ada'), owners: ['ada', 'fay'] }, []],
  ])('%s', (_what, after, expected) => {
    expect(questions(after)).toEqual(expected);
  });

  const bounded = edit('bo', { until: '2026-12-31', sponsor: 'ada' });
  const both: Team = { ...bounded, owners: ['ada', 'bo'] };
  const withoutAda = { ...both, members: both.members.filter(({ key }) => key !== 'ada') };
  const returning = edit('bo', { from: '2027-02-01' }, edit('ada', { until: '2026-12-31', sponsor: 'fay' }));
  const later: Team = { ...returning, owners: ['ada', 'bo'] };
  test.each<[string, Team | null, Team, string[]]>([
    ['the owner without an end leaves, and the other ends', both, withoutAda, ['no-approver 2027-01-01']],
    ['the owner without an end is no owner any more', both, { ...bounded, owners: ['bo'] }, ['no-approver 2027-01-01']],
    [
      'someone else joins a lab that is left without an owner',
      later,
      { ...later, members: [...later.members, member({ key: 'eve' })] },
      [],
    ],
    ['who would have returned is no owner', later, { ...returning, owners: ['ada'] }, ['no-approver 2027-02-01']],
    ['the first file, whose only owner ends', null, returning, ['no-approver 2027-01-01']],
  ])('who approves: %s', (_what, before, after, expected) => {
    expect(questions(after, before).filter((each) => each.startsWith('no-approver'))).toEqual(expected);
  });

  test('harm without an end, where nothing is spent', () => {
    const blocker: Team = {
      ...sampleTeam,
      roles: [...sampleTeam.roles, role({ key: 'b', allow: ['CreateWorkerBlock'] })],
    };
    expect(questions(edit('fay', { roles: ['b', 'paymaster'] }, blocker), blocker)).toEqual(['harm-without-end fay']);
  });
});

describe('reasons not to apply that two files tell', () => {
  const codes = (after: Team) => fileBlocks(sampleTeam, after, TODAY).map(({ code }) => code);
  test.each<[string, Team, string[]]>([
    ['nothing', sampleTeam, []],
    ['departed', leave('bo'), []],
    ['a line deleted', { ...leave('bo'), departed: [] }, ['member-not-departed']],
    ['past until', edit('bo', { until: '2026-11-24' }), []],
    ['four leave', leave('bo', 'cy', 'fay', 'gus'), ['too-many-removals']],
    ['three leave', leave('bo', 'cy', 'fay'), []],
    ['the owner leaves', leave('ada'), ['no-owner-left']],
    ['the access of the owner begins later', edit('ada', { from: '2027-01-10' }), ['no-owner-left']],
    ['another lab', { ...sampleTeam, lab: 'vision-lab' }, ['lab-changed']],
    ['a departed member comes back', { ...join({ key: 'dee', roles: ['results-reader'] }), departed: [] }, []],
  ])('%s', (_what, after, expected) => {
    expect(codes(after)).toEqual(expected);
  });
});
