import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { DisplayNames } from '../../../src/access/text/names.ts';
import type { Inventory } from '../../../src/aws/types.ts';
import { OPERATIONS } from '../../../src/catalog/mturk.ts';
import { driftIssue } from '../../../src/drift/report/drift-issue.ts';
import { driftDecision } from '../../../src/drift/report/issues.ts';
import { expiringAccess, memberKeys, reminderBlocks, remindersOf } from '../../../src/drift/report/reminders.ts';
import type { DriftReport, Reminder } from '../../../src/drift/report/report.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { printMarkdown } from '../../../src/text/github.ts';
import { AT, type Credentials, name, TODAY, withMember } from '../../support/changed-account.ts';
import { ADDED, DENIED, reportWith } from '../../support/drift-reports.ts';
import { expectGolden } from '../../support/golden.ts';
import { inventoryOf, keyOf } from '../../support/inventory-of.ts';
import { IDENTITIES } from '../../support/recipients.ts';
import { naming, sampleScan } from '../../support/sample-scans.ts';

const LINKS = { repository: null, runUrl: null };
const { recipient } = IDENTITIES[0];
const USED = '2026-11-25T09:00:00Z';

function remindersAbout(member: Partial<Member>, keys: Credentials[string]['keys'], more: Partial<Inventory> = {}) {
  const team: Team = withMember('bo', { until: null, sponsor: 'ada', ...member });
  const rotating = { ...team, settings: { ...team.settings, rotateAfterDays: 180 } };
  const inventory = inventoryOf(desiredAccess(rotating, TODAY), { [name('bo')]: { keys: keys ?? [] } }, more);
  return remindersOf(rotating, inventory, TODAY, AT).map(({ key, about }) => ({ key, ...about }));
}

const old = keyOf({ created: '2026-01-01T12:00:00Z', lastUsed: USED });
const quiet = keyOf({ created: '2026-06-01T12:00:00Z', lastUsed: '2026-08-01T12:00:00Z' });
const second = keyOf({ created: '2026-10-01T12:00:00Z', lastUsed: USED });

test.each<[string, Partial<Member>, Credentials[string]['keys'], readonly object[]]>([
  ['a key in use', { recipient }, [second], []],
  ['no key', { recipient }, [], [{ kind: 'due', step: 'create' }]],
  ['an old key', { recipient }, [old], [{ kind: 'due', step: 'create' }]],
  ['an old key without a recipient, which is a finding', {}, [old], []],
  ['a key unused for 90 days', {}, [quiet], [{ kind: 'unused', lastUsed: quiet.lastUsed, keys: 1 }]],
  ['a key that was never used, which is a finding', {}, [{ ...quiet, lastUsed: null }], []],
  ['an inactive key', { recipient }, [{ ...quiet, active: false }], [{ kind: 'decide', finding: 'all-inactive' }]],
  ['two keys in use, which is a finding', { recipient }, [old, second], []],
  [
    'two keys in use where two are allowed',
    { recipient, keys: 2 },
    [old, second],
    [{ kind: 'decide', finding: 'both-used' }],
  ],
  ['a suspended member', { recipient, suspended: true }, [quiet], []],
  ['a member past the last day', { recipient, until: '2026-11-01' }, [quiet], []],
  ['a key whose use is not known', { recipient }, [{ ...old, isUseKnown: false }], []],
])('%s', (_what, member, keys, expected) => {
  expect(remindersAbout(member, keys)).toEqual(expected.map((each) => ({ key: 'bo', ...each })));
});

test('what was not checked reminds of nothing', () => {
  expect(remindersAbout({ recipient }, [], { notChecked: [DENIED] })).toEqual([]);
});

function reviews(member: Partial<Member>, keys: Credentials[string]['keys'] = [], more: Partial<Inventory> = {}) {
  const team: Team = withMember('bo', { sponsor: 'ada', until: '2027-05-31', ...member });
  const others = team.members.map((each) => (each.key === 'bo' ? each : { ...each, reviewed: TODAY }));
  const reviewed = { ...team, members: others, settings: { ...team.settings, reviewEveryDays: 365 } };
  const inventory = inventoryOf(desiredAccess(reviewed, TODAY), { [name('bo')]: { keys } }, more);
  return remindersOf(reviewed, inventory, TODAY, AT).filter(({ about }) => about.kind === 'review');
}

const REVIEW = {
  ...{ kind: 'review', reviewed: null, until: '2027-05-31', lastUsed: null, isUseChecked: true },
  operations: expect.arrayContaining(['CreateHIT', 'GetHIT']),
};

test.each<[string, object | null, Partial<Member>, Credentials[string]['keys']?, Partial<Inventory>?]>([
  ['no review yet', {}, {}],
  ['a review of 365 days ago', null, { reviewed: '2025-11-25' }],
  ['a review of 366 days ago', { reviewed: '2025-11-24' }, { reviewed: '2025-11-24' }],
  ['a suspended member', null, { suspended: true }],
  ['a member past the last day', null, { until: '2026-11-24' }],
  ['a member on the last day', { until: TODAY }, { until: TODAY }],
  ['a member before the first day', null, { from: '2026-11-26' }],
  ['the later use of two keys', { lastUsed: second.lastUsed }, { keys: 2 }, [second, quiet]],
  ['a key whose use is not known', { isUseChecked: false }, {}, [{ ...old, lastUsed: null, isUseKnown: false }]],
  ['keys that were not read', { isUseChecked: false }, {}, [], { notChecked: [DENIED] }],
])('a review of access: %s', (_what, due, member, keys = [], more = {}) => {
  const abouts = due === null ? [] : [expect.objectContaining({ about: { ...REVIEW, ...due } })];
  expect(reviews(member, keys, more)).toEqual(abouts);
});

