import type { DriftReport } from '../../../src/drift/report/report.ts';
import { driftIssuesInTest, MARKER } from '../../support/drift-issues.ts';
import { ADDED, DENIED, REMOVED, reportWith, scanOf, UNMANAGED } from '../../support/drift-reports.ts';
import { testInTurn } from '../../support/exhaustive.ts';

const test = testInTurn(2);

const { server, repository, check, issueOf } = driftIssuesInTest();
const inTurn = testInTurn(6);
const BOT = 'github-actions[bot]';
const INCOMPLETE = { notChecked: [DENIED] };
const pendingOf = (ids: readonly string[], cause: 'pending' | 'manual' = 'pending'): DriftReport =>
  reportWith([], { class: 'pending', findings: scanOf(ids).findings.map((each) => ({ ...each, cause })) });
const failed = (): DriftReport => ({ ...reportWith([]), check: { kind: 'failed', failure: DENIED.failure } });

describe('the drift issue', () => {
  test('no drift: nothing is written', async () => {
    await check(reportWith([]));
    expect(server().writes()).toEqual([]);
  });

  test('opened, overwritten without a comment, commented on if something is new, closed with one line, reopened', async () => {
    expect((await check(reportWith([ADDED]))).outcomes).toEqual({
      drift: 'opened',
      'drift check': 'none',
      apply: 'none',
    });
    expect(issueOf('drift')).toMatchObject({ state: 'open', comments: [], data: { count: 1 } });
    expect(issueOf('drift').body).toContain('/actions/runs/12)');

    await check(reportWith([ADDED], { at: new Date(Date.now() - 60_000).toISOString() }));
    expect(issueOf('drift').comments).toEqual([]);

    await check(reportWith([ADDED, REMOVED]));
    expect(issueOf('drift')).toMatchObject({
      data: { count: 2 },
      comments: [expect.stringContaining('Eve Lindqvist')],
    });
    expect(issueOf('drift').comments[0]).not.toContain('Bo Chen');
    await check(reportWith([REMOVED]));
    expect(issueOf('drift')).toMatchObject({ data: { count: 1 }, comments: [expect.anything()] });

    await check(reportWith([]));
    expect(issueOf('drift')).toMatchObject({ state: 'closed' });
    expect(issueOf('drift').comments).toHaveLength(2);
    expect(issueOf('drift').comments[1]?.split('\n')).toHaveLength(1);
    const before = server().writes().length;
    await check(reportWith([]));
    expect(server().writes()).toHaveLength(before);

    await check(reportWith([ADDED]));
    expect(issueOf('drift')).toMatchObject({ state: 'open', comments: { length: 3 } });
    expect(issueOf('drift').comments[2]).toContain('Bo Chen');
  });

  test('a finding that gets worse is new', async () => {
    await check(reportWith(['unmanaged-user/old-mturk-user']));
    await check(reportWith([UNMANAGED]));
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('old-mturk-user')]);
  });

  test('keeps the day on which it was opened', async () => {
    await check(reportWith([ADDED]));
    const [issue] = repository().threads.values();
    if (issue === undefined) throw new Error('there is no issue');
    issue.body = issue.body.replace(/"since":"[\d-]+"/, '"since":"2026-11-03"');
    await check(reportWith([REMOVED]));
    expect(issueOf('drift')).toMatchObject({ data: { since: '2026-11-03' } });
    expect(issueOf('drift').body).toContain('First detected 3 Nov 2026');
  });

  test('is reopened if a person closes it while there is drift', async () => {
    await check(reportWith([ADDED]));
    for (const thread of repository().threads.values()) thread.state = 'closed';
    await check(reportWith([ADDED]));
    expect(issueOf('drift')).toMatchObject({
      state: 'open',
      comments: [expect.stringContaining('To accept one, change')],
    });
  });

  test('is overwritten if a person edited it', async () => {
    await check(reportWith([ADDED]));
    for (const thread of repository().threads.values()) thread.body = `${MARKER.drift}\r\nmine`;
    await check(reportWith([ADDED]));
    expect(issueOf('drift')).toMatchObject({ data: { count: 1 }, comments: { length: 1 } });
  });

  test('with our marker and another author is never touched', async () => {
    const planted = repository().openIssue({ author: 'mallory', title: 'x', body: `${MARKER.drift}\nall is well` });
    await check(reportWith([ADDED]));
    await check(reportWith([]));
    expect(planted).toMatchObject({ state: 'open', body: `${MARKER.drift}\nall is well` });
    expect(repository().commentsOf(planted.number)).toEqual([]);
  });

  test('an incomplete check closes nothing and forgets nothing', async () => {
    await check(reportWith([ADDED, REMOVED]));
    const { body } = issueOf('drift');
    await check(reportWith([], INCOMPLETE));
    expect(issueOf('drift')).toMatchObject({ state: 'open', body });
    expect(issueOf('failed')).toMatchObject({ state: 'open' });
    await check(reportWith([REMOVED, UNMANAGED], INCOMPLETE));
    expect(issueOf('drift')).toMatchObject({
      data: { count: 3 },
      comments: [expect.stringContaining('old-mturk-user')],
    });
    await check(reportWith([ADDED, REMOVED, UNMANAGED]));
    expect(issueOf('drift')).toMatchObject({ data: { count: 3 }, comments: { length: 1 } });
  });

  inTurn('thousands of findings fit, and one more is still noticed', async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => `outside/user-${index}/spends`);
    await check(reportWith(ids));
    expect(issueOf('drift').body.length).toBeLessThanOrEqual(65_536);
    expect(issueOf('drift')).toMatchObject({ data: { count: 1_200 } });
    await check(reportWith([...ids, ADDED]));
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('1,201')]);
  });
});

