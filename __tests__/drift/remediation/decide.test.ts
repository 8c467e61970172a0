import type { Difference } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { NotChecked } from '../../../src/aws/inventory/types.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import {
  decideReconcile,
  NO_RECONCILE_RECORD,
  needsReconcile,
  type ReconcileRecord,
  type ReconcileRequest,
  type ReconcileTeam,
  type ScannedAccount,
  withRecreated,
  withReported,
  withReverts,
} from '../../../src/drift/remediation/decide.ts';
import { RECONCILE_BLOCK } from '../../../src/drift/remediation/reconcile-text.ts';
import type { ReconcileMode, Team } from '../../../src/team/team.ts';
import { AT, name, TODAY, withMember } from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(AT.getTime() - hours * HOUR);
const joined: Difference = { kind: 'membership-added', group: name('paymaster'), user: name('bo'), unmanaged: false };
const left: Difference = { ...joined, kind: 'membership-removed' };

const finding = (
  id: string,
  remediation: DriftFinding['remediation'],
  { cause = 'manual', data = joined }: { cause?: DriftFinding['cause']; data?: Difference | null } = {},
): DriftFinding =>
  ({
    ...(data === null
      ? { rule: 'ssh-key', data: { user: name('bo'), ids: [] } }
      : ({ rule: data.kind, data } as Pick<DriftFinding, 'rule' | 'data'>)),
    ...({ id, cause, remediation, severity: 'low', changes: [], risk: null, escalates: [], lastChange: null } as const),
  }) as DriftFinding;

const ADDED = finding('membership-added/bo/paymaster/spends', 'auto');
const REMOVED = finding('membership-removed/bo/task-publisher', 'on-request', { data: left });
const MOVED = finding('path-changed/user/bo', 'manual', {
  data: { kind: 'path-changed', holder: { kind: 'user', name: name('bo') }, from: '/mturk/perception-lab/', to: '/' },
});
const KEY = finding('old-access-key/bo', 'manual', { cause: 'unmanaged', data: null });
const PENDING = finding('user-deleted/eve', 'on-request', { cause: 'pending' });
const EXPIRED = finding('user-expired/gus', 'manual', { cause: 'expired', data: null });

const SNOOZED = finding('ssh-key/bo', 'manual', { data: null });

function scan(findings: readonly DriftFinding[], more: Partial<ScannedAccount['scan']> = {}): ScannedAccount {
  const snoozed = [{ finding: SNOOZED, until: '2027-01-01', reason: 'server' }];
  const facts = {
    snoozed,
    notChecked: [],
    fingerprint: 'abcdef0123456789',
    class: 'drift',
    at: AT.toISOString(),
  } as const;
  return { scan: { findings, ...facts, ...more }, access: desiredAccess(sampleTeam, '2026-01-01'), complete: true };
}

function team(
  mode: ReconcileMode,
  more: Partial<ReconcileTeam['settings']> = {},
  of: Team = sampleTeam,
): ReconcileTeam {
  return { ...of, settings: { ...of.settings, reconcile: mode, ...more } };
}

const JOB: ReconcileRequest = { reconcile: true, revert: [], ifFingerprint: null };
const person = (...revert: string[]): ReconcileRequest => ({ reconcile: false, revert, ifFingerprint: null });
const reported = (hours: number, ...ids: string[]) => withReported(NO_RECONCILE_RECORD, ids, ago(hours));
const reverted = (...hours: number[]): ReconcileRecord =>
  hours.reduce<ReconcileRecord>(
    (record, each) => withReverts(record, [ADDED.id], ago(each), 'begun'),
    NO_RECONCILE_RECORD,
  );

type Row = readonly [
  what: string,
  mode: ReconcileMode,
  findings: readonly DriftFinding[],
  request: ReconcileRequest,
  record: ReconcileRecord,
  expected: { readonly reverts: readonly string[]; readonly next?: readonly string[] } | string,
];

