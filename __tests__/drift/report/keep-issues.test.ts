import { driftFile, resultFile } from '../../support/drift-files.ts';
import { driftIssuesInTest, MARKER } from '../../support/drift-issues.ts';

const { server, repository, look, issuesOf, issueOf } = driftIssuesInTest();
const BOT = 'github-actions[bot]';

const ADDED = 'membership-added/bo/paymaster';
const REMOVED = 'membership-removed/dee/reader';

describe('the issue about drift', () => {
  test('clean: nothing is written', async () => {
    await look(driftFile([]));
    expect(server().writes()).toEqual([]);
  });

  test('opened, silent, changed, closed with a line, opened again', async () => {
    expect((await look(driftFile([ADDED]))).told).toMatchObject({ drift: 'opened', error: 'none', apply: 'none' });
    expect(issueOf('drift')).toMatchObject({ state: 'open', comments: [] });
    expect(issueOf('drift').body).toMatch(
      /First found \d+ \w+ 2026, and unchanged at every look since that worked: .* A look is due every 24 hours\./,
    );
    expect(issueOf('drift').body).toContain('/actions/runs/12)');

    await look(driftFile([ADDED]));
    expect(issueOf('drift').comments).toEqual([]);

    await look(driftFile([ADDED, REMOVED]));
    expect(issueOf('drift').comments).toEqual([
      expect.stringMatching(/: 1 finding is new\.\n\n- .*membership-removed/),
    ]);
    expect(issueOf('drift').body).toContain(REMOVED);
    await look(driftFile([REMOVED]));
    expect(issueOf('drift').comments[1]).toMatch(/^Changed since .*: nothing is new, 1 is gone\.$/);

    await look(driftFile([]));
    expect(issueOf('drift')).toMatchObject({ state: 'closed' });
    expect(issueOf('drift').comments[2]).toMatch(/^The account is as team\.yaml says \(.* UTC, \[run\]\(http.*\)\)\.$/);
    const before = server().writes().length;
    await look(driftFile([]));
    expect(server().writes()).toHaveLength(before);

    await look(driftFile([ADDED]));
    expect(issueOf('drift')).toMatchObject({ state: 'open' });
    expect(issueOf('drift').comments[3]).toMatch(
      /^The account differs from team\.yaml again\.\n\n- .*membership-added/,
    );
  });

  test('the day on which it was found stays as long as it is the same', async () => {
    await look(driftFile([ADDED]));
    const issue = [...repository().threads.values()][0];
    if (issue === undefined) throw new Error('no issue');
    issue.body = issue.body.replace(/"since":"[\d-]+"/, '"since":"2026-11-03"');
    await look(driftFile([ADDED]));
    expect(issueOf('drift').body).toContain('First found 3 Nov 2026, and unchanged');
    await look(driftFile([REMOVED]));
    expect(issueOf('drift').comments).toEqual([
      expect.stringContaining('Changed since 3 Nov 2026: 1 finding is new, 1 is gone.'),
    ]);
    expect(issueOf('drift').body).not.toContain('3 Nov');
  });

  test('a person who closes it while the account differs is told how to be left alone', async () => {
    await look(driftFile([ADDED]));
    for (const thread of repository().threads.values()) thread.state = 'closed';
    await look(driftFile([ADDED]));
    expect(issueOf('drift')).toMatchObject({ state: 'open' });
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('`snoozed` in team.yaml')]);
  });

  test('what a person edited out of it costs no more than a comment', async () => {
    await look(driftFile([ADDED]));
    for (const thread of repository().threads.values()) thread.body = `${MARKER.drift}\r\nmine`;
    await look(driftFile([ADDED]));
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('there is 1 finding now')]);
    expect(issueOf('drift').body).toContain(ADDED);
  });

  test("somebody else's issue with our marker is left alone", async () => {
    const planted = repository().openIssue({ author: 'mallory', title: 'x', body: `${MARKER.drift}\nall is well` });
    await look(driftFile([ADDED]));
    await look(driftFile([]));
    expect(planted).toMatchObject({ state: 'open', body: `${MARKER.drift}\nall is well` });
    expect(repository().commentsOf(planted.number)).toEqual([]);
  });

  test('nothing found by a look that did not see everything closes nothing', async () => {
    await look(driftFile([ADDED]));
    const { body } = issueOf('drift');
    await look(driftFile([], { complete: false, error: { title: 'Not all was seen', body: 'keys' } }));
    expect(issueOf('drift')).toMatchObject({ state: 'open', body });
    expect(issueOf('error')).toMatchObject({ state: 'open', title: 'Not all was seen' });
  });

  test('a look that did not see everything tells what is new, and of nothing that it is gone', async () => {
    const blind = { complete: false, error: { title: 'Not all was seen', body: 'keys' } };
    await look(driftFile([ADDED, REMOVED]));
    const { body } = issueOf('drift');
    await look(driftFile([ADDED], blind));
    expect(issueOf('drift')).toMatchObject({ body, comments: [] });
    await look(driftFile([ADDED, 'root-access-key'], blind));
    expect(issueOf('drift').comments).toEqual([expect.stringMatching(/: 1 finding is new\.\n\n- .*root-access-key/)]);
  });

  test('what is pending alone closes it, and says where it stands', async () => {
    await look(driftFile([ADDED]));
    const pending = { title: 'Merged, not applied', body: 'eve joins' };
    await look(driftFile([], { class: 'pending', pending }));
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('stands in an issue of its own')]);
    expect(issueOf('apply')).toMatchObject({ state: 'open', title: 'Merged, not applied' });
  });

  test('the longest report fits, and thousands of findings are counted', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `outside/user-${index}/spends`);
    const report = driftFile(ids);
    const body = 'ä'.repeat(60_000);
    const result = resultFile({
      undone: Array.from({ length: 900 }, (_, index) => `thing ${index} ${'x'.repeat(300)}`),
      report: { ...report, issue: { title: 'many', body } },
    });
    await look({ ...report, issue: { title: 'many', body } }, { result });
    expect([...issueOf('drift').body].length).toBeLessThanOrEqual(65_536);
    await look(driftFile([...ids, ADDED], { issue: { title: 'many', body: 'x' } }));
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('there are 3001 findings now')]);
  });
});

