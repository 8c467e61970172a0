import type { Difference } from '../../../src/access/model-difference.ts';
import type { DriftCause, DriftFinding, Remediation, ScanResult } from '../../../src/drift/finding.ts';
import { differenceOf } from '../../../src/drift/finding.ts';
import {
  decideReconcile,
  type ReconcileRefusal,
  type ReconcileRequest,
  stillCounting,
  type Undone,
} from '../../../src/drift/remediation/reconcile.ts';
import type { DriftWhat } from '../../../src/drift/rules/what.ts';
import type { Team } from '../../../src/team/team.ts';
import { findingOf } from '../../support/sample-looks.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const AT = '2026-11-25T12:00:00.000Z';
const hoursAgo = (hours: number) => new Date(Date.parse(AT) - hours * 3_600_000).toISOString();
const iam = (key: string) => `perception-lab-${key}`;

const added = (user: string, group: string): Difference => ({
  kind: 'membership-added',
  group: iam(group),
  user: iam(user),
  unmanaged: false,
});
const removed = (user: string, group: string): Difference =>
  ({ ...added(user, group), kind: 'membership-removed' }) as Difference;

function found(
  what: Difference | DriftWhat,
  fate: Remediation,
  { cause = 'manual', id }: { cause?: DriftCause; id?: string } = {},
): DriftFinding {
  const whole: DriftWhat = isWhat(what) ? what : { kind: 'difference', difference: what };
  const own =
    id ?? JSON.stringify(whole.kind === 'difference' ? Object.values(whole.difference) : Object.values(whole));
  return findingOf(whole, { id: own, cause, remediation: fate });
}

function isWhat(what: Difference | DriftWhat): what is DriftWhat {
  return ['difference', 'attributes', 'unmanaged-group-membership', 'password'].includes(what.kind);
}

function lookWith(findings: readonly DriftFinding[], more: Partial<ScanResult> = {}): ScanResult {
  return {
    class: 'drift',
    findings,
    snoozed: [],
    unusedSnoozes: [],
    notChecked: [],
    fingerprint: 'a'.repeat(64),
    planned: true,
    at: AT,
    credentialReportAt: null,
    ...more,
  };
}

const team = (perDay: number | null = 3): Team => ({
  ...sampleTeam,
  settings: {
    ...sampleTeam.settings,
    reconcile: { mode: perDay === null ? 'none' : 'additions', perDay: perDay ?? 1 },
  },
});
const ALL: ReconcileRequest = { undo: true, restore: [], expect: null };

const added1 = found(added('bo', 'paymaster'), 'auto', { id: 'added/bo' });
const added2 = found(added('cy', 'paymaster'), 'auto', { id: 'added/cy' });
const removed1 = found(removed('bo', 'task-publisher'), 'on-request', { id: 'removed/bo' });
const removed2 = found(removed('fay', 'paymaster'), 'on-request', { id: 'removed/fay' });
const attachedTo = (role: string, policy: string): Difference => ({
  kind: 'policy-attached',
  holder: { kind: 'group', name: iam(role) },
  arn: `arn:aws:iam::1:policy/${policy}`,
});
/** A Deny that somebody called after a member and attached to a role's group. */
const named = found(attachedTo('paymaster', iam('bo')), 'on-request', { id: 'named' });
const mixed = found(
  {
    kind: 'policy-changed',
    arn: `arn:aws:iam::1:policy/mturk/perception-lab/${iam('paymaster')}`,
    from: null,
    to: null,
  },
  'manual',
  { id: 'mixed' },
);
const boundary = found({ kind: 'boundary-changed', user: iam('gus'), from: null, to: 'x' }, 'on-request', {
  id: 'boundary',
});
const password = found({ kind: 'console-password', user: iam('bo'), lastUsed: null }, 'manual', {
  cause: 'unmanaged',
  id: 'pass/word',
});
const settled = found(added('gus', 'full-access'), 'manual', { cause: 'resolved', id: 'resolved' });
const stray = found({ kind: 'user-added', user: iam('bo') }, 'manual', { id: 'stray' });
const attributes = found(
  { kind: 'attributes', address: 'aws_iam_user.member_bo', attributes: ['force_destroy'] },
  'auto',
  {
    id: 'attributes',
  },
);

const earlier = (finding: string, hours: number): Undone => ({ finding, at: hoursAgo(hours) });

interface Row {
  readonly look: ScanResult;
  readonly of?: Team;
  readonly request?: Partial<ReconcileRequest>;
  readonly history?: readonly Undone[];
}