describe('a failed check', () => {
  test('has an issue of its own; the drift issue stays; the next success closes it', async () => {
    await check(reportWith([ADDED]));
    const before = issueOf('drift');
    await check(failed());
    expect(issueOf('drift')).toEqual(before);
    expect(issueOf('failed')).toMatchObject({ state: 'open', body: expect.stringContaining('`credentials-denied`') });
    await check(reportWith([ADDED]));
    expect(issueOf('failed')).toMatchObject({ state: 'closed', comments: [expect.any(String)] });
  });

  test('without a report: the reason is named, and the lab is known from an open issue', async () => {
    await check(reportWith([ADDED]));
    const before = issueOf('drift');
    await check(null, { reason: 'credentials-failed' });
    expect(issueOf('drift')).toEqual(before);
    expect(issueOf('failed').body).toContain('`credentials-failed`');
  });

  test.each([
    ['reconcile', 'Reconcile failed in perception-lab', 'state-locked'],
    ['keys', 'Sync of access keys failed in perception-lab', 'keys-failed'],
  ] as const)(
    'of %s has an issue that a check leaves open, and its next success closes',
    async (job, title, reason) => {
      await check(reportWith([ADDED]));
      await check(null, { job, reason });
      expect(issueOf(job)).toMatchObject({ state: 'open', title, body: expect.stringContaining(`\`${reason}\``) });
      await check(reportWith([ADDED]));
      expect(issueOf(job)).toMatchObject({ state: 'open', comments: [] });
      await check(null, { job });
      expect(issueOf(job)).toMatchObject({ state: 'closed', comments: [expect.any(String)] });
    },
  );

  test('of an unknown lab: the next success closes it, too', async () => {
    await check(null, { reason: 'validate-failed' });
    const [unknown] = repository().threads.values();
    expect(unknown).toMatchObject({ state: 'open', body: expect.stringContaining('drift-error:unknown -->') });
    await check(reportWith([]));
    expect(unknown).toMatchObject({ state: 'closed' });
  });

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['another version', JSON.stringify({ ...reportWith([]), version: 2 }), 'version'],
    ['unknown data', JSON.stringify({ ...reportWith([]), sudo: true }), 'Unrecognized'],
    ['an invalid lab', JSON.stringify({ ...reportWith([]), lab: 'x --><b>' }), 'lab'],
    ['an unknown failure', JSON.stringify({ ...failed(), check: { kind: 'failed', failure: { code: 'x' } } }), 'check'],
  ])('a report with %s is a failed check', async (_name, text, because) => {
    const { unusable } = await check(text);
    expect(unusable).toEqual([expect.stringContaining(because)]);
    expect([...repository().threads.values()]).toMatchObject([
      { body: expect.stringContaining('drift-error:unknown') },
    ]);
  });
});

