import { changesNothing, reviewOf } from '../../../src/review/changes/review.ts';
import { renderComment } from '../../../src/review/comment/comment.ts';
import { readPreview } from '../../../src/review/manifest/manifest.ts';
import type { Review } from '../../../src/review/manifest/schema.ts';
import { harmOfFinding, settingText } from '../../../src/review/text/change-text.ts';
import { previewJson } from '../../../src/review/text/json.ts';
import { terminalReview } from '../../../src/review/text/terminal.ts';
import { titleText } from '../../../src/review/text/title-and-alert.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { printTerminal } from '../../../src/text/terminal.ts';
import { plainText } from '../../../src/text/text.ts';
import { expectGolden } from '../../support/golden.ts';
import { IDENTITIES } from '../../support/recipients.ts';
import { viewOf } from '../../support/sample-reviews.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

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
const known = { finding: 'unmanaged-user/old-mturk-user/spends', until: '2027-01-31', reason: 'its last study' };
const snooze = (change: Partial<typeof known> = {}): Team => ({ ...sampleTeam, snoozed: [{ ...known, ...change }] });
const joining = (keys: number) => join({ key: 'eve', roles: ['results-reader'], keys });
const reconcile = (mode: Team['settings']['reconcile']) => set({ reconcile: mode });
const excepting = (...principals: string[]) =>
  set({ administrators: principals.map((each) => `arn:aws:iam::123456789012:${each}`) });
const stateAt = (key: string) => set({ state: { bucket: 'labs', region: 'eu-central-1', key } });
const [{ recipient: MINE }, { recipient: OTHER }] = IDENTITIES;
const withRecipient = join({ key: 'eve', roles: ['results-reader'], recipient: MINE });
const FINDING = known.finding;

const CASES: readonly (readonly [what: string, before: Team, after: Team, Review['risk'], kind: string])[] = [
  ['reconcile on', sampleTeam, reconcile('additions'), 'boundary-changed', 'reconcile'],
  ['reconcile grants too', reconcile('additions'), reconcile('all'), 'boundary-changed', 'reconcile'],
  ['reconcile off', reconcile('all'), sampleTeam, 'boundary-changed', 'reconcile'],
  ['users are deleted', sampleTeam, set({ deleteAfterDays: 30 }), 'boundary-changed', 'delete-after'],
  ['users stay', set({ deleteAfterDays: 30 }), sampleTeam, 'descriptive-only', 'delete-after'],
  ['older keys', sampleTeam, set({ keyMaxAgeDays: 365 }), 'boundary-changed', 'key-age'],
  ['younger keys', sampleTeam, set({ keyMaxAgeDays: 1 }), 'descriptive-only', 'key-age'],
  ['fewer drift checks', sampleTeam, set({ driftEveryHours: 168 }), 'boundary-changed', 'drift-period'],
  ['more drift checks', sampleTeam, set({ driftEveryHours: 1 }), 'descriptive-only', 'drift-period'],
  ['later notices', sampleTeam, set({ renewBeforeDays: 14 }), 'descriptive-only', 'renewal'],
  ['no notices', sampleTeam, set({ renewBeforeDays: 0 }), 'descriptive-only', 'renewal'],
  ['notices', set({ renewBeforeDays: 0 }), sampleTeam, 'descriptive-only', 'renewal'],
  ['a neighbor', sampleTeam, set({ neighbors: ['vision-lab'] }), 'boundary-changed', 'neighbors'],
  ['no neighbor', set({ neighbors: ['vision-lab'] }), sampleTeam, 'descriptive-only', 'neighbors'],
  ['an administrator', sampleTeam, excepting('user/ops/eva'), 'boundary-changed', 'administrators'],
  ['another administrator', excepting('user/ops/eva'), excepting('user/ops/max'), 'boundary-changed', 'administrators'],
  ['no administrator', excepting('user/ops/eva'), sampleTeam, 'descriptive-only', 'administrators'],
  [
    'a user named as the role was',
    excepting('role/ops'),
    excepting('user/role/ops'),
    'boundary-changed',
    'administrators',
  ],
  [
    'a user beside the role',
    excepting('role/ops'),
    excepting('role/ops', 'user/a:role/ops'),
    'boundary-changed',
    'administrators',
  ],
  ['self-approval', sampleTeam, set({ selfApproval: true }), 'boundary-changed', 'self-approval'],
  ['no self-approval', set({ selfApproval: true }), sampleTeam, 'boundary-changed', 'self-approval'],
  ['another key of the state', stateAt('mturk-team'), stateAt('vision-lab'), 'boundary-changed', 'state'],
  ['a second key', sampleTeam, edit('bo', { keys: 2 }), 'gains-other', 'keys'],
  ['no key', sampleTeam, edit('bo', { keys: 0 }), 'descriptive-only', 'keys'],
  ['a first key', edit('bo', { keys: 0 }), sampleTeam, 'gains-other', 'keys'],
  ['a new member with two keys', sampleTeam, joining(2), 'gains-other', 'keys'],
  ['a first recipient', sampleTeam, edit('bo', { recipient: MINE }), 'gains-other', 'recipient'],
  ['another recipient', edit('bo', { recipient: MINE }), edit('bo', { recipient: OTHER }), 'gains-other', 'recipient'],
  ['no recipient', edit('bo', { recipient: MINE }), sampleTeam, 'descriptive-only', 'recipient'],
  ['a new member with a recipient', sampleTeam, withRecipient, 'gains-other', 'recipient'],
  ['a rotation', sampleTeam, set({ rotateAfterDays: 180 }), 'descriptive-only', 'rotation'],
  ['a slower rotation', set({ rotateAfterDays: 90 }), set({ rotateAfterDays: 365 }), 'boundary-changed', 'rotation'],
  ['no rotation', set({ rotateAfterDays: 180 }), sampleTeam, 'boundary-changed', 'rotation'],
  ['reviews', sampleTeam, set({ reviewEveryDays: 365 }), 'descriptive-only', 'review-period'],
  ['rarer reviews', set({ reviewEveryDays: 90 }), set({ reviewEveryDays: 365 }), 'boundary-changed', 'review-period'],
  ['no reviews', set({ reviewEveryDays: 365 }), sampleTeam, 'boundary-changed', 'review-period'],
  ['a review', sampleTeam, edit('bo', { reviewed: '2026-11-25' }), 'descriptive-only', 'reviewed'],
  ['no review', edit('bo', { reviewed: '2026-11-25' }), sampleTeam, 'descriptive-only', 'reviewed'],
  ['a snooze', sampleTeam, snooze(), 'boundary-changed', 'snooze'],
  ['a longer snooze', snooze(), snooze({ until: '2027-02-28' }), 'boundary-changed', 'snooze'],
  ['a shorter snooze', snooze(), snooze({ until: '2026-12-31' }), 'descriptive-only', 'snooze'],
  ['another reason', snooze(), snooze({ reason: 'the  next\n study ' }), 'descriptive-only', 'snooze'],
  ['a snooze ends', snooze(), sampleTeam, 'descriptive-only', 'snooze'],
];