test.each<[string, Row, { findings: string[]; restored?: string[]; kept: Difference[] }]>([
  [
    'what was added is undone, what was removed or is mixed is kept, and what is not the engine’s is not touched',
    { look: lookWith([added1, removed1, mixed, boundary, password, settled, attributes]) },
    {
      findings: ['added/bo', 'attributes'],
      kept: [removed('bo', 'task-publisher'), differenceIn(mixed), differenceIn(boundary)],
    },
  ],
  [
    'what is snoozed is kept, too',
    { look: lookWith([added1], { snoozed: [{ finding: added2, until: '2027-01-01', reason: 'agreed' }] }) },
    { findings: ['added/bo'], kept: [added('cy', 'paymaster')] },
  ],
  [
    'a person gets back all of somebody’s, and nothing else happens',
    {
      look: lookWith([added1, added2, removed1, removed2, stray, password]),
      of: team(null),
      request: { undo: false, restore: ['bo'] },
    },
    {
      findings: ['added/bo', 'removed/bo'],
      restored: ['added/bo', 'removed/bo'],
      kept: [added('cy', 'paymaster'), removed('fay', 'paymaster')],
    },
  ],
  [
    'a finding is put right by its name, and nothing else of the same person',
    {
      look: lookWith([added1, added2, removed1, removed2]),
      of: team(null),
      request: { undo: false, restore: ['added/bo'] },
    },
    {
      findings: ['added/bo'],
      restored: ['added/bo'],
      kept: [added('cy', 'paymaster'), removed('bo', 'task-publisher'), removed('fay', 'paymaster')],
    },
  ],
  [
    'names and keys at once',
    { look: lookWith([added1, added2, removed1, removed2]), request: { undo: false, restore: ['added/cy', 'fay'] } },
    {
      findings: ['added/cy', 'removed/fay'],
      restored: ['added/cy', 'removed/fay'],
      kept: [added('bo', 'paymaster'), removed('bo', 'task-publisher')],
    },
  ],
  [
    'a role is restored, and not who was taken out of it: that is done to them',
    { look: lookWith([added2, removed1, removed2, mixed]), request: { undo: false, restore: ['paymaster'] } },
    {
      findings: ['mixed'],
      restored: ['mixed'],
      kept: [added('cy', 'paymaster'), removed('bo', 'task-publisher'), removed('fay', 'paymaster')],
    },
  ],
  [
    'a policy is its holder’s, whatever it is called',
    { look: lookWith([named, removed1]), request: { undo: false, restore: ['bo'] } },
    {
      findings: ['removed/bo'],
      restored: ['removed/bo'],
      kept: [attachedTo('paymaster', iam('bo'))],
    },
  ],
  [
    'undoing and restoring at once',
    { look: lookWith([added2, removed1, removed2]), request: { restore: ['fay'] } },
    { findings: ['added/cy', 'removed/fay'], restored: ['removed/fay'], kept: [removed('bo', 'task-publisher')] },
  ],
  [
    'what a person restores counts for no quota and is no quarrel',
    {
      look: lookWith([removed1]),
      of: team(1),
      request: { restore: ['bo'] },
      history: ['removed/bo', 'removed/bo', 'x'].map((id) => earlier(id, 1)),
    },
    { findings: ['removed/bo'], restored: ['removed/bo'], kept: [] },
  ],
  [
    'the last of a day, and what was undone a day ago',
    {
      look: lookWith([added1, added2]),
      history: [earlier('x', 1), earlier('y', 24), earlier('z', 30)],
    },
    { findings: ['added/bo', 'added/cy'], kept: [] },
  ],
  [
    'twice undone, once of it more than seven days ago',
    { look: lookWith([added1]), history: [earlier('added/bo', 24 * 7), earlier('added/bo', 25)] },
    { findings: ['added/bo'], kept: [] },
  ],
  [
    'the look that was expected',
    { look: lookWith([added1]), request: { expect: 'a'.repeat(64) } },
    { findings: ['added/bo'], kept: [] },
  ],
  [
    'the look that was expected, by its first digits',
    { look: lookWith([added1]), request: { expect: 'a'.repeat(12) } },
    { findings: ['added/bo'], kept: [] },
  ],
])('%s', (_what, { look, of = team(), request = {}, history = [] }, expected) => {
  const decision = decideReconcile(look, of, { ...ALL, ...request }, history);
  if (decision.kind !== 'go') throw new Error(JSON.stringify(decision));
  expect({
    findings: decision.findings.map(({ id }) => id),
    restored: decision.restored.map(({ id }) => id),
    kept: decision.kept,
  }).toEqual({ restored: [], ...expected });
});

function differenceIn(finding: DriftFinding): Difference {
  const difference = differenceOf(finding);
  if (difference === null) throw new Error(finding.rule);
  return difference;
}

const pending = found(added('bo', 'full-access'), 'manual', { cause: 'pending', id: 'pending' });
const undecided = found(added('bo', 'full-access'), 'manual', { cause: 'unknown', id: 'unknown' });
const unexplained = found({ kind: 'attributes', address: 'aws_iam_user.member_bo', attributes: [] }, 'manual', {
  cause: 'unexplained',
  id: 'unexplained',
});
const unseen = [
  { what: 'users', failure: { code: 'credentials-denied', args: { reason: '', progress: null } } },
] as const;