describe('looks that fail', () => {
  test('have an issue of their own; the drift issue is untouched; it closes with the next that works', async () => {
    await look(driftFile([ADDED]));
    const before = issueOf('drift');
    const failed = driftFile([], {
      class: 'error',
      complete: false,
      fingerprint: '',
      error: { title: 'perception-lab: not looked at', body: 'AccessDenied' },
    });
    await look(failed, { reason: 'plan-failed' });
    expect(issueOf('drift')).toEqual(before);
    expect(issueOf('error')).toMatchObject({ state: 'open', title: 'perception-lab: not looked at' });
    expect(issueOf('error').body).toContain('AccessDenied');

    await look(driftFile([ADDED]));
    expect(issueOf('error')).toMatchObject({ state: 'closed' });
    expect(issueOf('error').comments).toEqual([expect.stringContaining('could be looked at again')]);
  });

  test('before there is a report: the reason is said, and the lab is known from what stands there', async () => {
    await look(driftFile([ADDED]));
    const before = issueOf('drift');
    await look(null, { reason: 'credentials-failed' });
    expect(issueOf('drift')).toEqual(before);
    expect(issueOf('error').body).toContain('`credentials-failed`');
  });

  test('where nobody knows the lab either, the next that works closes it, too', async () => {
    await look(null, { reason: 'validate-failed' });
    const [unknown] = [...repository().threads.values()];
    expect(unknown).toMatchObject({ state: 'open', body: expect.stringContaining('drift-error:unknown -->') });
    await look(driftFile([]));
    expect(unknown).toMatchObject({ state: 'closed' });
  });

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['another version', JSON.stringify({ ...driftFile([]), version: 2 }), 'version'],
    ['more than is known', JSON.stringify({ ...driftFile([]), sudo: true }), 'Unrecognized'],
    ['no title', JSON.stringify(driftFile([ADDED], { issue: { title: '', body: 'x' } })), 'issue.title'],
    [
      'a title of two lines',
      JSON.stringify(driftFile([ADDED], { issue: { title: 'a\nb', body: 'x' } })),
      'issue.title',
    ],
    [
      'a body too long',
      JSON.stringify(driftFile([], { issue: { title: 'x', body: 'x'.repeat(60_001) } })),
      'issue.body',
    ],
    ["another lab's name", JSON.stringify(driftFile([], { lab: 'x --><b>' })), 'lab'],
  ])('a report that is %s is left out aloud', async (_name, text, because) => {
    const { facts } = await look(text);
    expect(facts.unusable).toEqual([expect.stringContaining('report.json is left out: ')]);
    expect(facts.unusable[0]).toContain(because);
    expect(facts.view).toBeNull();
    expect([...repository().threads.values()]).toMatchObject([
      { title: expect.stringContaining('the account could not be looked at') },
    ]);
  });
});

