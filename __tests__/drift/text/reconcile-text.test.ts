import type { Difference } from '../../../src/access/model-difference.ts';
import { block } from '../../../src/diagnostics/block.ts';
import type { DriftFinding, ScanResult } from '../../../src/drift/finding.ts';
import type { Refusal } from '../../../src/drift/remediation/reconcile-refusal.ts';
import {
  fingerprintText,
  nothingToUndoText,
  reconcileLines,
  reconcileQuestion,
  refusalWords,
  stillDiffersText,
  undoneText,
} from '../../../src/drift/text/reconcile-text.ts';
import { expectGolden } from '../../support/golden.ts';
import * as sample from '../../support/sample-looks.ts';

const naming = { lab: 'perception-lab', people: new Map([['perception-lab-bo', { key: 'bo', name: 'Bo Chen' }]]) };
const added: Difference = {
  kind: 'membership-added',
  group: 'perception-lab-paymaster',
  user: 'perception-lab-bo',
  unmanaged: false,
};
const finding = (id: string): DriftFinding =>
  sample.findingOf({ kind: 'difference', difference: added }, { id, cause: 'manual', remediation: 'auto' });
const one = [finding('membership-added/bo/paymaster/spends')];
const many = Array.from({ length: 12 }, (_each, index) => finding(`inline-policy-added/group/readers/p${index}`));
const unseen = {
  what: 'users, groups and policies',
  failure: { code: 'credentials-denied', args: { reason: 'AccessDenied', progress: null } },
} as const;

const REFUSALS: Readonly<Record<Refusal['reason'], readonly Refusal[]>> = {
  off: [{ reason: 'off' }],
  'unknown-keys': [
    { reason: 'unknown-keys', keys: [{ name: 'z\u001b[31moe', near: null }] },
    { reason: 'unknown-keys', keys: ['zoe', 'yan'].map((name) => ({ name, near: name === 'zoe' ? 'bo' : null })) },
  ],
  'not-restorable': [
    {
      reason: 'not-restorable',
      findings: [{ name: 'membership-added/bo', near: one[0]?.id ?? '', because: 'not-found' }],
    },
    {
      reason: 'not-restorable',
      findings: [
        { name: 'gone/\u001b[31m', near: null, because: 'not-found' },
        { name: 'unmanaged-user/old/spends', near: null, because: 'snoozed' },
        { name: 'console-password/bo', near: null, because: 'not-put-back' },
      ],
    },
  ],
  'another-look': [{ reason: 'another-look', expected: 'a'.repeat(64), found: 'b'.repeat(64) }],
  'changed-meanwhile': [{ reason: 'changed-meanwhile' }],
  incomplete: [
    { reason: 'incomplete', unseen: [] },
    { reason: 'incomplete', unseen: [unseen] },
  ],
  pending: [{ reason: 'pending', findings: many }],
  unexplained: [{ reason: 'unexplained', findings: one }],
  flapping: [{ reason: 'flapping', findings: one }],
  quota: [
    { reason: 'quota', perDay: 1, done: 1, wanted: 1 },
    { reason: 'quota', perDay: 3, done: 0, wanted: 12 },
  ],
  'other-changes': [
    { reason: 'other-changes', besides: [added], addresses: ['aws_iam_user.member_bo'], missing: one },
    { reason: 'other-changes', besides: [], addresses: ['output.x'], missing: [] },
  ],
  blocks: [{ reason: 'blocks', findings: [block('too-many-removals', { count: 4, limit: 3, members: [] })] }],
  held: [{ reason: 'held', users: ['perception-lab-bo', 'mallory'] }],
  gives: [{ reason: 'gives', users: ['perception-lab-bo'] }],
};

test('why nothing is put right, in words', () => {
  const text = Object.entries(REFUSALS).flatMap(([reason, refusals]) =>
    refusals.map((refusal) => `## ${reason}\n${refusalWords(refusal, naming)}\n`),
  );
  expectGolden('drift/refusals.txt', `${[...text, nothingToUndoText()].join('\n')}\n`);
});

test('what is done to whom, before it and after: what gives access first, and named as giving', () => {
  const restorable = sample.DIFFERENCES.filter(({ rule }) => !rule.startsWith('unmanaged-'));
  const account = '123456789012';
  const text = [
    ...reconcileLines(restorable, sample.naming),
    '',
    reconcileQuestion(restorable, account),
    reconcileQuestion(restorable.slice(0, 1), account),
    reconcileQuestion([finding('x'), { ...finding('y'), remediation: 'on-request' }], account),
    reconcileQuestion([{ ...finding('y'), remediation: 'on-request' }], account),
    '',
    undoneText(restorable, sample.naming),
  ];
  expectGolden('drift/put-right.txt', `${text.join('\n')}\n`);
  const lines = reconcileLines(restorable, sample.naming).slice(1);
  const first = lines.findIndex((line) => !line.startsWith('  - GIVES access: '));
  expect(first).toBeGreaterThan(0);
  expect(lines.slice(first).join('\n')).not.toContain('GIVES access');
});

test('how the account stands afterwards is said in a line, by the names of what still differs', () => {
  const look = (given: Partial<ScanResult>) => stillDiffersText(sample.lookOf([], { class: 'clean', ...given }));
  const snoozed = [{ finding: finding('unmanaged-user/old'), until: '2027-01-01', reason: 'agreed' }];
  expect(look({})).toBe('The account is as team.yaml says.');
  expect(look({ snoozed })).toBe('The account is as team.yaml says, but for what is snoozed.');
  expect(look({ notChecked: [unseen] })).toMatch(/as far as it could be looked at/);
  expect(look({ findings: [...one, { ...finding('b/c'), cause: 'pending' }], snoozed })).toBe(
    'Still different: 1 finding. membership-added/bo/paymaster/spends. Merged and not applied yet: b/c. 1 finding snoozed.',
  );
  expect(look({ findings: many })).toMatch(/^Still different: 12 findings\. .*p9, and 2 more\.$/);
  expect(fingerprintText({ fingerprint: '0123456789abcdef'.repeat(4) })).toContain('--expect 0123456789ab, ');
});

test('every refusal says that nothing was changed, and nothing in it can move a cursor', () => {
  for (const refusal of Object.values(REFUSALS).flat()) {
    const words = refusalWords(refusal, naming);
    expect(words).toContain('Nothing was changed.');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(words).not.toMatch(/[\u0000-\u001f]/);
  }
});
