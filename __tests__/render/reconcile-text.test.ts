import { refusalWords, undoneText } from '../../src/render/reconcile-text.ts';
import { rail } from '../../src/review/rail.ts';
import type { Refusal } from '../../src/review/reconcile-refusal.ts';
import { expectGolden } from '../support/golden.ts';
import { DIFFERENCES, naming, userOf } from '../support/sample-looks.ts';

const [first, second] = DIFFERENCES;
const findings = [first!, second!];
const failure = { code: 'credentials-denied' as const, args: { reason: 'AccessDenied', progress: null } };

/** Every reason, held complete by its type. */
const REFUSALS: { readonly [Reason in Refusal['reason']]: Extract<Refusal, { reason: Reason }> | Refusal } = {
  off: { reason: 'off' },
  'unknown-keys': { reason: 'unknown-keys', keys: ['bob', 'alice'] },
  'another-look': { reason: 'another-look', expected: 'a'.repeat(64), found: 'b'.repeat(64) },
  incomplete: { reason: 'incomplete', unseen: [{ what: 'the credential report', failure }] },
  pending: { reason: 'pending', findings },
  unexplained: { reason: 'unexplained', findings: [first!] },
  flapping: { reason: 'flapping', findings: [first!] },
  quota: { reason: 'quota', perDay: 3, done: 1, wanted: 3 },
  'other-changes': {
    reason: 'other-changes',
    besides: [{ kind: 'user-removed', user: userOf('eve') }],
    addresses: ['aws_iam_user.member_eve'],
    missing: [first!],
  },
  rails: {
    reason: 'rails',
    findings: [rail('member-replaced', { member: 'fay', user: userOf('fay'), because: ['name'] })],
  },
  held: { reason: 'held', users: [userOf('bo'), userOf('eve')] },
  gives: { reason: 'gives', users: [userOf('bo')] },
};

test('why nothing is undone reads as it was looked at', () => {
  const texts = Object.entries(REFUSALS).map(([reason, refusal]) => `## ${reason}\n${refusalWords(refusal, naming)}\n`);
  expectGolden('drift/refusals.txt', [...texts, `## done\n${undoneText(findings)}\n`].join('\n'));
});

test.each(Object.entries(REFUSALS))(
  '%s: what state things are in is said, and what to do after it',
  (_reason, refusal) => {
    const words = refusalWords(refusal, naming);
    expect(words).toContain('Nothing was changed. ');
    expect(words.split('Nothing was changed. ')[1]?.length).toBeGreaterThan(10);
  },
);

test('of many findings some are named, and the rest is counted', () => {
  const many = Array.from({ length: 30 }, () => first!);
  expect(refusalWords({ reason: 'pending', findings: many }, naming)).toContain(', and 20 more.');
});
