import { join } from 'node:path';
import { connectGitHub } from '../../src/github/client.ts';
import { defaultBranchOfEvent, pullRequestOfEvent, repositoryOf } from '../../src/github/event.ts';
import { failureText } from '../../src/text/failures/failures.ts';
import { scratch } from '../support/command.ts';
import { failureOf, githubInTest, obtained, sha } from '../support/github-client.ts';

const files = scratch();
afterAll(() => files.remove());

function envOf(event: unknown, name = 'pull_request') {
  files.write('event.json', typeof event === 'string' ? event : JSON.stringify(event));
  return { GITHUB_EVENT_PATH: join(files.directory, 'event.json'), GITHUB_EVENT_NAME: name };
}

function pullRequest(change: object = {}) {
  return {
    action: 'synchronize',
    repository: { default_branch: 'trunk' },
    pull_request: {
      number: 7,
      title: '$(curl evil) ::set-output name=x::y',
      head: { sha: sha('a'), ref: '`rm -rf`', repo: { id: 1, full_name: 'perception/lab' } },
      base: { sha: sha('b'), ref: 'main', repo: { id: 1, full_name: 'perception/lab' } },
      ...change,
    },
  };
}

test('a pull request of the repository itself', () => {
  expect(obtained(pullRequestOfEvent(envOf(pullRequest())))).toEqual({ number: 7, head: sha('a'), fromFork: false });
});

test.each([
  ['another repository', { id: 2, full_name: 'mallory/lab' }],
  ['a repository of the same name', { id: 2, full_name: 'perception/lab' }],
  ['a repository that was deleted', null],
])('from %s it is a fork', (_name, repo) => {
  const event = envOf(pullRequest({ head: { sha: sha('a'), repo } }));
  expect(obtained(pullRequestOfEvent(event))).toMatchObject({ fromFork: true });
});

test.each<[string, NodeJS.ProcessEnv]>([
  ['nothing', {}],
  ['an empty path', { GITHUB_EVENT_PATH: '' }],
  ['no file', { GITHUB_EVENT_PATH: join(files.directory, 'none') }],
])('%s is reported', (_name, env) => {
  expect(failureOf(pullRequestOfEvent(env))).toMatchObject({ code: 'github-environment' });
});

test.each<[string, unknown]>([
  ['no JSON', '{'],
  ['a push', { ref: 'refs/heads/main' }],
  ['a number that is none', pullRequest({ number: '7; rm -rf /' })],
  ['a head that is no commit', pullRequest({ head: { sha: '$(x)', repo: null } })],
])('%s is reported without its text', (_name, event) => {
  const failure = failureOf(pullRequestOfEvent(envOf(event, 'push')));
  expect(failure).toMatchObject({ code: 'github-environment', args: { variable: 'GITHUB_EVENT_PATH' } });
  expect(failureText(failure)).not.toMatch(/rm -rf|\$\(x\)/);
});

test('the branch that counts', () => {
  expect(defaultBranchOfEvent(envOf(pullRequest()))).toBe('trunk');
  expect(defaultBranchOfEvent(envOf({}))).toBe('main');
  expect(defaultBranchOfEvent({})).toBe('main');
});

test.each([undefined, '', 'lab', 'a/b/c', 'a/b?c', '../x/y'])('GITHUB_REPOSITORY %p is reported', (repository) => {
  expect(failureOf(repositoryOf({ GITHUB_REPOSITORY: repository }))).toMatchObject({ code: 'github-environment' });
});

describe('connecting', () => {
  const env = { GITHUB_TOKEN: 'ghs_secret', GITHUB_REPOSITORY: 'perception/lab' };

  test.each([undefined, ''])('token %p', (token) => {
    expect(failureOf(connectGitHub({ ...env, GITHUB_TOKEN: token }))).toMatchObject({ code: 'github-token-missing' });
  });

  test.each(['http://github.example', 'ftp://github.example', 'github.example', 'http://127.0.0.1.evil.example'])(
    'the token does not go to %s',
    (address) => {
      expect(failureOf(connectGitHub({ ...env, GITHUB_API_URL: address }))).toMatchObject({
        code: 'github-environment',
        args: { variable: 'GITHUB_API_URL' },
      });
    },
  );

  test.each([undefined, '', 'https://github.example/api/v3', 'http://127.0.0.1:1/'])('%p is taken', (address) => {
    expect(connectGitHub({ ...env, GITHUB_API_URL: address }).ok).toBe(true);
  });
});

describe('GitHub Enterprise Server', () => {
  const { server, repository } = githubInTest({ enterprise: true });

  test('REST and GraphQL lie below another path', async () => {
    repository().openPull({ author: 'eve', head: sha('a') });
    const github = obtained(connectGitHub(server().environment()));
    expect(server().url).toMatch(/\/api\/v3$/);
    expect(await github.me()).toEqual({ ok: true, value: 'github-actions[bot]' });
    expect(obtained(await github.createComment(1, 'hello'))).toMatchObject({ body: 'hello' });
    expect(server().requests.map(({ path, status }) => [path, status])).toEqual([
      ['/api/graphql', 200],
      ['/repos/perception/lab/issues/1/comments', 201],
    ]);
  });
});
