import { driftFile, resultFile } from '../support/drift-files.ts';
import { driftIssuesInTest } from '../support/drift-issues.ts';

const { server, repository, look, issueOf } = driftIssuesInTest();
const ADDED = 'membership-added/bo/paymaster';
const REMOVED = 'membership-removed/dee/reader';
const OUTSIDE = 'outside/old-mturk-user/spends';
const BLIND = { complete: false, error: { title: 'Not all was seen', body: 'keys' } };
const day = (date: string) => ({ at: `${date}T05:17:00.000Z` });

/** With the names of the findings, as the renderer writes them. */
function named(ids: readonly string[], given: Parameters<typeof driftFile>[1] = {}) {
  const body = ids.map((id, index) => `${index + 1}. It differs.\n\n   <sub>\`${id}\`</sub>`).join('\n\n');
  const issue = { title: `perception-lab differs from team.yaml: ${ids.length} findings`, body };
  return driftFile(ids, { issue, ...given });
}

describe('what a look could not see', () => {
  test('is kept: it is neither gone nor new for not having been seen, and the issue names it', async () => {
    await look(named([ADDED, REMOVED]));
    await look(named([REMOVED, OUTSIDE], BLIND));
    const { body, comments } = issueOf('drift');
    expect(comments).toEqual([expect.stringMatching(/: 1 finding is new\.\n\n- .*outside\/old-mturk-user/)]);
    expect(body).toContain('**1 finding of the last complete look could not be looked for again**');
    expect(body).toContain(`- \`${ADDED}\``);

    await look(named([ADDED, REMOVED, OUTSIDE]));
    expect(issueOf('drift').comments).toEqual(comments);
    expect(issueOf('drift').body).not.toContain('could not be looked for again');
    await look(named([REMOVED, OUTSIDE]));
    expect(issueOf('drift').comments.at(-1)).toMatch(/: nothing is new, 1 is gone\.$/);
  });

  test('is kept over several looks, and the next complete one tells what is gone', async () => {
    await look(named([ADDED, REMOVED]));
    await look(named([OUTSIDE], BLIND));
    await look(named([OUTSIDE, 'root-access-key'], BLIND));
    expect(issueOf('drift').body).toContain('**2 findings of the last complete look could not be looked for again**');
    expect(issueOf('drift').body).toContain(`- \`${ADDED}\`\n- \`${REMOVED}\``);
    await look(named([OUTSIDE, 'root-access-key', ADDED]));
    expect(issueOf('drift').comments.at(-1)).toMatch(/: nothing is new, 1 is gone\.$/);
  });

  test('where an issue could not keep every key, it says how many at most', async () => {
    const many = Array.from({ length: 130 }, (_, index) => `outside/user-${index}/spends`);
    await look(driftFile(many));
    await look(driftFile(many.slice(0, 110), BLIND));
    expect(issueOf('drift').body).toContain('**Up to 20 findings of the last complete look could not');
    await look(driftFile(many.slice(0, 109), BLIND));
    expect(issueOf('drift').body).toContain('**Up to 21 findings of the last complete look could not');
  });

  test('keeps nothing from being told that was undone', async () => {
    await look(named([ADDED, REMOVED]));
    const found = named([ADDED, REMOVED]);
    const undone = found.findings.slice(0, 1).map(({ line }) => line);
    await look(found, { result: resultFile({ undone, report: named([REMOVED], BLIND) }) });
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('1 finding was undone')]);
    expect(issueOf('drift').body).not.toContain('could not be looked for again');
  });

  test('is not made up from what somebody writes into the issue', async () => {
    await look(named([ADDED, REMOVED]));
    for (const thread of repository().threads.values()) thread.body += '\n`membership-added/eve/owner`';
    await look(named([OUTSIDE], BLIND));
    expect(issueOf('drift').body).not.toContain('membership-added/eve');
  });
});

