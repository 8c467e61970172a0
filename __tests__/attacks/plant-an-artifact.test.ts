import { evaluate } from '../workflows/expression.ts';
import { allJobs, allSteps, type Job, needsOf, ownJobs, workflowNamed } from '../workflows/workflow-file.ts';

test('artifacts are fetched by the id of one upload of this run', () => {
  const downloads = allSteps().filter(({ step }) => step.uses?.startsWith('actions/download-artifact@'));
  expect(downloads.length).toBeGreaterThan(5);
  for (const { where, step } of downloads) {
    expect({ where, keys: Object.keys(step.with ?? {}).sort() }).toEqual({ where, keys: ['artifact-ids', 'path'] });
    expect(step.with?.['artifact-ids']).toMatch(/^\$\{\{ needs\./);
  }
});

/** Whether the upload of a job's output must have happened if the job succeeded. */
function isCertain(job: Job | undefined, output: string): boolean {
  const id = /^\$\{\{ steps\.([\w-]+)\.outputs\.artifact-id \}\}$/.exec(job?.outputs?.[output] ?? '')?.[1];
  const upload = job?.steps.find((step) => step.id === id);
  return upload?.if === undefined && upload?.with?.['if-no-files-found'] === 'error';
}

test('no download can get an empty id, which stands for every artifact of the run', () => {
  for (const { name, where, job } of allJobs()) {
    const all = ownJobs(workflowNamed(name));
    for (const step of job.steps.filter(({ uses }) => uses?.startsWith('actions/download-artifact@'))) {
      const [, from = '', output = ''] =
        /needs\.([\w-]+)\.outputs\.([\w-]+)/.exec(String(step.with?.['artifact-ids'])) ?? [];
      const checked = [job.if, step.if].some((text) => text?.includes(`needs.${from}.outputs.${output} != ''`));
      const certain = !/always\(\)/.test(job.if ?? '') && isCertain(all[from], output);
      expect({ where, from, output, ok: checked || certain }).toEqual({ where, from, output, ok: true });
    }
  }
});

// A build that fails before its upload, and a `tool` that another job of the run has uploaded.
test('a job with a token that writes does not start without the tool of the job that builds', () => {
  const repo = { id: 1 };
  const pull_request = { base: { ref: 'main', repo }, head: { repo }, user: { login: 'bo' } };
  const github = { event: { pull_request, repository: { default_branch: 'main' } } };
  const ends = (tool: string) => ({ github, needs: { build: { result: 'failure', outputs: { tool } } } });
  const always = { always: () => true };
  const late = allJobs().filter(({ job }) => /always\(\)/.test(job.if ?? '') && needsOf(job).includes('build'));
  expect(late.map(({ where }) => where)).toEqual([
    'called-apply.yml, report',
    'called-drift.yml, report',
    'called-plan.yml, comment',
  ]);
  for (const { job } of late) {
    expect(evaluate(job.if ?? '', ends(''), always)).toBe(false);
    expect(evaluate(job.if ?? '', ends('7'), always)).toBe(true);
  }
});
