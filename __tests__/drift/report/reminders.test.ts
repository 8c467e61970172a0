import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { Inventory } from '../../../src/aws/types.ts';
import { driftIssue } from '../../../src/drift/report/drift-issue.ts';
import { expiringAccess } from '../../../src/drift/report/expiring-access.ts';
import { driftDecision } from '../../../src/drift/report/issues.ts';
import { keyReminders, memberKeys, reminderBlocks } from '../../../src/drift/report/reminders.ts';
import type { DriftReport, KeyReminder } from '../../../src/drift/report/report.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { printMarkdown } from '../../../src/text/github.ts';
import { AT, type Credentials, name, TODAY, withMember } from '../../support/changed-account.ts';
import { ADDED, DENIED, reportWith } from '../../support/drift-reports.ts';
import { expectGolden } from '../../support/golden.ts';
import { inventoryOf, keyOf } from '../../support/inventory-of.ts';
import { IDENTITIES } from '../../support/recipients.ts';

const LINKS = { repository: null, runUrl: null };
const { recipient } = IDENTITIES[0];
const USED = '2026-11-25T09:00:00Z';

function reminders(member: Partial<Member>, keys: Credentials[string]['keys'], more: Partial<Inventory> = {}) {
  const team: Team = withMember('bo', { until: null, sponsor: 'ada', ...member });
  const rotating = { ...team, settings: { ...team.settings, rotateAfterDays: 180 } };
  const inventory = inventoryOf(desiredAccess(rotating, TODAY), { [name('bo')]: { keys: keys ?? [] } }, more);
  return keyReminders(rotating, inventory, TODAY, AT).map(({ key, about }) => ({ key, ...about }));
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
  expect(reminders(member, keys)).toEqual(expected.map((each) => ({ key: 'bo', ...each })));
});

test('what was not checked reminds of nothing', () => {
  expect(reminders({ recipient }, [], { notChecked: [DENIED] })).toEqual([]);
});

const ADA = { key: 'ada', name: "Ada O'Neill", github: 'adaoneill' };
const KEYS: readonly KeyReminder[] = [
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
const report = (ids: readonly string[], given: Partial<DriftReport>): DriftReport => ({
  ...reportWith(ids, { at: AT.toISOString() }),
  ...given,
});

test('one section by sponsor, with the command beside each line', () => {
  const team = withMember('bo', { until: '2026-12-01', sponsor: 'ada' });
  const expiring = [...expiringAccess(team, TODAY)];
  const text = printMarkdown(reminderBlocks({ expiring, keyReminders: [...KEYS] }), { reveal: false });
  expectGolden('drift/reminders.md', `${text}\n`);
  expect(reminderBlocks({ expiring: [] })).toEqual([]);
});

test('without drift, only what a person decides about a key opens the issue', () => {
  const decide = report([], { keyReminders: [...KEYS] });
  expect(driftIssue(decide, null, LINKS)?.title).toBe('Reminders for perception-lab: 3 access keys');
  expect(driftDecision(decide, LINKS)(null)).toMatchObject({ kind: 'open', comment: null });
  const due = report([], { keyReminders: KEYS.filter(({ about }) => about.kind === 'due') });
  expect(driftIssue(due, null, LINKS)).toBeNull();
  const both = driftIssue(report([ADDED], { keyReminders: [...KEYS] }), null, LINKS);
  expect(both?.title).toMatch(/^Drift in perception-lab/);
  expect(printMarkdown(both?.blocks ?? [], { reveal: false })).toContain('#### Reminders');
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