describe('changes that are merged and not applied', () => {
  test('are a note in the issue about applies, closed by the apply', async () => {
    await check(reportWith([ADDED]));
    await check(pendingOf([REMOVED]));
    expect(issueOf('drift')).toMatchObject({ state: 'closed' });
    expect(issueOf('apply')).toMatchObject({ state: 'open', title: expect.stringContaining('Add Eve Lindqvist') });
    await check(pendingOf([REMOVED]));
    expect(issueOf('apply').comments).toEqual([]);
    await check(reportWith([]));
    expect(issueOf('apply')).toMatchObject({ state: 'closed' });
  });

  test('never replace or close the issue of a failed apply', async () => {
    const known = repository().openIssue({ author: BOT, title: 'Not applied', body: `${MARKER.apply}\nnot-approved` });
    const before = { ...known };
    await check(pendingOf([REMOVED]));
    await check(reportWith([]));
    expect({ ...known }).toEqual(before);
  });

  test('give way to a failed apply that did not know the lab', async () => {
    await check(pendingOf([REMOVED]));
    const body = '<!-- mturk-team-apply:unknown -->\nnot-approved';
    const unknown = repository().openIssue({ author: BOT, title: 'Not applied', body });
    await check(pendingOf([REMOVED]));
    await check(pendingOf([REMOVED]));
    expect(issueOf('apply')).toMatchObject({ state: 'closed', comments: { length: 1 } });
    expect(unknown).toMatchObject({ state: 'open', body });
  });
});

describe('expiring access', () => {
  const group = { until: '2026-12-20', members: [{ key: 'bo', name: 'Bo Chen', sponsor: null }], owners: [] };
  const due = (...groups: DriftReport['expiring']): DriftReport => ({ ...reportWith([]), expiring: groups });

  test('one issue per last day: overwritten without a comment, closed once no member is left, reopened', async () => {
    await check(due(group));
    const [bo] = group.members;
    await check(due({ ...group, members: [bo!, { ...bo!, key: 'eve', name: 'Eve Lindqvist' }] }));
    expect(issueOf('expiring')).toMatchObject({ state: 'open', comments: [] });
    expect(issueOf('expiring').body).toContain('Eve Lindqvist');
    await check(due({ ...group, until: '2027-01-31' }));
    expect(issueOf('expiring')).toMatchObject({ state: 'closed', comments: { length: 1 } });
    await check(due(group));
    expect(issueOf('expiring')).toMatchObject({ state: 'open' });
  });

  test('a person who closes it has decided', async () => {
    await check(due(group));
    for (const thread of repository().threads.values()) thread.state = 'closed';
    await check(due(group));
    expect(issueOf('expiring')).toMatchObject({ state: 'closed' });
  });
});

describe('what GitHub is asked', () => {
  test('for our own issues, each list once, however many are kept', async () => {
    const groups = Array.from({ length: 12 }, (_, index) => ({
      until: `2026-12-${index + 10}`,
      members: [{ key: 'bo', name: 'Bo Chen', sponsor: null }],
      owners: [],
    }));
    for (let index = 0; index < 250; index += 1) repository().openIssue({ author: 'eve', title: 'x', body: 'y' });
    await check({ ...reportWith([ADDED]), expiring: groups });
    const lists = server().requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/issues'));
    expect(lists.map(({ query }) => [query.state, query.creator, query.page])).toEqual([
      ['open', BOT, '1'],
      ['closed', BOT, '1'],
    ]);
    await check({ ...reportWith([]), expiring: groups.slice(0, 1) });
    const open = [...repository().threads.values()].filter(({ state, author }) => state === 'open' && author !== 'eve');
    expect(open).toHaveLength(1);
  });

  inTurn('more issues than can be read: it fails, and opens no second one', async () => {
    for (let index = 0; index < 5_001; index += 1) {
      repository().openIssue({ author: BOT, title: 'stale', body: 'y' }).state = 'closed';
    }
    const before = server().writes().length;
    const { outcomes } = await check(reportWith([ADDED]), { fails: true });
    expect(outcomes).toMatchObject({ drift: 'github-unreadable' });
    expect(server().writes()).toHaveLength(before);
  });

  test('an issue whose creation got no answer is found, and not opened twice', async () => {
    server().trouble({ when: 'POST /repos/perception/lab/issues', status: 502, carriedOut: true });
    await check(reportWith([ADDED]));
    expect(issueOf('drift').state).toBe('open');
  });
});
