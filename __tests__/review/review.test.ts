import { renderComment } from '../../src/render/comment.ts';
import { guardSentence } from '../../src/render/guard-text.ts';
import { reviewLines } from '../../src/render/review-text.ts';
import { fileRails } from '../../src/review/file-rails.ts';
import { REVIEW } from '../../src/review/manifest-review.ts';
import type { Review } from '../../src/review/review.ts';
import { reviewFiles } from '../../src/review/review-files.ts';
import { changesNothing, reviewOf } from '../../src/review/review-of.ts';
import type { Member, Role, Team } from '../../src/team/team.ts';
import { viewOf } from '../support/sample-reviews.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

function review(before: Team | null, after: Team, more: { since?: string } = {}): Review {
  return reviewOf({ before, after, today: TODAY, at: AT, ...more });
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
    ['a later last day', edit('bo', { until: '2027-12-31' }), ['bo: gains-other']],
    ['no last day any more', edit('bo', { until: null }), ['bo: gains-other']],
    ['an earlier last day', edit('bo', { until: '2027-01-31' }), ['bo: loses']],
    ['a last day where there was none', edit('fay', { until: '2027-01-31' }), ['fay: loses']],
    ['somebody leaves', leave('bo'), ['bo: identity-deleted, loses']],
    ['a last day that has passed', edit('bo', { until: '2026-11-24' }), ['bo: identity-deleted, loses']],
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

  test('before a first version there was nobody', () => {
    const first = review(null, sampleTeam);
    expect(first.people.map(({ change }) => change.kind)).toEqual(Array(5).fill('joins'));
    expect(first).toMatchObject({ risk: 'gains-spending', unchanged: 0, words: [], guards: [], plan: null });
  });

  test('roles gained and lost are the keys of the file; names are its names', () => {
    const [bo] = review(sampleTeam, edit('bo', { roles: ['paymaster'], name: 'Bo C.' })).people;
    expect(bo).toMatchObject({
      user: 'perception-lab-bo',
      name: 'Bo C.',
      roles: { gained: ['paymaster'], lost: ['results-reader', 'task-publisher'] },
    });
  });

  test('whose last day passed since the earlier file was applied leaves, and only where that day is told', () => {
    const ended = edit('gus', { until: '2026-11-20' });
    expect(changesNothing(review(ended, ended))).toBe(true);
    const since = review(ended, ended, { since: '2026-11-15' });
    expect(brief(since)).toEqual(['gus: identity-deleted']);
    expect(since.people[0]).toMatchObject({ name: '李小龍', change: { kind: 'leaves', mayAct: { before: false } } });
    expect(since.rails).toEqual([]);
  });
});

describe('risk of the whole', () => {
  test.each<[Review['risk'], string, Team]>([
    ['nothing', 'the same', sampleTeam],
    ['words-only', 'a name', edit('bo', { name: 'Bo Chén' })],
    ['words-only', 'a sponsor', edit('fay', { sponsor: 'ada' })],
    ['words-only', 'a description', define('paymaster', { description: 'Pays' })],
    ['words-only', 'fewer removals', { ...sampleTeam, settings: { ...sampleTeam.settings, maxRemovals: 1 } }],
    ['boundary-changed', 'more removals', { ...sampleTeam, settings: { ...sampleTeam.settings, maxRemovals: 50 } }],
    ['boundary-changed', 'another owner', { ...sampleTeam, owners: ['fay'] }],
    ['boundary-changed', "the owner's login", edit('ada', { github: 'mallory' })],
    [
      'boundary-changed',
      'another bucket',
      {
        ...sampleTeam,
        settings: { ...sampleTeam.settings, maxRemovals: 3, state: { bucket: 'b', region: 'eu-west-1' } },
      },
    ],
    [
      'gains-other',
      'a role for nobody',
      { ...sampleTeam, roles: [...sampleTeam.roles, role({ key: 'x', allow: ['SendBonus'] })] },
    ],
    ['loses', 'a freeze', { ...sampleTeam, freeze: ['pay:bonus'] }],
    ['gains-spending', 'one gains, one leaves', edit('bo', { roles: ['paymaster'] }, leave('fay'))],
  ])('%s: %s', (risk, _what, after) => {
    expect(review(sampleTeam, after).risk).toBe(risk);
  });

  test('words are told by key, and not of those whose access changes', () => {
    const after = edit('bo', { name: 'B', roles: ['results-reader'] }, edit('fay', { email: 'fay@lab.edu' }));
    expect(review(sampleTeam, after).words).toEqual(['fay']);
    expect(review(sampleTeam, define('paymaster', { description: 'Pays' })).words).toEqual(['paymaster']);
  });
});