describe('after a reconcile', () => {
  const undone = ['bo was taken out of `paymaster`'];

  test('the issue says what was undone and what was left', async () => {
    const result = resultFile({ undone, report: driftFile([REMOVED]) });
    await look(driftFile([ADDED, REMOVED], { undo: 1, reconcile: true }), { result });
    const issue = issueOf('drift');
    expect(issue.body).toContain(
      '**1 finding was undone by the drift workflow**; 1 was left as it is. This is not so any more:',
    );
    expect(issue.body).toContain(undone[0]);
    expect(issue.body).not.toContain(ADDED);
    expect(issue.comments).toEqual([]);
    // The next look has nothing to say of it any more, and is silent.
    await look(driftFile([REMOVED]));
    expect(issueOf('drift').body).not.toContain('undone');
    expect(issueOf('drift').comments).toEqual([]);
  });

  test('an issue that stands gets a comment, and every time', async () => {
    await look(driftFile([REMOVED]));
    const again = () =>
      look(driftFile([ADDED, REMOVED]), { result: resultFile({ undone, report: driftFile([REMOVED]) }) });
    await again();
    await again();
    expect(issueOf('drift').comments).toHaveLength(2);
    expect(issueOf('drift').comments[0]).toContain('undone by the drift workflow');
  });

  test('what was found and undone in one run is told, and closed', async () => {
    await look(driftFile([ADDED]), { result: resultFile({ undone, report: driftFile([]) }) });
    expect(issueOf('drift')).toMatchObject({ state: 'closed', body: expect.stringContaining(ADDED) });
    expect(issueOf('drift').comments).toEqual([
      expect.stringMatching(/1 finding was undone by the drift workflow[\s\S]*after 1 finding was undone/),
    ]);
  });

  test('why nothing was undone is said once', async () => {
    const result = resultFile({ outcome: 'refused', reason: 'Three things were undone in 24 hours already.' });
    await look(driftFile([ADDED]));
    await look(driftFile([ADDED]), { result });
    await look(driftFile([ADDED]), { result });
    expect(issueOf('drift').body).toContain('**Nothing was undone.** Three things');
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('**Nothing was undone.** Three things')]);
  });

  test('one that failed without a word is told', async () => {
    await look(driftFile([ADDED]), { reason: 'reconcile-failed' });
    expect(issueOf('drift').body).toContain('**Undoing failed.**');
    expect(issuesOf('error')).toEqual([]);
  });

  test('where the look after it fails, the look before it stands', async () => {
    const report = driftFile([], { class: 'error', fingerprint: '', error: { title: 'Blind', body: 'x' } });
    await look(driftFile([ADDED]), { result: resultFile({ undone, report }) });
    expect(issueOf('drift').body).toContain(ADDED);
    expect(issueOf('drift').body).toContain(undone[0]);
    expect(issueOf('error')).toMatchObject({ state: 'open', title: 'Blind' });
  });
});

describe('what waits to be applied', () => {
  const pending = { title: 'Merged, not applied', body: 'eve joins' };
  const waiting = () => driftFile([], { class: 'pending', pending });

  test('is noted in the issue about applies, and closed when it is applied', async () => {
    await look(waiting());
    expect(issueOf('apply')).toMatchObject({ state: 'open', title: pending.title });
    expect(issuesOf('drift')).toEqual([]);
    await look(waiting());
    expect(issueOf('apply').comments).toEqual([]);
    await look(driftFile([]));
    expect(issueOf('apply')).toMatchObject({ state: 'closed' });
  });

  test('does not take the place of a failed apply that stands there, nor close it', async () => {
    const failed = repository().openIssue({ author: BOT, title: 'Not applied', body: `${MARKER.apply}\nnot-approved` });
    const before = { ...failed };
    await look(waiting());
    await look(driftFile([]));
    expect({ ...failed }).toEqual(before);
  });
});

describe('an apply that failed without knowing the lab', () => {
  const pending = { title: 'Merged, not applied', body: 'eve joins' };

  test('takes over from the note, which is closed', async () => {
    const waiting = driftFile([], { class: 'pending', pending });
    await look(waiting);
    const body = '<!-- mturk-team-apply:unknown -->\nnot-approved';
    const failed = repository().openIssue({ author: BOT, title: 'Not applied', body });
    await look(waiting);
    await look(waiting);
    expect(issueOf('apply')).toMatchObject({ state: 'closed' });
    expect(issueOf('apply').comments).toEqual([expect.stringContaining('An apply has failed since')]);
    expect(failed).toMatchObject({ state: 'open', body });
  });
});

describe('renewals', () => {
  const renewal = { cohort: '2026-12-20', title: 'Access of 2 people ends', body: 'extend or let go' };
  const due = () => driftFile([], { renewals: [renewal] });

  test('one issue for a cohort, edited in silence, closed when nobody is left, opened again', async () => {
    await look(due());
    await look(driftFile([], { renewals: [{ ...renewal, body: 'one of them is left' }] }));
    expect(issueOf('renewal')).toMatchObject({ state: 'open', comments: [], title: renewal.title });
    expect(issueOf('renewal').body).toContain('one of them is left');
    await look(driftFile([], { renewals: [{ ...renewal, cohort: '2027-01-31' }] }));
    expect(issueOf('renewal')).toMatchObject({ state: 'closed' });
    expect(issueOf('renewal').comments).toEqual([expect.stringContaining("Nobody's access ends on that day")]);
    await look(due());
    expect(issueOf('renewal')).toMatchObject({ state: 'open' });
  });

  test('a person who closed it has decided', async () => {
    await look(due());
    for (const thread of repository().threads.values()) thread.state = 'closed';
    await look(due());
    expect(issueOf('renewal')).toMatchObject({ state: 'closed' });
  });
});

test('an issue that cannot be written keeps no other from being written', async () => {
  server().trouble({ when: 'POST /repos/perception/lab/issues', status: 422, message: 'Validation Failed' });
  const report = driftFile([ADDED], { renewals: [{ cohort: '2026-12-20', title: 'Ends', body: 'x' }] });
  expect((await look(report, { fails: true })).told).toMatchObject({ drift: 'github-refused', error: 'none' });
  expect(issuesOf('drift')).toEqual([]);
  expect(issueOf('renewal')).toMatchObject({ state: 'open' });
});
