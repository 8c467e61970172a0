import { approvalInTest } from '../support/verify-approval.ts';

const { repository, server, lab, verify } = approvalInTest();

const change = (team: string) => team.replace('name: Cy', 'name: Cy Moreau');

test('approved: who, at what, the plan that was reviewed, and in the summary what will be applied', async () => {
  const pull = lab().propose('words', 'cy', change);
  lab().plan(pull);
  repository().review(pull.number, 'ada', 'APPROVED');
  const { code, stdout, stderr, outputs, summary, manifest, approval, failure } = await verify(
    lab().merge(pull, 'cy'),
    '--json',
  );
  expect(code).toBe(0);
  const [, digest, run] =
    /^Pull request #\d+ was approved at [0-9a-f]{7} by ada\.\nWrote the reviewed plan ([0-9a-f]{12}) of run (\d+) to reviewed\/manifest\.json\.\n$/.exec(
      stderr,
    ) ?? [];
  expect(JSON.parse(stdout)).toMatchObject({ pullRequest: pull.number, approvedBy: ['ada'], planRun: Number(run) });
  expect(JSON.parse(manifest)).toMatchObject({ digest: expect.stringMatching(`^${digest}`), run: { id: run } });
  expect(outputs).toEqual({
    'pull-request': String(pull.number),
    head: pull.head.sha,
    'approved-by': 'ada',
    'plan-run': run,
  });
  expect(JSON.parse(approval)).toEqual({
    version: 1,
    pull: pull.number,
    head: pull.head.sha,
    by: ['ada'],
    how: 'review',
    mergedAt: pull.merged?.at,
  });
  expect(failure).toBe('');
  expect(summary.replace(/ on .* UTC\./, ' on DATE.')).toContain(
    `\n\nPull request ${'#'}${pull.number}, approved by \`ada\` on DATE. This is the plan that was reviewed`,
  );
  expect(summary).toMatch(/^### To be applied: .*\n\n> \[!WARNING\]/m);
});

test('not approved: the reason, the pull request for the job that reports it, and no manifest', async () => {
  const pull = lab().propose('words', 'cy', change);
  lab().plan(pull);
  const result = await verify(lab().merge(pull, 'cy'));
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('no one approved it'), manifest: '' });
  expect(result.outputs).toEqual({ 'pull-request': String(pull.number), 'failure-reason': 'not-approved' });
  expect(result.approval).toBe('');
  expect(JSON.parse(result.failure)).toMatchObject({
    failure: { reason: 'not-approved', error: { code: 'not-approved', args: { because: [{ kind: 'no-approval' }] } } },
  });
});

test('approved, and never planned', async () => {
  const pull = lab().propose('words', 'cy', change);
  repository().review(pull.number, 'ada', 'APPROVED');
  const result = await verify(lab().merge(pull, 'cy'));
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('`plan.yml` has not run for it') });
  expect(result.outputs).toMatchObject({ 'failure-reason': 'no-approved-plan' });
});

test('a token that may not read contents', async () => {
  const pull = lab().propose('words', 'cy', change);
  repository().tokens.set('job-token', {
    ...{ login: 'github-actions[bot]', kind: 'installation', grants: { actions: 'read', pull_requests: 'read' } },
  });
  const result = await verify(lab().merge(pull, 'cy'));
  expect(result).toMatchObject({ code: 1, stderr: expect.stringMatching(/git fetch perception\/lab/) });
});

test.each([['--commit', 'main'], ['--commit', 'abc'], ['--nonsense']])('%p is wrong usage', async (...args) => {
  expect(await verify(lab().main, ...args)).toMatchObject({ code: 2, stdout: '' });
  expect(server().requests).toEqual([]);
});
