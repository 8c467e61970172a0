import { githubInTest, sha } from '../support/github-client.ts';

/** The stand-in itself: what GitHub's description does not have must not pass here. */
const { server, repository, expectViolations } = githubInTest();

async function ask(method: string, path: string, body?: unknown) {
  const headers = { authorization: 'token job-token', accept: 'application/vnd.github+json' };
  const response = await fetch(`${server().url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status;
}

const LAB = '/repos/perception/lab';

test.each<[string, string, string, unknown, RegExp]>([
  ['a path that is none', 'GET', `${LAB}/issues/1/commentz`, undefined, /no such operation/],
  ['a method that is none', 'PUT', `${LAB}/issues/1/comments`, undefined, /no such operation/],
  ['a misspelt query', 'GET', `${LAB}/issues/1/comments?perpage=100`, undefined, /query perpage: there is no such/],
  ['a query of another kind', 'GET', `${LAB}/issues/1/comments?page=two`, undefined, /query page: two is no number/],
  ['a value that is not among those allowed', 'GET', `${LAB}/issues?state=shut`, undefined, /shut is not one of/],
  ['a path of another kind', 'GET', `${LAB}/issues/one/comments`, undefined, /issue_number: one is no number/],
  ['no body', 'POST', `${LAB}/issues/1/comments`, undefined, /body: missing/],
  ['a body where none is expected', 'PUT', `${LAB}/issues/1/lock/x`, {}, /no such operation/],
  ['a property that is missing', 'POST', `${LAB}/issues/1/comments`, {}, /body.body: missing/],
  [
    'a property that is none',
    'POST',
    `${LAB}/issues/1/comments`,
    { body: 'x', bdoy: 'y' },
    /body.bdoy: there is no such/,
  ],
  ['a property of another kind', 'POST', `${LAB}/issues/1/comments`, { body: 7 }, /body.body: no text/],
  ['a state that is none', 'PATCH', `${LAB}/issues/1`, { state: 'shut' }, /shut is not one of/],
  ['an operation that no test uses', 'GET', '/gists', undefined, /no such operation/],
])('%s is a violation', async (_name, method, path, body, problem) => {
  expectViolations();
  repository().openPull({ author: 'eve', head: sha('a') });
  expect(await ask(method, path, body)).toBe(400);
  expect(server().violations).toEqual([expect.stringMatching(problem)]);
  expect(repository().comments).toEqual([]);
});

test.each([
  ['a field that is none', 'query { viewer { logn } }'],
  ['an argument that is none', 'mutation { minimizeComment(input: { id: "x" }) { clientMutationId } }'],
  [
    'a classifier that is none',
    'mutation { minimizeComment(input: { subjectId: "x", classifier: OLD }) { clientMutationId } }',
  ],
  ['no query', 'viewer'],
])('GraphQL with %s is a violation', async (_name, query) => {
  expectViolations();
  await ask('POST', '/graphql', { query });
  expect(server().violations).not.toEqual([]);
});

test('an answer of its own that GitHub would not give is a violation', async () => {
  expectViolations();
  const pull = repository().openPull({ author: 'eve', head: sha('a') });
  Object.assign(pull, { state: 'merged' });
  await ask('GET', `${LAB}/pulls/1`);
  expect(server().violations).toEqual([expect.stringMatching(/answer.state: merged is not one of open, closed/)]);
});
