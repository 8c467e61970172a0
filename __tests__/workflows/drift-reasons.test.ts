import { holds, interpolate } from './expression.ts';
import { ownJobs, readWorkflow } from './workflow-file.ts';

const jobs = ownJobs(readWorkflow('.github/workflows/called-drift.yml'));
type Ends = Readonly<Record<string, { readonly result: string; readonly outputs?: Readonly<Record<string, string>> }>>;

const GOOD: Ends = {
  validate: { result: 'success' },
  detect: { result: 'success' },
  report: { result: 'success' },
  reconcile: { result: 'success' },
};

function needsWith(ends: Ends) {
  const all: Ends = { ...GOOD, ...ends };
  return Object.fromEntries(Object.entries(all).map(([id, { result, outputs = {} }]) => [id, { result, outputs }]));
}

function reasonWith(ends: Ends, job: 'report' | 'outcome' = 'report'): string {
  const text = jobs[job]?.steps.at(-1)?.env?.REASON ?? '';
  return interpolate(text, { needs: needsWith(ends) });
}

const half = { result: 'cancelled' };
const reason = (result: string, why: string) => ({ result, outputs: { 'failure-reason': why } });

test.each<[string, Ends, string]>([
  ['all went well', {}, ''],
  // GitHub cancels a job that reaches its time limit.
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

test.each<[string, Ends, boolean, string]>([
  ['it succeeded', {}, true, ''],
  ['it did not run', { reconcile: { result: 'skipped' } }, false, ''],
  ['it failed', { reconcile: { result: 'failure' } }, true, 'reconcile-failed'],
  ['it was canceled partway', { reconcile: half }, true, 'reconcile-failed'],
  ['it failed with a reason', { reconcile: reason('failure', 'state-locked') }, true, 'state-locked'],
])('whether reconcile failed is reported: %s', (_name, ends, isReported, expected) => {
  const condition = String(jobs.outcome?.if).replace('always() && ', '');
  expect(holds(condition, { needs: needsWith(ends) })).toBe(isReported);
  if (isReported) expect(reasonWith(ends, 'outcome')).toBe(expected);
});

test('reconcile runs after the issue is written, in every mode, and only after a check that succeeded', () => {
  expect(jobs.reconcile?.if).toBeUndefined();
  expect(jobs.reconcile?.needs).toEqual(['validate', 'detect', 'report']);
});
