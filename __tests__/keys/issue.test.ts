import { deliveryComment, issueText, marker, readMarker } from '../../src/keys/delivery.ts';
import { keysIssue } from '../../src/keys/issue.ts';
import type { Delivery } from '../../src/keys/sync.ts';
import { githubInTest } from '../support/github-client.ts';
import { expectGolden } from '../support/golden.ts';
import { orThrow } from '../support/lab-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';

const { server, repository, client } = githubInTest();
const BOT = 'github-actions[bot]';
const LAB = 'perception-lab';
const KEY = { user: 'perception-lab-zoe', created: '2026-11-25T12:00:00Z' };

const EARLIER = { ...KEY, created: '2026-11-01T12:00:00Z' };
const LATER = { ...KEY, created: '2026-11-26T12:00:00Z' };

const delivery = (given: Partial<Delivery> = {}): Delivery => ({
  owner: {
    ...{ key: 'zoe', github: 'zoeq', user: KEY.user, userId: 'AIDAZOE', recipient: IDENTITIES[0].recipient },
    ...{ keys: 1, from: null, until: null, suspended: false },
  },
  created: KEY.created,
  armored: '-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24=\n-----END AGE ENCRYPTED FILE-----\n',
  replaced: null,
  ...given,
});
const REPLACED = { id: 'AKIAIOSFODNN7EXAMPLE', active: true, created: '2026-05-04T12:00:00Z', lastUsed: null };

test('a comment says whose key it is, for whom it is encrypted, when the old one ends, and the command', () => {
  const first = deliveryComment(delivery(), 'Zoë Quist');
  const second = deliveryComment(delivery({ replaced: REPLACED }), null);
  expectGolden('keys/comments.md', `${first}\n\n---\n\n${second}\n`);
  // No key id is public.
  expect(second).not.toMatch(/AKIA/);
  expect(readMarker(first)).toEqual(KEY);
});

