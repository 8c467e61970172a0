import {
  allJobs,
  allSteps,
  type Call,
  type Job,
  needsOf,
  ownJobs,
  type Step,
  workflowNamed,
} from '../workflows/workflow-file.ts';

/** All but that of the tool, which has a test of its own below. */
const downloadsIn = (steps: readonly Step[]) =>
  steps.filter(({ uses, name }) => uses?.startsWith('actions/download-artifact@') && name !== 'Download the tool');

test('artifacts are fetched by the id of one upload of this run', () => {
  const downloads = allJobs().flatMap(({ where, job }) => downloadsIn(job.steps).map((step) => ({ where, step })));
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
    for (const step of downloadsIn(job.steps)) {
      const [, from = '', output = ''] =
        /needs\.([\w-]+)\.outputs\.([\w-]+)/.exec(String(step.with?.['artifact-ids'])) ?? [];
      const checked = [job.if, step.if].some((text) => text?.includes(`needs.${from}.outputs.${output} != ''`));
      const certain = !/always\(\)/.test(job.if ?? '') && isCertain(all[from], output);
      expect({ where, from, output, ok: checked || certain }).toEqual({ where, from, output, ok: true });
    }
  }
});

// A build that fails before its upload, and a `tool` that another job of the run has uploaded.
test('the tool by name is that of the one job that builds, and without it no other job of the run starts', () => {
  const uploads = allSteps().filter(
    ({ step }) => step.uses?.startsWith('actions/upload-artifact@') && step.with?.name === 'tool',
  );
  expect(uploads.map(({ where }) => where)).toEqual(['called-build.yml, tool']);
  expect(uploads[0]?.step).toMatchObject({ with: { 'if-no-files-found': 'error' } });
  for (const name of ['apply.yml', 'drift.yml', 'plan.yml']) {
    const { jobs } = workflowNamed(name);
    const [run, last] = [jobs.run, Object.values(jobs).at(-1)];
    expect(needsOf(run as Call)).toEqual(['build']);
    expect(run?.if ?? '').not.toMatch(/always|failure|cancelled/);
    // It has no token, and runs nothing of the repository.
    expect(last?.permissions).toEqual({});
    // A lab's call waits for no upload: called by a commit, no job takes the tool by name.
    expect(needsOf(workflowNamed(`lab ${name}`).jobs.run as Call)).toEqual([]);
  }
});
