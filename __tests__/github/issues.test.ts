import { reportIssue } from '../../src/github/issues.ts';
import { failureOf, githubInTest, obtained } from '../support/github-client.ts';

const { server, repository, client } = githubInTest();
const MARKER = '<!-- mturk-team-apply:perception-lab -->';
const UNKNOWN = '<!-- mturk-team-apply:unknown -->';
const BOT = 'github-actions[bot]';
const post = 'POST /repos/perception/lab/issues';

function open(body: string) {
  const report = { kind: 'open', title: 'perception-lab: not applied', body: `${MARKER}\n${body}` } as const;
  return reportIssue(client(), { markers: [MARKER, UNKNOWN], report });
}

function resolve() {
  return reportIssue(client(), { markers: [MARKER, UNKNOWN], report: { kind: 'resolved', line: 'Applied.' } });
}

function issues() {
  return [...repository().threads.values()].filter(({ kind }) => kind === 'issue');
}

test('one issue: opened, updated, left, closed with a line, opened again', async () => {
  expect(obtained(await open('first'))).toMatchObject({ action: 'opened' });
  expect(obtained(await open('second'))).toMatchObject({ action: 'updated' });
  const before = server().writes().length;
  expect(obtained(await open('second'))).toMatchObject({ action: 'unchanged' });
  expect(server().writes()).toHaveLength(before);
  expect(obtained(await resolve())).toMatchObject({ action: 'closed' });
  expect(issues()).toMatchObject([{ state: 'closed', author: BOT, body: `${MARKER}\nsecond` }]);
  expect(repository().comments).toMatchObject([{ author: BOT, body: 'Applied.' }]);
  expect(obtained(await open('third'))).toMatchObject({ action: 'reopened' });
  expect(issues()).toMatchObject([{ state: 'open', body: `${MARKER}\nthird` }]);
});

test('nothing to close: nothing is written', async () => {
  expect(await resolve()).toMatchObject({ ok: true, value: { action: 'none', url: null } });
  expect(server().writes()).toEqual([]);
});

test('an issue by another account with our marker is neither updated, closed nor reopened', async () => {
  const planted = repository().openIssue({ author: 'mallory', title: 'Not applied', body: `${MARKER}\nall is well` });
  const closed = repository().openIssue({ author: 'mallory', title: 'Not applied', body: `${MARKER}\nold` });
  closed.state = 'closed';
  await resolve();
  await open('ours');
  expect(planted).toMatchObject({ state: 'open', body: `${MARKER}\nall is well` });
  expect(closed).toMatchObject({ state: 'closed', body: `${MARKER}\nold` });
  expect(issues().filter(({ author }) => author === BOT)).toHaveLength(1);
});

test('an issue of ours about something else is left alone', async () => {
  const drift = repository().openIssue({
    author: BOT,
    title: 'Drift',
    body: '<!-- mturk-team:perception-lab -->\ndrift',
  });
  await open('ours');
  await resolve();
  expect(drift).toMatchObject({ state: 'open', title: 'Drift' });
});

test('an issue of a run that did not know the lab is closed too', async () => {
  repository().openIssue({ author: BOT, title: 'unknown: not applied', body: `${UNKNOWN}\nbuild failed` });
  await open('ours');
  await resolve();
  expect(issues().map(({ state }) => state)).toEqual(['closed']);
});

test('among hundreds of issues it is found', async () => {
  await open('first');
  for (let index = 0; index < 230; index += 1) repository().openIssue({ author: 'eve', title: 'x', body: 'y' });
  expect(obtained(await open('second'))).toMatchObject({ action: 'updated' });
});

test.each([true, false])('an answer that is lost (carried out: %s) leaves at most one issue', async (carriedOut) => {
  server().trouble({ when: post, status: 502, carriedOut });
  const outcome = await open('first');
  expect(outcome.ok).toBe(carriedOut);
  expect(issues()).toHaveLength(carriedOut ? 1 : 0);
});

test('without the permission it says which one', async () => {
  repository().tokens.set('reader', { login: BOT, kind: 'installation', grants: { issues: 'read' } });
  const report = { kind: 'open', title: 't', body: MARKER } as const;
  const outcome = await reportIssue(client({ token: 'reader' }), { markers: [MARKER], report });
  expect(failureOf(outcome)).toMatchObject({ code: 'github-denied', args: { request: post } });
});

describe('what it says may depend on what is there', () => {
  const report = (given: Parameters<typeof reportIssue>[1]['report']) =>
    reportIssue(client(), { markers: [MARKER], report: given });
  const body = (text: string) => `${MARKER}\n${text}`;

  test('nothing, the open one, the one that was closed last', async () => {
    const seen: (string | undefined)[] = [];
    const say = (text: string) =>
      report((present) => {
        seen.push(present === null ? 'nothing' : `${present.state}: ${present.body.split('\n')[1]}`);
        return { kind: 'open', title: 't', body: body(text), comment: `now ${text}` };
      });
    await say('first');
    await say('second');
    await resolve();
    expect(obtained(await say('third'))).toMatchObject({ action: 'reopened' });
    expect(seen).toEqual(['nothing', 'open: first', 'closed: second']);
    // A new issue needs no comment that says it is there.
    expect(repository().comments.map((comment) => comment.body)).toEqual(['now second', 'Applied.', 'now third']);
  });

  test('what is left as it is costs no write', async () => {
    await open('first');
    const before = server().writes().length;
    expect(obtained(await report(() => ({ kind: 'left' })))).toMatchObject({ action: 'none', url: null });
    expect(server().writes()).toHaveLength(before);
  });

  test('an issue by another account does not count', async () => {
    repository().openIssue({ author: 'mallory', title: 't', body: body('planted') });
    let seen: unknown = 'not asked';
    await report((present) => {
      seen = present;
      return { kind: 'left' };
    });
    expect(seen).toBeNull();
  });

  test('a comment whose answer is lost does not keep the text from being written', async () => {
    await open('first');
    server().trouble({ when: /^POST .*\/comments/, status: 502 });
    const outcome = await report({ kind: 'open', title: 't', body: body('second'), comment: 'now' });
    expect(obtained(outcome)).toMatchObject({ action: 'updated' });
    expect(issues()).toMatchObject([{ body: body('second') }]);
  });
});