test('a role tells what it newly allows, to how many, whether or not they had it', () => {
  const more = define('results-reader', { allow: ['GetHIT', 'SendBonus'] });
  expect(review(sampleTeam, more).roles).toMatchObject([
    { key: 'results-reader', kind: 'changed', gained: ['SendBonus'], members: 2 },
  ]);
  const denied = define('full-access', { deny: ['SendBonus'] });
  expect(review(sampleTeam, denied).roles).toMatchObject([{ key: 'full-access', gained: [], lost: ['SendBonus'] }]);
});

test('what guards the lab', () => {
  const after: Team = { ...edit('ada', { github: 'ada2' }), owners: ['ada', 'fay'], freeze: ['pay:bonus'] };
  expect(review(sampleTeam, after).guards).toEqual([
    { kind: 'owners', gained: ['fay'], lost: [] },
    { kind: 'owner-login', owner: 'ada', from: 'adaoneill', to: 'ada2' },
    { kind: 'freeze', gained: ['pay:bonus'], lost: [] },
  ]);
});

describe('what is found, told and undone on the account', () => {
  const set = (change: Partial<Team['settings']>, team = sampleTeam): Team => ({
    ...team,
    settings: { ...team.settings, ...change },
  });
  const known = { finding: 'outside/old-mturk-user/spends', until: '2027-01-31', reason: 'its last study' };
  const snooze = (change: Partial<typeof known> = {}): Team => ({ ...sampleTeam, snoozed: [{ ...known, ...change }] });
  const joining = (keys: number) => join({ key: 'eve', roles: ['results-reader'], keys });
  const on = set({ reconcile: { perDay: 3 } });
  const FINDING = known.finding;

  test.each<[string, Team, Team, Review['risk'], string, string]>([
    [
      'reconcile is switched on',
      sampleTeam,
      on,
      'boundary-changed',
      'reconcile null 3',
      'What is added by hand on the account is undone without anybody asking, up to 3 things in 24 hours, until now nothing.',
    ],
    [
      'its quota is raised',
      on,
      set({ reconcile: { perDay: 50 } }),
      'boundary-changed',
      'reconcile 3 50',
      'What is added by hand on the account is undone without anybody asking, up to 50 things in 24 hours, until now 3.',
    ],
    [
      'its quota is lowered',
      on,
      set({ reconcile: { perDay: 1 } }),
      'words-only',
      'reconcile 3 1',
      'What is added by hand on the account is undone without anybody asking, up to 1 thing in 24 hours, until now 3.',
    ],
    [
      'reconcile is switched off',
      on,
      sampleTeam,
      'boundary-changed',
      'reconcile 3 null',
      'What is added by hand on the account stays until somebody removes it: it is not undone any more.',
    ],
    [
      'keys may be older',
      sampleTeam,
      set({ keyMaxAgeDays: 365 }),
      'boundary-changed',
      'key-age 90 365',
      'An access key is reported as too old after 365 days, until now 90.',
    ],
    [
      'keys must be younger',
      sampleTeam,
      set({ keyMaxAgeDays: 1 }),
      'words-only',
      'key-age 90 1',
      'An access key is reported as too old after 1 day, until now 90.',
    ],
    [
      'fewer looks',
      sampleTeam,
      set({ driftEveryHours: 168 }),
      'boundary-changed',
      'drift-period 24 168',
      'A look at the account is expected every 168 hours, until now 24.',
    ],
    [
      'more looks',
      sampleTeam,
      set({ driftEveryHours: 1 }),
      'words-only',
      'drift-period 24 1',
      'A look at the account is expected every 1 hour, until now 24.',
    ],
    [
      'renewals are asked for later',
      sampleTeam,
      set({ renewBeforeDays: 14 }),
      'words-only',
      'renewal 30 14',
      'Somebody is asked 14 days before the last day of a member, until now 30.',
    ],
    [
      'renewals are not asked for',
      sampleTeam,
      set({ renewBeforeDays: 0 }),
      'words-only',
      'renewal 30 0',
      'Nobody is asked any more before the last day of a member, until now 30 days ahead.',
    ],
    [
      'renewals are asked for',
      set({ renewBeforeDays: 0 }),
      sampleTeam,
      'words-only',
      'renewal 0 30',
      'Somebody is asked 30 days before the last day of a member, until now never.',
    ],
    [
      'a second key',
      sampleTeam,
      edit('bo', { keys: 2 }),
      'gains-other',
      'keys 1 2',
      'bo may have 2 access keys, until now 1.',
    ],
    [
      'no key',
      sampleTeam,
      edit('bo', { keys: 0 }),
      'words-only',
      'keys 1 0',
      'bo may have no access key, until now 1.',
    ],
    [
      'the first key',
      edit('bo', { keys: 0 }),
      sampleTeam,
      'gains-other',
      'keys 0 1',
      'bo may have 1 access key, until now none.',
    ],
    [
      'two keys from the beginning',
      sampleTeam,
      joining(2),
      'gains-other',
      'keys null 2',
      'eve may have 2 access keys from the beginning.',
    ],
    [
      'a snooze',
      sampleTeam,
      snooze(),
      'boundary-changed',
      'snooze null 2027-01-31',
      `The drift report leaves out ${FINDING} until 31 Jan 2027: its last study`,
    ],
    [
      'a longer snooze',
      snooze(),
      snooze({ until: '2027-02-28' }),
      'boundary-changed',
      'snooze 2027-01-31 2027-02-28',
      `The drift report leaves out ${FINDING} until 28 Feb 2027 instead of 31 Jan 2027: its last study`,
    ],
    [
      'a shorter snooze',
      snooze(),
      snooze({ until: '2026-12-31' }),
      'words-only',
      'snooze 2027-01-31 2026-12-31',
      `The drift report leaves out ${FINDING} until 31 Dec 2026 instead of 31 Jan 2027: its last study`,
    ],
    [
      'another reason',
      snooze(),
      snooze({ reason: 'the  next\n study ' }),
      'words-only',
      'snooze 2027-01-31 2027-01-31',
      `The drift report leaves out ${FINDING} until 31 Jan 2027 as before, and says anew why: the next study`,
    ],
    [
      'no snooze any more',
      snooze(),
      sampleTeam,
      'words-only',
      'snooze 2027-01-31 null',
      `The drift report tells of ${FINDING} again, which it was to leave out until 31 Jan 2027.`,
    ],
  ])('%s', (_what, before, after, risk, change, sentence) => {
    const found = review(before, after);
    const [guard] = found.guards;
    if (guard === undefined || !('from' in guard)) throw new Error('nothing is told');
    expect(found.guards).toHaveLength(1);
    expect([found.risk, `${guard.kind} ${guard.from} ${guard.to}`, guardSentence(guard)]).toEqual([
      risk,
      change,
      sentence,
    ]);
    expect(found.words).toEqual([]);
    expect(changesNothing(found)).toBe(false);
    expect(reviewLines(found, []).join(' ').replace(/\s+/g, ' ')).toContain(sentence);
    const markdown = renderComment(viewOf(found)).replace(/[*`]/g, '');
    expect(markdown).toContain(`- ${sentence}`);
  });

  test.each([0, 1])('whoever joins with %i keys is not told apart', (keys) => {
    expect(review(sampleTeam, joining(keys)).guards).toEqual([]);
  });

  test('a first file is told of with what it does unasked, hides or allows more than usual', () => {
    const first = { ...edit('bo', { keys: 2 }, set({ reconcile: { perDay: 3 }, keyMaxAgeDays: 365 }, snooze())) };
    expect(review(null, first).guards).toEqual([
      { kind: 'reconcile', from: null, to: 3 },
      { kind: 'keys', member: 'bo', from: null, to: 2 },
      { kind: 'snooze', finding: FINDING, from: null, to: '2027-01-31', reason: known.reason },
    ]);
  });

  test('another finding is another snooze', () => {
    const guards = review(snooze(), snooze({ finding: 'outside/old-mturk-user/everything' })).guards;
    expect(guards).toEqual([
      {
        kind: 'snooze',
        finding: 'outside/old-mturk-user/everything',
        from: null,
        to: '2027-01-31',
        reason: known.reason,
      },
      { kind: 'snooze', finding: FINDING, from: '2027-01-31', to: null, reason: null },
    ]);
  });

  test('a name besides is a word, and the keys are not', () => {
    expect(review(sampleTeam, edit('bo', { keys: 2, name: 'Bo' })).words).toEqual(['bo']);
  });

  test('however long a reason is, and however large a number, the manifest is one that can be read', () => {
    const after = { ...set({ keyMaxAgeDays: Number.MAX_SAFE_INTEGER }, snooze({ reason: '李'.repeat(9_000) })) };
    const { guards } = review(sampleTeam, after);
    expect(REVIEW.safeParse(review(sampleTeam, after)).success).toBe(true);
    expect(guards.map((guard) => ('reason' in guard ? guard.reason?.length : null))).toEqual([null, 300]);
  });
});

describe('questions', () => {
  const questions = (after: Team, before: Team | null = sampleTeam) =>
    review(before, after).questions.map((each) => `${each.kind} ${each.user.slice('perception-lab-'.length)}`);
  test.each<[string, Team, string[]]>([
    ['a reader without an end', join({ key: 'eve', roles: ['results-reader'] }), []],
    ['a publisher without an end', join({ key: 'eve', roles: ['task-publisher'] }), ['spending-without-end eve']],
    [
      'a publisher with an end and nobody to ask',
      join({ key: 'eve', roles: ['task-publisher'], until: '2027-05-31' }),
      ['no-sponsor eve'],
    ],
    [
      'a publisher with an end and a sponsor',
      join({ key: 'eve', roles: ['task-publisher'], until: '2027-05-31', sponsor: 'ada' }),
      [],
    ],
    ['everything', join({ key: 'eve', roles: ['full-access'] }), ['everything eve', 'spending-without-end eve']],
    ['an end less', edit('bo', { until: null }), ['spending-without-end bo']],
    ['the only owner leaves', leave('ada'), ['last-owner ada']],
    ['the only owner is suspended', edit('ada', { suspended: true }), ['last-owner ada']],
    ['one of two owners leaves', { ...leave('ada'), owners: ['ada', 'fay'] }, []],
  ])('%s', (_what, after, expected) => {
    expect(questions(after)).toEqual(expected);
  });

  test('harm without an end, where nothing is spent', () => {
    const blocker: Team = {
      ...sampleTeam,
      roles: [...sampleTeam.roles, role({ key: 'b', allow: ['CreateWorkerBlock'] })],
    };
    expect(questions(edit('fay', { roles: ['b', 'paymaster'] }, blocker), blocker)).toEqual(['harm-without-end fay']);
  });

  test('a question names the roles that give it', () => {
    const after = join({ key: 'eve', roles: ['paymaster', 'results-reader'] });
    expect(review(sampleTeam, after).questions).toEqual([
      { kind: 'spending-without-end', user: 'perception-lab-eve', roles: ['paymaster'] },
    ]);
  });
});

describe('reasons not to apply that two files tell', () => {
  const codes = (after: Team) => fileRails(sampleTeam, after, TODAY).map(({ code }) => code);
  test.each<[string, Team, string[]]>([
    ['nothing', sampleTeam, []],
    ['departed', leave('bo'), []],
    ['a line deleted', { ...leave('bo'), departed: [] }, ['member-not-departed']],
    ['past until', edit('bo', { until: '2026-11-24' }), []],
    ['four leave', leave('bo', 'cy', 'fay', 'gus'), ['too-many-removals']],
    ['three leave', leave('bo', 'cy', 'fay'), []],
    ['the owner leaves', leave('ada'), ['no-owner-left']],
    ['another lab', { ...sampleTeam, lab: 'vision-lab' }, ['lab-changed']],
    ['somebody departed comes back', { ...join({ key: 'dee', roles: ['results-reader'] }), departed: [] }, []],
  ])('%s', (_what, after, expected) => {
    expect(codes(after)).toEqual(expected);
  });
});

describe('two texts', () => {
  const text = `version: 1
lab: l
account: "123456789012"
owners: [ada]
roles: { r: { allow: [results:read] } }
members: { ada: { name: Ada, roles: [r] } }
`;
  const of = (base: string | null, head: string) => reviewFiles(base, head, { today: TODAY, at: AT });

  test('the same, none and a broken one before', () => {
    expect(of(text, text).review).toMatchObject({ risk: 'nothing', unchanged: 1 });
    for (const base of [null, '', 'version: 2\n', 'not: [a']) expect(of(base, text).review?.people).toHaveLength(1);
  });

  test('errors of the later file are findings, and no review', () => {
    const { review: none, findings } = of(text, text.replace('results:read', 'results:write'));
    expect(none).toBeNull();
    expect(findings.map(({ code }) => code)).toEqual(['unknown-permission']);
  });
});
