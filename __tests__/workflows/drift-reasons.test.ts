import { interpolate } from './expression.ts';
import { ownJobs, readWorkflow } from './workflow-file.ts';

const jobs = ownJobs(readWorkflow('.github/workflows/called-drift.yml'));
type Ends = Readonly<Record<string, { readonly result: string; readonly outputs?: Readonly<Record<string, string>> }>>;

const GOOD: Ends = {
  validate: { result: 'success' },
  detect: { result: 'success' },
  reconcile: { result: 'skipped' },
};

function needsWith(ends: Ends) {
  const all: Ends = { ...GOOD, ...ends };
  return Object.fromEntries(Object.entries(all).map(([id, { result, outputs = {} }]) => [id, { result, outputs }]));
}

function reasonWith(ends: Ends): string {
  const text = jobs.report?.steps.at(-1)?.env?.REASON ?? '';
  return interpolate(text, { needs: needsWith(ends) });
}

const half = { result: 'cancelled' };
const reverted = { result: 'success' };
const reason = (result: string, why: string) => ({ result, outputs: { 'failure-reason': why } });

test.each<[string, Ends, string]>([
  ['all went well', {}, ''],
  ['something was reverted', { reconcile: reverted }, ''],
  ['reconcile failed', { reconcile: { result: 'failure' } }, 'reconcile-failed'],
  // GitHub cancels a job that reaches its time limit.
  ['reconcile was canceled partway', { reconcile: half }, 'reconcile-failed'],
  ['reconcile was canceled, with a reason', { reconcile: reason('cancelled', 'state-locked') }, 'state-locked'],
  ['the drift check was canceled', { detect: half }, 'drift-check-failed'],
  ['the drift check gave a reason', { detect: reason('failure', 'plan-failed') }, 'plan-failed'],
  [
    'the file is wrong',
    { validate: reason('failure', 'validate-failed'), detect: { result: 'skipped' } },
    'validate-failed',
  ],
  ['the validation was canceled', { validate: half, detect: { result: 'skipped' } }, 'drift-check-failed'],
])('%s: %j', (_name, ends, expected) => {
  expect(reasonWith(ends)).toBe(expected);
});

test('the issues are kept, however the check ended', () => {
  expect(jobs.report?.if).toBe("always() && github.ref == 'refs/heads/main'");
});
