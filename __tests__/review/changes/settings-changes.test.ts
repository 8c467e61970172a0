import type { Review } from '../../../src/review/changes/review.ts';
import { changesNothing, reviewOf } from '../../../src/review/changes/review-of.ts';
import { renderComment } from '../../../src/review/comment/comment.ts';
import { REVIEW } from '../../../src/review/manifest/manifest-review.ts';
import { reviewLines } from '../../../src/review/text/preview.ts';
import { guardSentence } from '../../../src/review/text/settings-changes.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { viewOf } from '../../support/sample-reviews.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

// What is found, told and undone on the account: a reviewer sees each change of it in plain words.

const TODAY = '2026-11-25';

function review(before: Team | null, after: Team): Review {
  return reviewOf({ before, after, today: TODAY, at: new Date(`${TODAY}T12:00:00Z`) });
}
function edit(key: string, change: Partial<Member>, team = sampleTeam): Team {
  return { ...team, members: team.members.map((each) => (each.key === key ? { ...each, ...change } : each)) };
}
const join = (given: Parameters<typeof member>[0]): Team => ({
  ...sampleTeam,
  members: [...sampleTeam.members, member(given)],
});
const set = (change: Partial<Team['settings']>, team = sampleTeam): Team => ({
  ...team,
  settings: { ...team.settings, ...change },
});
const known = { finding: 'outside/old-mturk-user/spends', until: '2027-01-31', reason: 'its last study' };
const snooze = (change: Partial<typeof known> = {}): Team => ({ ...sampleTeam, snoozed: [{ ...known, ...change }] });
const joining = (keys: number) => join({ key: 'eve', roles: ['results-reader'], keys });
const on = set({ reconcile: { mode: 'additions', perDay: 3 } });
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
    set({ reconcile: { mode: 'additions', perDay: 50 } }),
    'boundary-changed',
    'reconcile 3 50',
    'What is added by hand on the account is undone without anybody asking, up to 50 things in 24 hours, until now 3.',
  ],
  [
    'its quota is lowered',
    on,
    set({ reconcile: { mode: 'additions', perDay: 1 } }),
    'descriptive-only',
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
    'descriptive-only',
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
    'descriptive-only',
    'drift-period 24 1',
    'A look at the account is expected every 1 hour, until now 24.',
  ],
  [
    'renewals are asked for later',
    sampleTeam,
    set({ renewBeforeDays: 14 }),
    'descriptive-only',
    'renewal 30 14',
    'Somebody is asked 14 days before the last day of a member, until now 30.',
  ],
  [
    'renewals are not asked for',
    sampleTeam,
    set({ renewBeforeDays: 0 }),
    'descriptive-only',
    'renewal 30 0',
    'Nobody is asked any more before the last day of a member, until now 30 days ahead.',
  ],
  [
    'renewals are asked for',
    set({ renewBeforeDays: 0 }),
    sampleTeam,
    'descriptive-only',
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
    'descriptive-only',
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
    'descriptive-only',
    'snooze 2027-01-31 2026-12-31',
    `The drift report leaves out ${FINDING} until 31 Dec 2026 instead of 31 Jan 2027: its last study`,
  ],
  [
    'another reason',
    snooze(),
    snooze({ reason: 'the  next\n study ' }),
    'descriptive-only',
    'snooze 2027-01-31 2027-01-31',
    `The drift report leaves out ${FINDING} until 31 Jan 2027 as before, and says anew why: the next study`,
  ],
  [
    'no snooze any more',
    snooze(),
    sampleTeam,
    'descriptive-only',
    'snooze 2027-01-31 null',
    `The drift report tells of ${FINDING} again, which it was to leave out until 31 Jan 2027.`,
  ],
])('%s', (_what, before, after, risk, change, sentence) => {
  const found = review(before, after);
  const [guard] = found.settings;
  if (guard === undefined || !('from' in guard)) throw new Error('nothing is told');
  expect(found.settings).toHaveLength(1);
  expect([found.risk, `${guard.kind} ${guard.from} ${guard.to}`, guardSentence(guard)]).toEqual([
    risk,
    change,
    sentence,
  ]);
  expect(found.descriptive).toEqual([]);
  expect(changesNothing(found)).toBe(false);
  expect(reviewLines(found, []).join(' ').replace(/\s+/g, ' ')).toContain(sentence);
  const markdown = renderComment(viewOf(found)).replace(/[*`]/g, '');
  expect(markdown).toContain(`- ${sentence}`);
});

test.each([0, 1])('whoever joins with %i keys is not told apart', (keys) => {
  expect(review(sampleTeam, joining(keys)).settings).toEqual([]);
});

test('a first file is told of with what it does unasked, hides or allows more than usual', () => {
  const first = {
    ...edit('bo', { keys: 2 }, set({ reconcile: { mode: 'additions', perDay: 3 }, keyMaxAgeDays: 365 }, snooze())),
  };
  expect(review(null, first).settings).toEqual([
    { kind: 'reconcile', from: null, to: 3 },
    { kind: 'keys', member: 'bo', from: null, to: 2 },
    { kind: 'snooze', finding: FINDING, from: null, to: '2027-01-31', reason: known.reason },
  ]);
});

test('another finding is another snooze', () => {
  const guards = review(snooze(), snooze({ finding: 'outside/old-mturk-user/everything' })).settings;
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
  expect(review(sampleTeam, edit('bo', { keys: 2, name: 'Bo' })).descriptive).toEqual(['bo']);
});

test('however long a reason is, and however large a number, the manifest is one that can be read', () => {
  const after = { ...set({ keyMaxAgeDays: Number.MAX_SAFE_INTEGER }, snooze({ reason: '李'.repeat(9_000) })) };
  const { settings: guards } = review(sampleTeam, after);
  expect(REVIEW.safeParse(review(sampleTeam, after)).success).toBe(true);
  expect(guards.map((guard) => ('reason' in guard ? guard.reason?.length : null))).toEqual([null, 300]);
});