test('a review is of what the roles allow, frozen or not, and never due without the setting', () => {
  const team = withMember('bo', {});
  const inventory = inventoryOf(desiredAccess(team, TODAY));
  const frozen = { ...team, freeze: ['hits:publish'] as const, settings: { ...team.settings, reviewEveryDays: 30 } };
  const due = remindersOf(frozen, inventory, TODAY, AT);
  expect(due.find(({ key }) => key === 'bo')?.about).toMatchObject({ operations: REVIEW.operations });
  expect(remindersOf(team, inventory, TODAY, AT)).toEqual([]);
});

test('a sponsor who is suspended decides nothing', () => {
  expect(reviews({ sponsor: 'ada' })[0]?.sponsor?.key).toBe('ada');
  expect(reviews({ sponsor: 'cy' })[0]?.sponsor).toBeNull();
});

const ADA = { key: 'ada', name: "Ada O'Neill", github: 'adaoneill' };
const KEYS: readonly Reminder[] = [
  { key: 'bo', name: 'Bo Chen', sponsor: ADA, about: { kind: 'unused', lastUsed: '2026-08-01T12:00:00Z', keys: 1 } },
  { key: 'eve', name: 'Eve Lindqvist', sponsor: null, about: { kind: 'decide', finding: 'all-inactive' } },
  {
    key: 'eve',
    name: 'Eve Lindqvist',
    sponsor: null,
    about: { kind: 'unused', lastUsed: '2026-07-01T12:00:00Z', keys: 2 },
  },
  { key: 'zoe', name: 'Zoë Quist', sponsor: ADA, about: { kind: 'due', step: 'create' } },
];
const READS = ['GetHIT', 'ListHITs'] as const;
const REVIEWS: readonly Reminder[] = [
  {
    ...{ key: 'ada', name: "Ada O'Neill", sponsor: null },
    about: {
      ...{ kind: 'review', reviewed: '2025-11-24', until: null, lastUsed: USED, isUseChecked: true },
      operations: [...OPERATIONS],
    },
  },
  {
    ...{ key: 'bo', name: 'Bo Chen', sponsor: ADA },
    about: {
      ...{ kind: 'review', reviewed: null, until: '2027-05-31', lastUsed: null, isUseChecked: true },
      operations: ['CreateHIT', ...READS],
    },
  },
  {
    ...{ key: 'zoe', name: 'Zoë Quist', sponsor: ADA },
    about: {
      ...{ kind: 'review', reviewed: '2025-01-31', until: '2026-12-31', lastUsed: null, isUseChecked: false },
      operations: [],
    },
  },
];
const report = (ids: readonly string[], given: Partial<DriftReport>): DriftReport => ({
  ...reportWith(ids, { at: AT.toISOString() }),
  ...given,
});

test('one section by sponsor, with the command beside each line', () => {
  const team = withMember('bo', { until: '2026-12-01', sponsor: 'ada' });
  const expiring = [...expiringAccess(team, TODAY)];
  const blocks = reminderBlocks({ expiring, reminders: [...KEYS, ...REVIEWS] });
  const text = printMarkdown(blocks, { reveal: false });
  expectGolden('drift/reminders.md', `${text}\n`);
  expect(reminderBlocks({ expiring: [] })).toEqual([]);
  const people = { expiring, reminders: [...KEYS] };
  const lines = (names: DisplayNames) => driftLines(sampleScan([]), names, { people }).join('\n');
  expect(lines(naming)).toContain('Reminders\n');
  expect(lines(naming)).toContain('No sponsor can decide: the owners do');
  expect(lines({ ...naming, isPublic: true })).not.toContain('Reminders');
});

test('without drift, only what a person decides opens the issue', () => {
  const decide = report([], { reminders: [...KEYS] });
  expect(driftIssue(decide, null, LINKS)?.title).toBe('Reminders for perception-lab: 3 access keys');
  expect(driftDecision(null, decide, LINKS)).toMatchObject({ kind: 'open', comment: null });
  const reviewed = (reminders: readonly Reminder[]) =>
    driftIssue(report([], { reminders: [...reminders] }), null, LINKS);
  expect(reviewed(REVIEWS)?.title).toBe('Reminders for perception-lab: 3 reviews of access');
  const both = reviewed([...KEYS, ...REVIEWS.slice(1, 2)]);
  expect(both?.title).toBe('Reminders for perception-lab: 3 access keys, 1 review of access');
  expect(printMarkdown(both?.blocks ?? [], { reveal: false })).toContain('no key or review waits for a decision');
  const due = report([], { reminders: KEYS.filter(({ about }) => about.kind === 'due') });
  expect(driftIssue(due, null, LINKS)).toBeNull();
  const drifted = driftIssue(report([ADDED], { reminders: [...KEYS] }), null, LINKS);
  expect(drifted?.title).toMatch(/^Drift in perception-lab/);
  expect(printMarkdown(drifted?.blocks ?? [], { reveal: false })).toContain('#### Reminders');
});

test('the report lists the keys of members with age and use, and without their ids', () => {
  const team: Team = withMember('bo', { until: null });
  const inventory = inventoryOf(desiredAccess(team, TODAY), { [name('bo')]: { keys: [old, quiet] } });
  const facts = ({ created, lastUsed }: typeof old) => ({ active: true, created, lastUsed, isUseKnown: true });
  expect(memberKeys(team, inventory).find(({ key }) => key === 'bo')).toEqual({
    key: 'bo',
    keys: [facts(old), facts(quiet)],
  });
  expect(memberKeys(team, inventory).map(({ key }) => key)).toEqual(team.members.map(({ key }) => key));
});
