import { holds, interpolate } from './expression.ts';
import { ownJobs, readWorkflow } from './workflow-file.ts';

const jobs = ownJobs(readWorkflow('.github/workflows/called-drift.yml'));
const applyJobs = ownJobs(readWorkflow('.github/workflows/called-apply.yml'));
type Ends = Readonly<Record<string, { readonly result: string; readonly outputs?: Readonly<Record<string, string>> }>>;

const GOOD: Ends = {
  validate: { result: 'success' },
  detect: { result: 'success' },
  report: { result: 'success' },
  reconcile: { result: 'success' },
  keys: { result: 'success' },
};

function needsWith(ends: Ends) {
  const all: Ends = { ...GOOD, ...ends };
  return Object.fromEntries(Object.entries(all).map(([id, { result, outputs = {} }]) => [id, { result, outputs }]));
}

/** The steps that report reasons, by what is reported. */
const STEPS = {
  check: jobs.report?.steps.at(-1),
  reconcile: jobs.outcome?.steps.at(-2),
  'keys after a check': jobs.outcome?.steps.at(-1),
  'keys after an apply': applyJobs.report?.steps.at(-1),
};

function reasonWith(ends: Ends, of: keyof typeof STEPS = 'check'): string {
  return interpolate(STEPS[of]?.env?.REASON ?? '', { needs: needsWith(ends) });
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
  if (isReported) expect(reasonWith(ends, 'reconcile')).toBe(expected);
});

describe.each(['keys after a check', 'keys after an apply'] as const)(
  'whether the sync of access keys failed is reported: %s',
  (of) => {
    test.each<[string, Ends, boolean, string]>([
      ['it succeeded', {}, true, ''],
      ['no member has a recipient', { keys: { result: 'skipped' } }, false, ''],
      ['it failed', { keys: { result: 'failure' } }, true, 'keys-failed'],
      ['it was canceled partway', { keys: half }, true, 'keys-failed'],
      ['the lab has no such role yet', { keys: reason('failure', 'credentials-failed') }, true, 'credentials-failed'],
    ])('%s', (_name, ends, isReported, expected) => {
      const condition = String(STEPS[of]?.if).replace('always() && ', '');
      expect(holds(condition, { needs: needsWith(ends) })).toBe(isReported);
      if (isReported) expect(reasonWith(ends, of)).toBe(expected);
    });
  },
);

test.each([
  ['true', true],
  ['false', false],
  // The apply or reconcile wrote no output.
  ['', false],
])('the job about access keys runs if the applied team has recipients: %s', (recipients, runs) => {
  for (const [job, before] of [
    [jobs.keys, 'reconcile'],
    [applyJobs.keys, 'apply'],
  ] as const) {
    expect(job?.if).toBe(`needs.${before}.outputs.recipients == 'true'`);
    expect(holds(job?.if ?? '', { needs: { [before]: { outputs: { recipients } } } })).toBe(runs);
  }
});

test('reconcile runs after the issue is written, in every mode, and only after a check that succeeded', () => {
  expect(jobs.reconcile?.if).toBeUndefined();
  expect(jobs.reconcile?.needs).toEqual(['validate', 'detect', 'report']);
});
