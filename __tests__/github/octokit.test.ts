import { openGitHub } from '../../src/github/octokit.ts';
import { type GitHubServer, startGitHub } from '../support/github-server.ts';

let server: GitHubServer;

function client(given: Partial<Parameters<typeof openGitHub>[0]> = {}) {
  return openGitHub({
    baseUrl: server.url,
    token: 'job-token',
    totalTime: 5_000,
    second: 5,
    repository: { owner: 'perception', name: 'lab' },
    ...given,
  });
}

beforeEach(async () => {
  server = await startGitHub();
});

afterEach(async () => {
  await server.close();
  expect(server.violations).toEqual([]);
});

test('reads pages', async () => {
  const pull = server.repository.openPull({ author: 'eve', head: 'a'.repeat(40) });
  for (let index = 0; index < 250; index += 1) server.repository.comment(pull.number, 'eve', `comment ${index}`);
  const comments = await client().comments(pull.number);
  expect(comments.ok && comments.value.map(({ body }) => body)).toEqual(
    Array.from({ length: 250 }, (_, index) => `comment ${index}`),
  );
  expect(server.requests).toHaveLength(3);
});

test('me', async () => {
  expect(await client().me()).toEqual({ ok: true, value: 'github-actions[bot]' });
});