test.each(CASES)('%s', (_what, before, after, risk, kind) => {
  const found = review(before, after);
  expect(found.settings.map((setting) => setting.kind)).toEqual([kind]);
  expect(found).toMatchObject({ risk, descriptive: [] });
  expect(changesNothing(found)).toBe(false);
  const [setting] = found.settings;
  const text = setting === undefined ? '' : plainText(settingText(setting));
  expect(printTerminal(terminalReview(found, { state: 'preview' }), 400)).toContain(`- ${text}`);
  expect(renderComment(viewOf(found)).replace(/[*`]/g, '')).toContain(`- ${text}`);
});

const SUSPENDED = { suspended: true };
const OWNS: readonly (readonly [what: string, before: object, after: object, text: string | null])[] = [
  ['the suspension ends', SUSPENDED, {}, 'can approve changes'],
  ['is suspended', {}, SUSPENDED, 'can no longer approve changes'],
  ['begins later', {}, { from: '2027-01-01' }, 'can approve changes on fewer days'],
  ['begins earlier', { from: '2027-01-01' }, { from: '2026-12-01' }, 'can approve changes on more days'],
  ['had ended', { until: '2026-11-20' }, { from: '2026-12-01', until: '2027-11-20' }, 'can approve changes'],
  ['gets a last day', {}, { until: '2026-12-20' }, 'can approve changes on fewer days'],
  ['has ended', {}, { until: '2026-11-20' }, 'can no longer approve changes'],
  ['ends later', { until: '2026-12-20' }, {}, 'can approve changes on more days'],
  [
    'other days',
    { until: '2027-01-20' },
    { from: '2026-12-01', until: '2027-11-20' },
    'can approve changes on other days',
  ],
  ['days before today', { from: '2026-01-01' }, { from: '2026-11-01' }, null],
];
test.each(OWNS)('what an owner can approve: %s', (_what, before, after, text) => {
  const owning = (more: object) => ({ ...edit('bo', { until: null, ...more }), owners: ['ada', 'bo'] });
  const found = review(owning(before), owning(after)).settings.filter(({ kind }) => kind.startsWith('owner'));
  expect(found.map((each) => plainText(settingText(each)))).toEqual(text === null ? [] : [`Owners: bo ${text}`]);
  if (text === null) return;
  const title = plainText(titleText(review(owning(before), owning(after)), 'will'));
  expect(title).toContain(text === 'can approve changes' ? 'bo can approve changes' : 'the approvers change');
});

test.each([
  ['unmanaged-role/AWSReservedSSO_Admin/escalates/2', 'take full control of the account'],
  ['root-access-key', 'take full control of the account'],
  ['old-access-key/bo/2', null],
])('what %s lets someone do, whose snooze a box names', (finding, harm) => {
  expect(harmOfFinding(finding)).toBe(harm);
});

test('the texts of all changed settings', () => {
  const lines = CASES.map(([what, before, after]) => {
    const texts = review(before, after).settings.map((setting) => plainText(settingText(setting)));
    return `${what}: ${texts.join('; ')}`;
  });
  expectGolden('settings-changes.txt', `${lines.join('\n')}\n`);
});

test('a review of access grants nothing, and the comment says so', () => {
  const found = review(sampleTeam, edit('bo', { reviewed: '2026-11-25' }));
  expect(found).toMatchObject({ people: [], descriptive: [], risk: 'descriptive-only' });
  expect(renderComment(viewOf(found))).toContain('### If merged: access is vouched for');
  for (const beside of [{}, { until: '2027-12-31' }, { name: 'Bo C.' }]) {
    const comment = renderComment(viewOf(review(sampleTeam, edit('bo', { reviewed: '2026-11-25', ...beside }))));
    expect(comment).toContain('**Vouched for:** `bo`');
  }
});

test.each([0, 1])('a new member with %i keys is no settings change', (keys) => {
  expect(review(sampleTeam, joining(keys)).settings).toEqual([]);
});

test('a first file, or one after an unreadable file, is reviewed for who approves and what differs from the defaults', () => {
  const first = edit(
    'bo',
    { keys: 2 },
    set(
      { reconcile: 'additions', keyMaxAgeDays: 365, maxRemovals: 5, neighbors: ['vision-lab'] },
      { ...snooze(), freeze: ['pay:bonus'] },
    ),
  );
  expect(review(null, first).settings).toMatchObject([
    { kind: 'owner-login', owner: 'ada', from: null, to: 'adaoneill' },
    { kind: 'freeze', gained: ['pay:bonus'], lost: [] },
    { kind: 'max-removals', from: 3, to: 5 },
    { kind: 'neighbors', gained: ['vision-lab'], lost: [] },
    { kind: 'reconcile', from: 'none', to: 'additions' },
    { kind: 'key-age', from: 90, to: 365 },
    { kind: 'keys', member: 'bo', from: null, to: 2 },
    { kind: 'snooze', finding: FINDING, from: null, to: '2027-01-31', reason: known.reason },
  ]);
});

test.each<[what: string, before: Team, after: Team, alert: string | null]>([
  ['of one member', edit('bo', { recipient: MINE }), edit('bo', { recipient: OTHER }), 'goes to another recipient.'],
  [
    'the first of a member',
    sampleTeam,
    edit('bo', { recipient: MINE }),
    'The next access key of **Bo Chen (`bo`)** goes to a new recipient.',
  ],
  [
    'of several members',
    sampleTeam,
    edit('bo', { recipient: MINE }, edit('cy', { recipient: OTHER })),
    'The next access keys of **Bo Chen (`bo`)** and **Cy Moreau (`cy`)** go to new recipients.',
  ],
  ['of a new member', sampleTeam, withRecipient, null],
  ['none any more', edit('bo', { recipient: MINE }), sampleTeam, null],
  [
    'of a former member',
    { ...sampleTeam, departed: [{ key: 'eve', left: '2026-11-24', reason: 'left' }] },
    withRecipient,
    'goes to a new recipient.',
  ],
])('a recipient is said first, and asked about: %s', (_what, before, after, alert) => {
  const comment = renderComment(viewOf(review(before, after)));
  const [head = ''] = comment.split('**Settings:**');
  expect(head.includes('[!WARNING]')).toBe(alert !== null);
  expect(head.includes('confirm the recipient')).toBe(alert !== null);
  expect(head).toContain(alert ?? '');
  expect(/^### If merged: .*the next access key/m.test(head)).toBe(alert !== null);
});

test('another finding is another snooze', () => {
  const worse = 'unmanaged-user/old-mturk-user/escalates';
  expect(review(snooze(), snooze({ finding: worse })).settings).toEqual([
    { kind: 'snooze', finding: worse, from: null, to: '2027-01-31', reason: known.reason },
    { kind: 'snooze', finding: FINDING, from: '2027-01-31', to: null, reason: null },
  ]);
});

test('a changed name besides keys is a descriptive field', () => {
  expect(review(sampleTeam, edit('bo', { keys: 2, name: 'Bo C.' })).descriptive).toEqual(['bo']);
});

test('settings come back from the JSON of a preview as they were, and a long reason is cut', () => {
  const after = edit('bo', { keys: 2 }, set({ keyMaxAgeDays: 3_650 }, snooze({ reason: 'x'.repeat(5_000) })));
  const found = review(sampleTeam, after);
  expect(readPreview(JSON.stringify(previewJson(found)))).toEqual({ ok: true, value: found });
  expect(found.settings.map((setting) => ('reason' in setting ? setting.reason?.length : null))).toEqual([
    null,
    null,
    300,
  ]);
});