const ROWS: readonly Row[] = [
  ['none reverts nothing', 'none', [ADDED], JOB, NO_RECONCILE_RECORD, 'reconcile-off'],
  [
    'additions reverts what was added',
    'additions',
    [ADDED, REMOVED, KEY],
    JOB,
    NO_RECONCILE_RECORD,
    { reverts: [ADDED.id] },
  ],
  ['additions never grants', 'additions', [REMOVED], JOB, reported(48, REMOVED.id), { reverts: [] }],
  ['all reports first', 'all', [ADDED, REMOVED], JOB, NO_RECONCILE_RECORD, { reverts: [ADDED.id], next: [REMOVED.id] }],
  [
    'all reverts what was reported',
    'all',
    [ADDED, REMOVED],
    JOB,
    reported(24, REMOVED.id),
    { reverts: [ADDED.id, REMOVED.id] },
  ],
  [
    'a report of minutes ago is no earlier one',
    'all',
    [REMOVED],
    JOB,
    reported(0.5, REMOVED.id),
    { reverts: [], next: [REMOVED.id] },
  ],
  [
    'a finding that got worse is another one',
    'all',
    [REMOVED],
    JOB,
    reported(24, 'membership-removed/bo'),
    { reverts: [], next: [REMOVED.id] },
  ],
  [
    'pending and expired do not block',
    'all',
    [ADDED, PENDING, EXPIRED],
    JOB,
    NO_RECONCILE_RECORD,
    { reverts: [ADDED.id] },
  ],
  [
    'a person needs no report',
    'none',
    [ADDED, REMOVED],
    person(REMOVED.id),
    NO_RECONCILE_RECORD,
    { reverts: [REMOVED.id] },
  ],
  [
    'a person reverts an addition',
    'none',
    [ADDED, REMOVED],
    person(ADDED.id),
    NO_RECONCILE_RECORD,
    { reverts: [ADDED.id] },
  ],
  [
    'a person and the job together',
    'additions',
    [ADDED, REMOVED],
    { ...JOB, revert: [REMOVED.id] },
    NO_RECONCILE_RECORD,
    { reverts: [ADDED.id, REMOVED.id] },
  ],
  ['a moved user is not moved back by the job', 'all', [MOVED], JOB, reported(24, MOVED.id), { reverts: [] }],
  [
    'an administrator moves a user back',
    'none',
    [MOVED],
    person(MOVED.id),
    NO_RECONCILE_RECORD,
    { reverts: [MOVED.id] },
  ],
  ['what is pending is not reverted', 'none', [PENDING], person(PENDING.id), NO_RECONCILE_RECORD, 'not-revertible'],
  ['two reverts in a week are the last', 'additions', [ADDED], JOB, reverted(30, 100), 'reverted-repeatedly'],
  ['older reverts do not count', 'additions', [ADDED], JOB, reverted(30, 170), { reverts: [ADDED.id] }],
  [
    'a person may revert a third time',
    'additions',
    [ADDED],
    person(ADDED.id),
    reverted(30, 100),
    { reverts: [ADDED.id] },
  ],
];

test.each(ROWS)('%s', (_what, mode, findings, request, record, expected) => {
  const applied = appliedTeam(sampleTeam, TODAY);
  const decision = decideReconcile(scan(findings), team(mode), applied, request, record);
  if (typeof expected === 'string') {
    expect(decision).toMatchObject({ kind: 'blocked', block: { code: expected } });
    if (decision.kind === 'blocked') expect(RECONCILE_BLOCK.parse(decision.block)).toEqual(decision.block);
    return;
  }
  expect(decision).toMatchObject({ kind: 'decided' });
  if (decision.kind !== 'decided') return;
  expect(decision.reverts.map(({ id }) => id)).toEqual(expected.reverts);
  expect(decision.next.map(({ id }) => id)).toEqual(expected.next ?? []);
});

const one = (given: ScannedAccount, request: ReconcileRequest) =>
  decideReconcile(given, team('all'), appliedTeam(sampleTeam, TODAY), request, NO_RECONCILE_RECORD);

test('an incomplete scan and another fingerprint block', () => {
  const part = (what: string) =>
    ({ what, failure: { code: 'credentials-denied', args: { reason: '' } } }) as NotChecked;
  const notChecked = [part('users'), part('groups')];
  const incomplete = { kind: 'blocked', block: { code: 'scan-incomplete', args: { notChecked: 2 } } };
  expect(one({ ...scan([ADDED], { notChecked }), complete: false }, JOB)).toEqual(incomplete);
  expect(one(scan([ADDED], { notChecked, class: 'error' }), JOB)).toEqual(incomplete);
  expect(one(scan([ADDED]), { ...JOB, ifFingerprint: 'abcdef' })).toMatchObject({ kind: 'decided' });
  expect(one(scan([ADDED]), { ...JOB, ifFingerprint: 'abcdee' })).toMatchObject({
    block: { code: 'fingerprint-changed' },
  });
});