describe('the same again', () => {
  test('touches nothing, whatever day and run it is', async () => {
    const renewals = [{ cohort: '2026-12-20', title: 'Access ends', body: 'of two' }];
    const asOf = (date: string) => `Keys and passwords as of ${date} 02:11 UTC, when AWS made its report.`;
    const sample = (date: string, until: string) =>
      `${asOf(date)}\n\n1. x\n\n  outside/x: { until: "${until}", reason: "..." }`;
    const found = (date: string, until: string) =>
      driftFile([ADDED], { ...day(date), renewals, issue: { title: 't', body: sample(date, until) } });
    await look(found('2026-11-24', '2026-12-24'));
    const before = server().writes().length;
    const { told } = await look(found('2026-11-25', '2026-12-25'), { run: '13' });
    expect(told).toMatchObject({ drift: 'unchanged', 'renewal 2026-12-20': 'unchanged' });
    expect(server().writes()).toHaveLength(before);
    expect(issueOf('drift').body).toContain('First found 24 Nov 2026, and unchanged');

    // The day that is proposed must not pass.
    await look(found('2026-12-20', '2027-01-19'));
    expect(issueOf('drift').body).toContain('2027-01-19');
  });

  test('is edited without a comment where an item has other words', async () => {
    await look(driftFile([ADDED]));
    await look(driftFile([ADDED], { issue: { title: 't', body: 'used yesterday' } }));
    expect(issueOf('drift')).toMatchObject({ comments: [], body: expect.stringContaining('used yesterday') });
  });

  test('is put back where somebody edited it', async () => {
    await look(driftFile([ADDED]));
    const { body } = issueOf('drift');
    for (const thread of repository().threads.values()) thread.body = body.replace(/^1\..*$/m, 'all is well');
    await look(driftFile([ADDED]));
    expect(issueOf('drift').body).toContain(ADDED);
  });

  test.each([
    ['AWS names another request', (id: string) => `AccessDenied (403), RequestID: ${id}. Nothing was changed.`],
    ['S3 names another host', (id: string) => `Could not read, request id ${id.slice(0, 8)}, HostID: ${id}=`],
    ['another lock', (id: string) => `Locked.\n  ID: ${id}\n  Created: 2026-11-25 05:1${id.length % 10}:07 +0000 UTC`],
  ])('of a failed undoing is told once, although %s', async (_name, words) => {
    const failed = (id: string) => resultFile({ outcome: 'failed', reason: words(id) });
    await look(driftFile([ADDED]), { result: failed('11111111-2222-4333-8444-555555555555') });
    await look(driftFile([ADDED]), { result: failed('99999999-aaaa-4bbb-8ccc-dddddddddddd') });
    expect(issueOf('drift').comments).toEqual([]);
    await look(driftFile([ADDED]), { result: resultFile({ outcome: 'failed', reason: 'The lock is held.' }) });
    expect(issueOf('drift').comments).toEqual([expect.stringContaining('**Undoing failed.** The lock is held.')]);
  });
});

describe('nothing is undone while something waits to be applied', () => {
  const pending = {
    title: 'not applied',
    body: '### not applied\n\n- The last day of eve has passed.\n- ... and more',
  };
  const refused = (reason: string) => resultFile({ outcome: 'refused', reason });
  const found = () => named([ADDED, REMOVED], { pending });

  test('the issue says which workflow does it, what waits, and what comes back with it', async () => {
    await look(found(), { result: refused('The last day of eve has passed: user-added/eve. Nothing was changed.') });
    const { body } = issueOf('drift');
    expect(body).toContain('run the apply workflow (Actions, `apply`, Run workflow)');
    expect(body).toContain('- The last day of eve has passed.');
    expect(body).toContain(`also gives back what was removed by hand: \`${REMOVED}\`.`);
    expect(body).toContain('`plan-changed`');
  });

  test('and nothing of it where that is not why', async () => {
    await look(found(), { result: refused('This was undone twice in the last seven days.') });
    expect(issueOf('drift').body).not.toContain('apply workflow');
  });
});

describe('what GitHub is asked', () => {
  const lists = () => server().requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/issues'));

  test('for our own issues, each list once, however many are kept', async () => {
    const renewals = Array.from({ length: 12 }, (_, index) => ({
      cohort: `2026-12-${index + 10}`,
      title: `Access ends (${index})`,
      body: 'x',
    }));
    for (let index = 0; index < 250; index += 1) repository().openIssue({ author: 'eve', title: 'x', body: 'y' });
    await look(driftFile([ADDED], { renewals }));
    expect(lists().map(({ query }) => [query.state, query.creator, query.page])).toEqual([
      ['open', 'github-actions[bot]', '1'],
      ['closed', 'github-actions[bot]', '1'],
    ]);
    await look(driftFile([], { renewals: renewals.slice(0, 1) }));
    const open = [...repository().threads.values()].filter(({ state, author }) => state === 'open' && author !== 'eve');
    expect(open.map(({ title }) => title)).toEqual(['Access ends (0)']);
  });

  test('of more than can be read nothing is guessed: it fails aloud, and opens no second issue', async () => {
    for (let index = 0; index < 5_001; index += 1) {
      const issue = repository().openIssue({ author: 'github-actions[bot]', title: 'stale', body: 'y' });
      issue.state = 'closed';
    }
    const before = server().writes().length;
    const { told } = await look(driftFile([ADDED]), { fails: true });
    expect(told).toMatchObject({ drift: 'github-unreadable' });
    expect(server().writes()).toHaveLength(before);
  });

  test('an issue whose creation got no answer is looked for anew, and not opened twice', async () => {
    server().trouble({ when: 'POST /repos/perception/lab/issues', status: 502, carriedOut: true });
    await look(driftFile([ADDED]));
    expect(issueOf('drift').state).toBe('open');
  });
});
