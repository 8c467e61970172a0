import { upsertSticky } from '../../src/github/sticky.ts';
import { failureOf, githubInTest, obtained, sha } from '../support/github-client.ts';

const { server, repository, client } = githubInTest();
const MARKER = '<!-- mturk-team:perception-lab -->';
const UNKNOWN = '<!-- mturk-team:unknown -->';
const BOT = 'github-actions[bot]';
const post = 'POST /repos/perception/lab/issues/1/comments';

function write(text: string, github = client()) {
  return upsertSticky(github, { pull: 1, markers: [MARKER, UNKNOWN], body: `${MARKER}\n${text}` });
}

function shown(): { author: string; body: string }[] {
  return repository()
    .commentsOf(1)
    .filter(({ minimized }) => minimized === null)
    .map(({ author, body }) => ({ author, body: body.replace(`${MARKER}\n`, '') }));
}

beforeEach(() => {
  repository().openPull({ author: 'eve', head: sha('a') });
});

test('the first time it is created, then updated in place', async () => {
  const created = obtained(await write('one'));
  expect(created).toMatchObject({ action: 'created', minimized: 0, unfinished: null });
  expect(created.url).toMatch(/#issuecomment-\d+$/);
  expect(obtained(await write('two'))).toMatchObject({ action: 'updated', url: created.url });
  expect(shown()).toEqual([{ author: BOT, body: 'two' }]);
});

test('the same text is not written again, whatever its line ends', async () => {
  await write('one\ntwo');
  repository().comments[0]!.body = `${MARKER}\r\none\r\ntwo\n`;
  const before = server().writes().length;
  expect(obtained(await write('one\ntwo'))).toMatchObject({ action: 'unchanged' });
  expect(server().writes()).toHaveLength(before);
});

test('a comment that was deleted is created again', async () => {
  await write('one');
  repository().comments.length = 0;
  expect(obtained(await write('two'))).toMatchObject({ action: 'created' });
  expect(shown()).toEqual([{ author: BOT, body: 'two' }]);
});

test('a comment that is deleted while it is updated is created again', async () => {
  await write('one');
  server().trouble({ when: 'PATCH', status: 404, message: 'Not Found' });
  const github = client();
  const listed = github.comments;
  let asked = 0;
  const racing = {
    ...github,
    async comments(thread: number) {
      asked += 1;
      const found = await listed(thread);
      // It is deleted right after it was listed.
      if (asked === 1) repository().comments.length = 0;
      return found;
    },
  };
  expect(obtained(await write('two', racing))).toMatchObject({ action: 'created' });
  expect(shown()).toEqual([{ author: BOT, body: 'two' }]);
});

describe('a comment by another account with our marker', () => {
  test.each([
    ['before ours', ['mallory', BOT]],
    ['after ours', [BOT, 'mallory']],
    ['without ours', ['mallory']],
    ['by an account that looks like ours', ['github-actions', BOT]],
    ['by another bot', ['evil[bot]', BOT]],
  ])('%s is left as it is', async (_when, authors) => {
    for (const author of authors) repository().comment(1, author, `${MARKER}\nApproved by ${author}`);
    await write('ours');
    const foreign = authors.filter((author) => author !== BOT);
    for (const author of foreign) {
      expect(repository().comments).toContainEqual(
        expect.objectContaining({ author, body: `${MARKER}\nApproved by ${author}`, minimized: null }),
      );
    }
    expect(shown().filter(({ author }) => author === BOT)).toEqual([{ author: BOT, body: 'ours' }]);
  });

  test('is not taken for ours when we only quote the marker', async () => {
    repository().comment(1, BOT, `Another workflow speaks about ${MARKER}`);
    repository().comment(1, BOT, `> ${MARKER}\nquoted`);
    repository().comment(1, BOT, `${MARKER} and more`);
    repository().comment(1, BOT, '<!-- mturk-team:perception-lab-2 -->\nanother lab');
    expect(obtained(await write('ours'))).toMatchObject({ action: 'created' });
    expect(repository().comments).toHaveLength(5);
  });
});

test('of several of ours the newest is updated and the others are hidden, once', async () => {
  for (const text of ['one', 'two', 'three']) repository().comment(1, BOT, `${MARKER}\n${text}`);
  expect(obtained(await write('four'))).toMatchObject({ action: 'updated', minimized: 2 });
  expect(repository().comments.map(({ minimized, body }) => [minimized, body.split('\n')[1]])).toEqual([
    ['outdated', 'one'],
    ['outdated', 'two'],
    [null, 'four'],
  ]);
  const before = server().writes().length;
  expect(obtained(await write('four'))).toMatchObject({ action: 'unchanged', minimized: 0 });
  expect(server().writes()).toHaveLength(before);
});

test('a hidden one that is the newest again is shown again', async () => {
  for (const text of ['one', 'two']) repository().comment(1, BOT, `${MARKER}\n${text}`);
  await write('three');
  repository().comments.pop();
  expect(obtained(await write('failed'))).toMatchObject({ action: 'updated', unfinished: null });
  expect(shown()).toEqual([{ author: BOT, body: 'failed' }]);
});

test('a comment of a run that did not know the lab is taken over', async () => {
  repository().comment(1, BOT, `${UNKNOWN}\nbuild failed`);
  expect(obtained(await write('planned'))).toMatchObject({ action: 'updated' });
  expect(repository().comments.map(({ body }) => body)).toEqual([`${MARKER}\nplanned`]);
});

test('among hundreds of comments it is found', async () => {
  for (let index = 0; index < 140; index += 1) repository().comment(1, 'eve', `comment ${index}`);
  await write('one');
  for (let index = 0; index < 240; index += 1) repository().comment(1, 'eve', `comment ${index}`);
  expect(obtained(await write('two'))).toMatchObject({ action: 'updated' });
  expect(repository().comments.filter(({ author }) => author === BOT)).toHaveLength(1);
});

test.each([
  ['carried out', true],
  ['not carried out', false],
])('a creation whose answer is lost and that was %s leaves one comment', async (_what, carriedOut) => {
  server().trouble({ when: post, status: 502, carriedOut });
  expect((await write('one')).ok).toBe(true);
  expect(shown()).toEqual([{ author: BOT, body: 'one' }]);
});

test('a creation that never succeeds ends with the failure', async () => {
  server().trouble({ when: post, status: 502, times: 100 });
  expect(failureOf(await write('one'))).toMatchObject({ code: 'github-unavailable' });
  expect(server().requests.filter(({ method, path }) => `${method} ${path}` === post)).toHaveLength(3);
});

test('a failure to hide older comments is reported, and the comment stays', async () => {
  for (const text of ['one', 'two']) repository().comment(1, BOT, `${MARKER}\n${text}`);
  server().trouble({
    when: 'POST /graphql',
    times: 100,
    status: 200,
    body: { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] },
  });
  const github = client();
  const outcome = obtained(await write('three', { ...github, me: async () => ({ ok: true, value: BOT }) }));
  expect(outcome).toMatchObject({ action: 'updated', unfinished: { code: 'github-denied' } });
  expect(repository().comments.at(-1)!.body).toContain('three');
});

test('a body above the limit is refused and leaves the old one', async () => {
  await write('one');
  expect(failureOf(await write('x'.repeat(65_536)))).toMatchObject({ code: 'github-refused', args: { status: 422 } });
  expect(shown()).toEqual([{ author: BOT, body: 'one' }]);
});
