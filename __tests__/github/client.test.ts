import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureText } from '../../src/text/failures/failures.ts';
import { failureOf, githubInTest, obtained, sha } from '../support/github-client.ts';
import type { Run } from '../support/github-repository.ts';
import { notedWaits } from '../support/noted-waits.ts';

const { server, repository, client } = githubInTest();
const COMMENTS = 'GET /repos/perception/lab/issues/1/comments';
const requestsOf = (start: string) =>
  server().requests.filter(({ method, path }) => `${method} ${path}`.startsWith(start));

beforeEach(() => {
  repository().openPull({ author: 'eve', head: sha('a') });
});

describe('lists', () => {
  test.each([0, 1, 99, 100, 101, 350])('%i comments come whole and in order', async (count) => {
    const wanted = Array.from({ length: count }, (_, index) => `comment ${index}`);
    for (const body of wanted) repository().comment(1, 'eve', body);
    expect(obtained(await client().comments(1)).map(({ body }) => body)).toEqual(wanted);
    expect(server().requests).toHaveLength(Math.max(Math.ceil(count / 100), 1));
  });

  test('a list whose pages never end is not followed for ever', async () => {
    for (let index = 0; index < 5_100; index += 1) repository().comment(1, 'eve', '');
    expect(failureOf(await client().comments(1))).toMatchObject({ code: 'github-unreadable' });
    expect(server().requests).toHaveLength(50);
  });

  test('a next page elsewhere is not gone to', async () => {
    repository().comment(1, 'eve', 'one');
    const link = '<https://elsewhere.example/steal?page=2>; rel="next"';
    server().trouble({ when: COMMENTS, status: 200, headers: { link }, body: [] });
    expect(obtained(await client().comments(1))).toEqual([]);
    expect(requestsOf(COMMENTS).map(({ query }) => query.page)).toEqual(['1', '2']);
  });

  test('pull requests are no issues', async () => {
    repository().openIssue({ author: 'ada', title: 'A question', body: '' });
    expect(obtained(await client().issues('open', 'ada')).map(({ title }) => title)).toEqual(['A question']);
  });
});

describe('who writes', () => {
  test("a job's own token", async () => {
    expect(await client().me()).toEqual({ ok: true, value: 'github-actions[bot]' });
    expect(requestsOf('GET /user')).toEqual([]);
  });

  test("a person's token", async () => {
    repository().tokens.set('personal', { login: 'ada', kind: 'user', grants: {} });
    expect(await client({ token: 'personal' }).me()).toEqual({ ok: true, value: 'ada' });
  });

  test('asks once', async () => {
    const github = client();
    await Promise.all([github.me(), github.me()]);
    await github.me();
    expect(server().requests).toHaveLength(1);
  });

  const forbidden = { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] };

  test("a job's token that may not even ask GraphQL is known by its prefix", async () => {
    repository().tokens.set('ghs_closed', { login: 'github-actions[bot]', kind: 'installation', grants: {} });
    server().trouble({ when: 'POST /graphql', status: 200, body: forbidden });
    expect(await client({ token: 'ghs_closed' }).me()).toEqual({ ok: true, value: 'github-actions[bot]' });
    expect(requestsOf('GET /user')).toHaveLength(1);
  });

  test("a person's token that may not ask GraphQL asks REST", async () => {
    repository().tokens.set('personal', { login: 'ada', kind: 'user', grants: {} });
    server().trouble({ when: 'POST /graphql', status: 200, body: forbidden });
    expect(await client({ token: 'personal' }).me()).toEqual({ ok: true, value: 'ada' });
  });

  test('nothing is guessed for another token', async () => {
    server().trouble({ when: 'POST /graphql', status: 200, body: forbidden });
    expect(failureOf(await client().me())).toMatchObject({ code: 'github-denied', args: { status: 403 } });
  });

  test('an app that GraphQL names without its suffix is still a bot', async () => {
    repository().tokens.set('ghs_app', { login: 'lab-helper', kind: 'installation', grants: {} });
    expect(await client({ token: 'ghs_app' }).me()).toEqual({ ok: true, value: 'lab-helper[bot]' });
  });
});