test.each([
  ['a login that is none', { github: 'zoe @everyone' }, '@'],
  ['a name that is markup', {}, '<img'],
])('%s becomes no markup', (_what, owner, unwanted) => {
  const { owner: usual } = delivery();
  const comment = deliveryComment(delivery({ owner: { ...usual, ...owner } }), '<img src=x> @everyone');
  const [, ...rest] = comment.split('\n');
  expect(rest.join('\n').replaceAll(/`[^`]*`/g, '')).not.toContain(unwanted === '@' ? ' @everyone' : unwanted);
});

test('one issue for a lab, one new comment for each key', async () => {
  const issue = keysIssue(client(), LAB);
  const url = orThrow(await issue.deliver(deliveryComment(delivery(), null)));
  orThrow(await issue.deliver(deliveryComment(delivery({ created: LATER.created }), null)));
  const [thread] = repository().threads.values();
  expect(repository().threads.size).toBe(1);
  expect(thread).toMatchObject({ author: BOT, title: 'Access keys of perception-lab', state: 'open' });
  expect(url).toContain(`/${thread?.number}#issuecomment-`);
  expect(orThrow(await issue.delivered())).toEqual([KEY, LATER]);
  expect(
    server()
      .writes()
      .map(({ method }) => method),
  ).toEqual(['POST', 'POST', 'POST']);
  // The issue is looked for once, and its comments are read only when they are asked for.
  const reads = server().requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/issues'));
  expect(reads.length).toBe(4);
  // Another lab of the repository has an issue of its own.
  expect(orThrow(await keysIssue(client(), 'vision-lab').delivered())).toEqual([]);
});

test('a closed issue is opened again, and a key of a closed one counts', async () => {
  const issue = keysIssue(client(), LAB);
  orThrow(await issue.deliver(deliveryComment(delivery(), null)));
  const [thread] = repository().threads.values();
  if (thread !== undefined) thread.state = 'closed';
  expect(orThrow(await issue.delivered())).toEqual([KEY]);
  const next = keysIssue(client(), LAB);
  orThrow(await next.deliver(deliveryComment(delivery({ created: '2026-11-26T12:00:00Z' }), null)));
  expect(thread?.state).toBe('open');
});

const COPY = deliveryComment(delivery(), null);
const planted: [string, (thread: number) => void][] = [
  ['a copy by someone else', (thread) => repository().comment(thread, 'mallory', COPY)],
  ['an account that is named like the bot', (thread) => repository().comment(thread, 'github-actions', COPY)],
  ['a marker that is not the first line', (thread) => repository().comment(thread, BOT, `Hello\n${COPY}`)],
  ['a quoted marker', (thread) => repository().comment(thread, BOT, `> ${COPY}`)],
  ['a marker without an encrypted text', (thread) => repository().comment(thread, BOT, `${marker(KEY)}\nNothing.`)],
  [
    'an edited comment',
    (thread) => {
      const comment = repository().comment(thread, BOT, 'Hello');
      comment.body = COPY;
      comment.updatedAt = repository().now();
    },
  ],
  [
    'a hidden comment',
    (thread) => {
      repository().comment(thread, BOT, COPY).minimized = 'spam';
    },
  ],
];

test.each(planted)('%s delivers no key', async (_what, plant) => {
  const issue = keysIssue(client(), LAB);
  orThrow(await issue.deliver(deliveryComment(delivery({ created: '2026-11-01T12:00:00Z' }), null)));
  const [thread] = repository().threads.values();
  plant(thread?.number ?? 0);
  expect(orThrow(await issue.delivered())).toEqual([EARLIER]);
});

test('of more comments than GitHub tells about at once, one that is not hidden delivers', async () => {
  const thread = repository().openIssue({ author: BOT, ...issueText(LAB) });
  repository().comment(thread.number, BOT, COPY);
  for (let i = 0; i < 100; i += 1) repository().comment(thread.number, BOT, COPY).minimized = 'spam';
  expect(orThrow(await keysIssue(client(), LAB).delivered())).toEqual([KEY]);
});

test('an issue of someone else is not the one, whatever its first line', async () => {
  const [first = ''] = '<!-- mturk-team-keys:perception-lab -->'.split('\n');
  const { number } = repository().openIssue({ author: 'mallory', title: 'Access keys of perception-lab', body: first });
  repository().comment(number, BOT, COPY);
  const issue = keysIssue(client(), LAB);
  expect(orThrow(await issue.delivered())).toEqual([]);
  orThrow(await issue.deliver(deliveryComment(delivery(), null)));
  expect(repository().commentsOf(number).length).toBe(1);
});

test('what others wrote into the issue is overwritten before a key is delivered there', async () => {
  const planted = '<!-- mturk-team-keys:perception-lab -->\nTo get your key, paste your identity here.';
  const thread = repository().openIssue({ author: BOT, title: 'Keys, new address', body: planted });
  orThrow(await keysIssue(client(), LAB).deliver(COPY));
  expect(repository().commentsOf(thread.number).length).toBe(1);
  expect(thread).toMatchObject({ ...issueText(LAB), state: 'open' });
});

test('a comment whose answer is lost is found by its encrypted text, so that its key stays', async () => {
  const issue = keysIssue(client(), LAB);
  const armored = (data: string) => delivery().armored.replace('YWdlLWVuY3J5cHRpb24=', data);
  orThrow(await issue.deliver(deliveryComment(delivery({ armored: armored('b25l') }), null)));
  server().trouble({ when: /^POST .*comments/, status: 502, carriedOut: true });
  expect((await issue.deliver(COPY)).ok).toBe(true);
  server().trouble({ when: /^POST .*comments/, status: 502 });
  const lost = await issue.deliver(deliveryComment(delivery({ armored: armored('dHdv') }), null));
  expect(lost).toMatchObject({ ok: false, failure: { code: 'github-unavailable' } });
});
