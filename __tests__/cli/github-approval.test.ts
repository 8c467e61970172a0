import { approvalInTest } from '../support/verify-approval.ts';

const { repository, server, lab, verify } = approvalInTest();

const change = (team: string) => team.replace('name: Cy', 'name: Cy Moreau');

test('approved: who, and at what', async () => {
  const pull = lab().propose('words', 'cy', change);
  repository().review(pull.number, 'ada', 'APPROVED');
  const { code, stdout, stderr, outputs, failure } = await verify(lab().merge(pull, 'cy'), '--json');
  expect({ code, failure }).toEqual({ code: 0, failure: '' });
  expect(stderr).toMatch(/^Pull request #\d+ was approved at [0-9a-f]{7} by ada\.\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ pullRequest: pull.number, approvedBy: ['ada'] });
  expect(outputs).toEqual({ 'pull-request': String(pull.number), head: pull.head.sha, 'approved-by': 'ada' });
});

test('not approved: the reason, and the pull request for the job that reports it', async () => {
  const pull = lab().propose('words', 'cy', change);
  const result = await verify(lab().merge(pull, 'cy'));
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('no one approved it') });
  expect(result.outputs).toEqual({ 'pull-request': String(pull.number), 'failure-reason': 'not-approved' });
  expect(JSON.parse(result.failure)).toMatchObject({
    failure: { reason: 'not-approved', error: { code: 'not-approved', args: { because: [{ kind: 'no-approval' }] } } },
  });
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