describe('when GitHub falters', () => {
  test.each([500, 502, 503, 0])('%i twice, then well', async (status) => {
    server().trouble({ when: COMMENTS, status, times: 2 });
    expect(obtained(await client().comments(1))).toEqual([]);
    expect(requestsOf(COMMENTS)).toHaveLength(3);
  });

  test.each([500, 0])('%i for good: four attempts, then the failure', async (status) => {
    server().trouble({ when: COMMENTS, status, times: 100 });
    expect(failureOf(await client().comments(1))).toMatchObject({
      code: 'github-unavailable',
      args: { request: 'GET /repos/perception/lab/issues/1/comments' },
    });
    expect(requestsOf(COMMENTS)).toHaveLength(4);
  });

  test.each([500, 0])('GraphQL with %i for good', async (status) => {
    server().trouble({ when: 'POST /graphql', status, times: 100 });
    expect(failureOf(await client().minimized(['IC_1']))).toMatchObject({ code: 'github-unavailable' });
    expect(requestsOf('POST /graphql')).toHaveLength(4);
  });

  describe('limits, by a clock that stands still', () => {
    /** Seconds since 1970. */
    const NOW = 1_795_600_000;
    const { now } = Date;
    beforeEach(() => {
      Date.now = () => NOW * 1000;
    });
    afterEach(() => {
      Date.now = now;
    });
    const comments = async () => obtained(await client().comments(1));

    test('a secondary limit is waited for, as long as GitHub says', async () => {
      const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
      server().trouble({ when: COMMENTS, status: 403, message, headers: { 'retry-after': '40' } });
      expect(await notedWaits(comments)).toContain(40 * 5);
    });

    test('a primary limit is waited for until it is reset', async () => {
      const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 30) };
      server().trouble({ when: COMMENTS, status: 429, message: 'API rate limit exceeded', headers });
      // And a second more, for clocks that differ.
      expect(await notedWaits(comments)).toContain(31 * 5);
    });

    test.each([
      ['secondary', 429],
      ['primary', 403],
    ])('a %s limit of an hour is reported at once', async (_kind, status) => {
      const seconds = 3600;
      const reset = String(NOW + seconds);
      const headers: Record<string, string> =
        status === 429
          ? { 'retry-after': String(seconds) }
          : { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      const message =
        status === 429 ? 'You have exceeded a secondary rate limit' : 'API rate limit exceeded for installation';
      server().trouble({ when: COMMENTS, status, message, headers, times: 100 });
      const failure = failureOf(await client({ totalTime: 2_000 }).comments(1));
      expect(failure).toMatchObject({ code: 'github-rate-limited', args: { seconds } });
      expect(requestsOf(COMMENTS)).toHaveLength(1);
    });

    test('a limit that does not relent ends', async () => {
      const message = 'You have exceeded a secondary rate limit';
      server().trouble({ when: COMMENTS, status: 403, message, headers: { 'retry-after': '1' }, times: 100 });
      expect(failureOf(await client().comments(1))).toMatchObject({
        code: 'github-rate-limited',
        args: { seconds: 1 },
      });
      expect(requestsOf(COMMENTS)).toHaveLength(4);
    });
  });

  test('all requests together end in time, however slow the answer', async () => {
    const slow = createServer(() => {});
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
    const baseUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const failures = [
      await client({ baseUrl, totalTime: 300 }).comments(1),
      await client({ baseUrl, totalTime: 300 }).me(),
    ];
    for (const each of failures) {
      expect(failureOf(each)).toMatchObject({ code: 'github-unavailable', args: { reason: 'it took too long' } });
    }
    slow.closeAllConnections();
    slow.close();
  });

  test('what may have been carried out is not done again', async () => {
    server().trouble({ when: 'POST /repos/perception/lab/issues/1/comments', status: 502, carriedOut: true });
    expect(failureOf(await client().createComment(1, 'hello'))).toMatchObject({ code: 'github-unavailable' });
    expect(repository().comments).toHaveLength(1);
  });
});