test('an id that cannot be reverted is named with the reason and the nearest one', () => {
  const ids = [
    'membership-added/bo/paymaster',
    'old-access-key/bo',
    'ssh-key/bo',
    'membership-removed/bo/task-publishr',
    'x',
  ];
  expect(one(scan([ADDED, REMOVED, KEY]), person(...ids))).toMatchObject({
    block: {
      args: {
        findings: [
          { because: 'not-found', nearest: ADDED.id },
          { because: 'not-revertible', nearest: null },
          { because: 'snoozed', nearest: null },
          { because: 'not-found', nearest: REMOVED.id },
          { because: 'not-found', nearest: null },
        ],
      },
    },
  });
});

describe('deleting users some days after the last day', () => {
  const gone = (until: string) => withMember('gus', { until });
  const deletions = (
    of: Team,
    applied: Team,
    record: ReconcileRecord,
    mode: ReconcileMode = 'additions',
    maxRemovals = 3,
  ) => {
    const decision = decideReconcile(
      scan([]),
      team(mode, { deleteAfterDays: 10, maxRemovals }, of),
      appliedTeam(applied, TODAY),
      JOB,
      record,
    );
    return decision.kind === 'decided' ? [decision.deletions, decision.next.map(({ id }) => id)] : decision.block.code;
  };
  const GUS = 'delete-user/gus';

  test.each<[string, unknown, unknown]>([
    ['the day before it is due', deletions(gone('2026-11-15'), gone('2026-11-15'), reported(24, GUS)), [[], []]],
    [
      'when due, it is reported first',
      deletions(gone('2026-11-14'), gone('2026-11-14'), NO_RECONCILE_RECORD),
      [[], [GUS]],
    ],
    ['after the report', deletions(gone('2026-11-14'), gone('2026-11-14'), reported(24, GUS)), [[name('gus')], []]],
    [
      'an extension that is not applied keeps the user',
      deletions(gone('2027-01-01'), gone('2026-11-14'), reported(24, GUS)),
      [[], []],
    ],
    ['a last day that is not applied, too', deletions(gone('2026-11-14'), sampleTeam, reported(24, GUS)), [[], []]],
    [
      'never more than max-removals',
      deletions(gone('2026-11-14'), gone('2026-11-14'), reported(24, GUS), 'all', 0),
      [[], [GUS]],
    ],
    ['not in mode none', deletions(gone('2026-11-14'), gone('2026-11-14'), reported(24, GUS), 'none'), 'reconcile-off'],
  ])('%s', (_what, found, expected) => expect(found).toEqual(expected));
});

test('the job starts if there is something to revert or to report', () => {
  const needs = (mode: ReconcileMode, ...findings: DriftFinding[]) =>
    needsReconcile(scan(findings), team(mode), appliedTeam(sampleTeam, TODAY));
  expect([needs('none', ADDED), needs('additions', ADDED), needs('additions', REMOVED), needs('all', REMOVED)]).toEqual(
    [false, true, false, true],
  );
  expect(needs('all', PENDING, EXPIRED, KEY)).toBe(false);
});

test('a record keeps the first report of what is still there, and reverts of eight days', () => {
  const first = withReported(NO_RECONCILE_RECORD, ['a', 'b'], ago(48));
  expect(withReported(first, ['b', 'c'], AT).reported).toEqual([
    { id: 'b', first: ago(48).toISOString() },
    { id: 'c', first: AT.toISOString() },
  ]);
  expect(withReverts(reverted(10, 8 * 24 + 1), ['z'], AT, 'done').reverts.map(({ finding: id }) => id)).toEqual([
    ADDED.id,
    'z',
  ]);
});

test('what was created again twice since the last apply is known by its newest id, from each id before', () => {
  const once = withRecreated(NO_RECONCILE_RECORD, new Map([['AIDA1', 'AIDA2']]));
  const twice = withRecreated(
    once,
    new Map([
      ['AIDA2', 'AIDA3'],
      ['AGPA1', 'AGPA2'],
    ]),
  );
  expect(twice.recreated).toEqual({ AIDA1: 'AIDA3', AIDA2: 'AIDA3', AGPA1: 'AGPA2' });
});