test.each<[string, Row, Partial<ReconcileRefusal>]>([
  ['the file does not allow it', { look: lookWith([added1]), of: team(null) }, { reason: 'off' }],
  [
    'a key that nobody has',
    { look: lookWith([removed1]), request: { restore: ['bo', 'perception-lab-dee', 'zoe'] } },
    {
      reason: 'unknown-keys',
      keys: [
        { name: 'perception-lab-dee', near: null },
        { name: 'zoe', near: null },
      ],
    },
  ],
  [
    'something like a key: a name of IAM, of a person, with a slip in it',
    { look: lookWith([removed1]), request: { restore: ['perception-lab-bo', 'bo chen', 'paymasters'] } },
    {
      reason: 'unknown-keys',
      keys: [
        { name: 'perception-lab-bo', near: 'bo' },
        { name: 'bo chen', near: 'bo' },
        { name: 'paymasters', near: 'paymaster' },
      ],
    },
  ],
  [
    'a finding that is not there, that is put up with, or that is nothing for a plan',
    {
      look: lookWith([removed1, password, settled], {
        snoozed: [{ finding: removed2, until: '2027-01-01', reason: 'agreed' }],
      }),
      request: { undo: false, restore: ['removed/b', 'gone/x', 'removed/fay', 'pass/word', 'a/b/c'] },
    },
    {
      reason: 'not-restorable',
      findings: [
        { name: 'removed/b', near: 'removed/bo', because: 'not-found' },
        { name: 'gone/x', near: null, because: 'not-found' },
        { name: 'removed/fay', near: null, because: 'snoozed' },
        { name: 'pass/word', near: null, because: 'not-put-back' },
        { name: 'a/b/c', near: null, because: 'not-found' },
      ],
    },
  ],
  [
    'another look than the one that was reported',
    { look: lookWith([added1]), request: { expect: 'b'.repeat(64) } },
    { reason: 'another-look', expected: 'b'.repeat(64), found: 'a'.repeat(64) },
  ],
  [
    'another look, though there is nothing to undo in it',
    { look: lookWith([]), request: { expect: 'b'.repeat(64) } },
    { reason: 'another-look' },
  ],
  [
    'a look that failed',
    { look: lookWith([], { class: 'error', notChecked: unseen }) },
    { reason: 'incomplete', unseen },
  ],
  ['a look without a plan', { look: lookWith([added1], { planned: false }) }, { reason: 'incomplete' }],
  ['something merged', { look: lookWith([added1, pending]) }, { reason: 'pending', findings: [pending] }],
  ['something undecided', { look: lookWith([added1, undecided]) }, { reason: 'pending', findings: [undecided] }],
  [
    'something merged, for a person, too',
    { look: lookWith([removed1, pending]), request: { undo: false, restore: ['bo'] } },
    { reason: 'pending' },
  ],
  [
    'something that nobody can explain',
    { look: lookWith([added1, unexplained]) },
    { reason: 'unexplained', findings: [unexplained] },
  ],
  [
    'more at once than a day allows',
    { look: lookWith([added1, added2]), of: team(1) },
    { reason: 'quota', perDay: 1, done: 0, wanted: 2 },
  ],
  [
    'one more than a day allows',
    { look: lookWith([added1, added2]), history: [earlier('x', 1), earlier('y', 23.9)] },
    { reason: 'quota', perDay: 3, done: 2, wanted: 2 },
  ],
  [
    'the third time within seven days, with another thing beside it',
    { look: lookWith([added1, added2]), history: [earlier('added/bo', 24 * 6.9), earlier('added/bo', 30)] },
    { reason: 'flapping', findings: [added1] },
  ],
])('nothing is done: %s', (_what, { look, of = team(), request = {}, history = [] }, refusal) => {
  const decision = decideReconcile(look, of, { ...ALL, ...request }, history);
  expect(decision).toMatchObject({ kind: 'refused', refusal });
});

test.each<[string, Row]>([
  ['only removals', { look: lookWith([removed1, mixed, password]) }],
  ['a clean account', { look: lookWith([], { class: 'clean' }) }],
  ['only what is merged', { look: lookWith([pending], { class: 'pending' }) }],
  ['what was undone by somebody else already', { look: lookWith([settled], { class: 'state-only' }) }],
  [
    'nothing of the one who is to be restored',
    { look: lookWith([added1]), request: { undo: false, restore: ['fay'] } },
  ],
  [
    'only what is not the engine’s of her',
    { look: lookWith([password, stray]), request: { undo: false, restore: ['bo'] } },
  ],
])('there is nothing to do: %s', (_what, { look, of = team(), request = {}, history = [] }) => {
  expect(decideReconcile(look, of, { ...ALL, ...request }, history)).toEqual({ kind: 'nothing' });
});

test('the history forgets what counts no more', () => {
  const history = [earlier('a', 1), earlier('b', 24 * 6.9), earlier('c', 24 * 7), earlier('d', 24 * 400)];
  expect(stillCounting(history, new Date(AT)).map(({ finding }) => finding)).toEqual(['a', 'b']);
});