describe('refusals', () => {
  test('a token that is not valid', async () => {
    expect(failureOf(await client({ token: 'gone' }).comments(1))).toEqual({
      code: 'github-denied',
      args: { request: 'GET /repos/perception/lab/issues/1/comments', status: 401, reason: 'Bad credentials' },
    });
  });

  test("a fork's token, which is read-only", async () => {
    repository().tokens.set('fork', {
      login: 'github-actions[bot]',
      kind: 'installation',
      grants: { pull_requests: 'read' },
    });
    expect(failureOf(await client({ token: 'fork' }).createComment(1, 'x'))).toMatchObject({
      code: 'github-denied',
      args: { status: 403, reason: 'Resource not accessible by integration' },
    });
  });

  test('a thread that is not there', async () => {
    expect(failureOf(await client().comments(99))).toEqual({
      code: 'github-not-found',
      args: { request: 'GET /repos/perception/lab/issues/99/comments' },
    });
  });

  test('a body at the limit is taken, and one above is refused', async () => {
    expect((await client().createComment(1, 'ü'.repeat(65_536))).ok).toBe(true);
    expect(failureOf(await client().createComment(1, 'ü'.repeat(65_537)))).toMatchObject({
      code: 'github-refused',
      args: { status: 422, reason: expect.stringContaining('too long') },
    });
  });

  test('an answer of another shape', async () => {
    server().trouble({ when: COMMENTS, status: 200, body: [{ id: 'one' }] });
    expect(failureOf(await client().comments(1))).toMatchObject({
      code: 'github-unreadable',
      args: { reason: expect.stringContaining('0.id') },
    });
  });

  test('a person whom GitHub does not know has no number', async () => {
    server().trouble({ when: 'GET /users/eve', status: 404, message: 'Not Found' });
    expect(await client().idOf('eve')).toEqual({ ok: true, value: null });
  });

  test('no failure tells the token', async () => {
    const token = 'ghs_ThisIsTheSecret';
    repository().tokens.set(token, { login: 'x', kind: 'installation', grants: {} });
    const messages: string[] = [];
    for (const status of [401, 403, 404, 422, 429, 500, 0]) {
      server().trouble({ when: COMMENTS, status, times: 4, message: 'no' });
      const failure = failureOf(await client({ token }).comments(1));
      messages.push(JSON.stringify(failure), failureText(failure));
    }
    expect(messages.join('\n')).not.toContain('Secret');
  });
});

describe('how a workflow is doing', () => {
  const RUNS = 'GET /repos/perception/lab/actions/workflows/drift.yml/runs';
  const drift = (day: string, given: Partial<Run> = {}) =>
    repository().addRun({
      headSha: sha('a'),
      path: '.github/workflows/drift.yml',
      event: 'schedule',
      createdAt: `2026-11-${day}T05:17:00Z`,
      ...given,
    });
  const lastSuccess = () => client().lastSuccess('drift.yml', 'main');

  test('the newest run that went well, in one request for one run', async () => {
    drift('22');
    drift('23');
    drift('24', { conclusion: 'failure' });
    drift('25', { status: 'in_progress', conclusion: null });
    expect(await lastSuccess()).toEqual({ ok: true, value: { at: '2026-11-23T05:17:00Z' } });
    expect(requestsOf(RUNS)).toMatchObject([{ query: { branch: 'main', status: 'success', per_page: '1' } }]);
  });

  test.each(['schedule', 'workflow_dispatch', 'push'])('one that was started by %s counts', async (event) => {
    drift('23', { event });
    expect(obtained(await lastSuccess())).toEqual({ at: '2026-11-23T05:17:00Z' });
  });

  test('one that was started again counts from then', async () => {
    drift('23', { startedAt: '2026-11-25T08:00:00Z', attempt: 2 });
    expect(obtained(await lastSuccess())).toEqual({ at: '2026-11-25T08:00:00Z' });
  });

  test('on another branch, or of another workflow, it is none', async () => {
    drift('23', { headBranch: 'change', event: 'workflow_dispatch' });
    drift('24', { path: '.github/workflows/plan.yml' });
    expect(obtained(await lastSuccess())).toBeNull();
  });

  test('a workflow that is not there', async () => {
    expect(obtained(await lastSuccess())).toBeNull();
    expect(obtained(await client().workflow('drift.yml'))).toBeNull();
  });

  test.each(['active', 'disabled_inactivity', 'disabled_manually'] as const)('a workflow that is %s', async (state) => {
    repository().addWorkflow('drift.yml', { state, createdAt: '2026-09-01T10:00:00Z' });
    expect(obtained(await client().workflow('drift.yml'))).toEqual({ createdAt: '2026-09-01T10:00:00Z', state });
  });

  test('without the permission it says so', async () => {
    repository().tokens.set('no-actions', { login: 'x', kind: 'installation', grants: { pull_requests: 'write' } });
    const github = client({ token: 'no-actions' });
    const failures = [await github.lastSuccess('drift.yml', 'main'), await github.workflow('drift.yml')].map(failureOf);
    expect(failures).toMatchObject([{ code: 'github-denied' }, { code: 'github-denied' }]);
  });
});
