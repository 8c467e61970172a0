import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { githubInTest, sha } from '../support/github-client.ts';
import { filesOf, pullRequestEvent } from '../support/github-files.ts';
import type { Run } from '../support/github-repository.ts';

const test = testInTurn(2);

const { server, repository } = githubInTest();
const BOT = 'github-actions[bot]';
const HEAD = sha('a');
const files = filesOf('03-add-member', { commit: HEAD, run: 12 });
let directory: ReturnType<typeof scratch>;

beforeEach(() => {
  directory = scratch({ 'review.json': files.review, 'event.json': pullRequestEvent(1, HEAD) });
  repository().openPull({ author: 'eve', head: HEAD });
});
afterEach(() => directory.remove());

function comment(args: string, env: Record<string, string> = {}, token?: string) {
  const all = {
    ...server().environment(token),
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: join(directory.directory, 'event.json'),
    GITHUB_OUTPUT: join(directory.directory, 'output'),
    GITHUB_STEP_SUMMARY: join(directory.directory, 'summary'),
    GITHUB_RUN_ID: '12',
    GITHUB_SHA: sha('f'),
    ...env,
  };
  return runHere(['comment', ...args.split(' ').map((each) => each.replaceAll('_', ''))], {
    cwd: directory.directory,
    env: all,
  });
}

/** The argument that a workflow passes where a job left nothing. */
const EMPTY = '_';

function written(name: string): string {
  const file = join(directory.directory, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The result of an apply that failed. */
function writeFailed(): void {
  const error = { code: 'not-converged', args: { addresses: ['aws_iam_user.member_bo'] } };
  directory.write('result.json', JSON.stringify({ version: 1, failure: { reason: 'not-converged', error } }));
}

function ours(): string[] {
  return repository()
    .commentsOf(1)
    .filter(({ author }) => author === BOT)
    .map(({ body }) => body);
}

test('the offline review, then the plan, in one comment, and in the summary', async () => {
  const { code, stdout } = await comment('--state preview --preview review.json --json');
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, comment: { action: 'created' }, issueUrl: null });
  expect(ours()).toHaveLength(1);
  const [first = ''] = ours();
  expect(first.split('\n')[0]).toBe('<!-- mturk-team:perception-lab -->');
  expect(first).toContain(HEAD.slice(0, 7));
  expect(written('summary')).toContain(first.split('\n')[1]);
  expect(written('output')).toMatch(/comment-action<<end-.+\ncreated\n/);

  directory.write('manifest.json', files.manifest);
  const planned = await comment(`--state planned --preview review.json --manifest manifest.json --reason ${EMPTY}`);
  expect(planned).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Comment updated: https://github.com/'),
  });
  expect(ours()).toHaveLength(1);
  expect(ours()[0]).toContain('OpenTofu 1.12.6');
});

test('a failure takes the place of a good comment', async () => {
  directory.write('manifest.json', files.manifest);
  await comment('--state planned --preview review.json --manifest manifest.json');
  const good = ours()[0];
  directory.write('event.json', pullRequestEvent(1, HEAD));
  expect(
    await comment('--state planned --preview none.json --manifest none.json --reason validate-failed'),
  ).toMatchObject({
    code: 0,
  });
  expect(ours()).toHaveLength(1);
  expect(ours()[0]).not.toBe(good);
  // The lab is known from the comment that was there.
  expect(ours()[0]!.split('\n')[0]).toBe('<!-- mturk-team:perception-lab -->');
});

test('a run that knows nothing writes one comment, which the next takes over', async () => {
  await comment('--state planned --preview none.json --manifest none.json --reason validate-failed');
  expect(ours()[0]).toMatch(/^<!-- mturk-team:unknown -->/);
  await comment('--state preview --preview review.json');
  expect(ours()).toHaveLength(1);
  expect(ours()[0]).toMatch(/^<!-- mturk-team:perception-lab -->/);
});

test("what was said when it stopped is shown, and an attacker's comment is not ours", async () => {
  repository().comment(1, 'mallory', '<!-- mturk-team:perception-lab -->\nAll is well.');
  await comment('--state planned --preview review.json --reason plan-failed --detail boom');
  expect(ours()).toEqual([expect.stringContaining('boom')]);
  expect(repository().commentsOf(1)[0]).toMatchObject({
    author: 'mallory',
    body: '<!-- mturk-team:perception-lab -->\nAll is well.',
  });
});

test('a manifest that cannot be read is named, and no plan is claimed', async () => {
  directory.write('manifest.json', '{"version":2}');
  const result = await comment('--state planned --preview review.json --manifest manifest.json');
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('Ignored manifest.json: version') });
  expect(ours()[0]).not.toContain('OpenTofu');
});

test("a fork's pull request gets a summary and no comment", async () => {
  directory.write('event.json', pullRequestEvent(1, HEAD, 99));
  const result = await comment('--state preview --preview review.json');
  expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(/^No comment: /) });
  expect(written('summary')).not.toBe('');
  expect(server().writes()).toEqual([]);
});

test('a late run does not write over what a later commit said', async () => {
  repository().pull(1).head.sha = sha('b');
  const result = await comment('--state preview --preview review.json');
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('has a newer commit') });
  expect(server().writes()).toEqual([]);
});

test('without the permission it says which one, and never the token', async () => {
  repository().tokens.set('ghs_secret', { login: BOT, kind: 'installation', grants: { pull_requests: 'read' } });
  const result = await comment('--state preview --preview review.json', {}, 'ghs_secret');
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('github-denied') });
  expect(result.stderr).not.toContain('secret');
  expect(written('summary')).not.toBe('');
});

describe('after the merge', () => {
  beforeEach(() => {
    repository().merge(1, 'ada', sha('f'));
    directory.write('event.json', '{"ref":"refs/heads/main"}');
    directory.write('manifest.json', files.manifest);
  });
  const apply = (args: string) =>
    comment(`--state applied --manifest manifest.json --result result.json --issue ${args}`);
  const issues = () => [...repository().threads.values()].filter(({ kind }) => kind === 'issue');

  test('applied: the comment says so, and no issue is opened', async () => {
    directory.write('result.json', '{"version":1,"failure":null,"steps":5}');
    expect(await apply(`--pull-request 1 --reason ${EMPTY}`)).toMatchObject({ code: 0 });
    expect(ours()).toEqual([expect.stringContaining('Applied')]);
    expect(issues()).toEqual([]);
  });

  test('applied for several pull requests: each says what was applied, by the result alone', async () => {
    repository().openPull({ author: 'bo', head: sha('b'), number: 9 });
    const { review } = JSON.parse(files.manifest);
    directory.write('result.json', JSON.stringify({ version: 1, commit: sha('c'), failure: null, steps: 5, review }));
    const args = `--state applied --pull-request 1,9 --result result.json --issue --reason ${EMPTY}`;
    expect(await comment(args)).toMatchObject({ code: 0 });
    const bodies = [1, 9].map((pull) =>
      repository()
        .commentsOf(pull)
        .map(({ body }) => body),
    );
    expect(bodies[0]).toEqual(bodies[1]);
    expect(bodies[0]).toEqual([
      expect.stringMatching(/^<!-- mturk-team:perception-lab -->\n### Applied: [\s\S]*`ccccccc`/),
    ]);
  });

  test('failed, then applied: one issue, opened and closed', async () => {
    writeFailed();
    expect(await apply('--pull-request 1 --reason not-converged')).toMatchObject({ code: 0 });
    expect(await apply('--pull-request 1 --reason not-converged')).toMatchObject({ code: 0 });
    expect(issues()).toHaveLength(1);
    expect(issues()[0]).toMatchObject({ state: 'open', author: BOT, body: expect.stringContaining('member_bo') });
    expect(issues()[0]!.body).toMatch(/^<!-- mturk-team-apply:perception-lab -->\n#/);
    expect(ours()).toEqual([expect.stringContaining('member_bo')]);
    directory.write('result.json', '{"version":1,"failure":null}');
    expect(await apply(`--pull-request 1 --reason ${EMPTY}`)).toMatchObject({ code: 0 });
    expect(issues()).toMatchObject([{ state: 'closed' }]);
    expect(repository().commentsOf(issues()[0]!.number)).toMatchObject([
      { body: expect.stringMatching(/^Commit fffffff was applied/) },
    ]);
  });

  test('a push without a pull request: the issue alone, with what to do about its reason', async () => {
    const args = { commit: 'f'.repeat(40), because: [{ kind: 'no-pull-request' }] };
    const failure = { reason: 'not-approved', error: { code: 'not-approved', args } };
    directory.write('result.json', JSON.stringify({ version: 1, failure }));
    const result = await apply(`--pull-request ${EMPTY} --reason not-approved`);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('no pull request was merged') });
    expect(issues()).toMatchObject([
      { body: expect.stringContaining('**To fix:** an administrator checks the main branch and runs') },
    ]);
    expect(repository().comments).toEqual([]);
  });
});

describe('the driftWorkflow', () => {
  const HOUR = 3_600_000;
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString().replace(/\.\d+/, '');
  const drift = (hours: number, given: Partial<Run> = {}) =>
    repository().addRun({
      headSha: sha('0'),
      path: '.github/workflows/drift.yml',
      event: 'schedule',
      createdAt: hoursAgo(hours),
      ...given,
    });
  const warned = 'Drift was last checked';
  const asks = () => server().requests.filter(({ path }) => path.includes('drift.yml'));
  const planned = (more = '', token?: string) =>
    comment(
      `--state planned --preview review.json --manifest manifest.json --drift-workflow drift.yml${more}`,
      {},
      token,
    );

  beforeEach(() => {
    directory.write('manifest.json', files.manifest);
    repository().addWorkflow('drift.yml', { createdAt: hoursAgo(2_000) });
  });

  test('a check of this morning needs no warning', async () => {
    drift(100);
    drift(7);
    drift(1, { conclusion: 'failure' });
    expect(await planned()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('drift') });
    expect(ours()[0]).not.toContain('Drift was last checked');
  });

  test('a stale drift check is a warning in the comment, in the summary and in the log', async () => {
    drift(120);
    for (const hours of [96, 72, 48, 24, 1]) drift(hours, { conclusion: 'failure' });
    expect(await planned()).toMatchObject({ code: 0, stderr: expect.stringContaining('(5 days ago)') });
    expect(ours()[0]).toContain(warned);
    expect(written('summary')).toContain(warned);
    // The review comes first, and what is folded comes last.
    expect(ours()[0]).toMatch(/\[!WARNING\][\s\S]*Drift was last checked[\s\S]*\| \*\*/);
  });

  test('a manual run on the default branch counts as a check, and one on another branch does not', async () => {
    drift(120);
    drift(3, { event: 'workflow_dispatch', headBranch: 'change' });
    expect((await planned()).stderr).toContain(warned);
    drift(2, { event: 'workflow_dispatch' });
    expect((await planned()).stderr).not.toContain(warned);
    expect(ours()).toEqual([expect.not.stringContaining(warned)]);
  });

  test.each([
    [8, false],
    [15, true],
  ])('a workflow that is %i hours old and has never gone well: warned of: %s', async (age, warns) => {
    repository().workflows.pop();
    repository().addWorkflow('drift.yml', { createdAt: hoursAgo(age) });
    drift(2, { conclusion: 'failure' });
    await planned();
    expect(ours()[0]!.includes('Drift was never checked')).toBe(warns);
  });

  test('a repository without the workflow gets no warning', async () => {
    repository().workflows.pop();
    expect(await planned()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('drift') });
    expect(asks()).toHaveLength(1);
  });

  test('a workflow that is disabled on GitHub', async () => {
    drift(2_000);
    repository().workflows.at(-1)!.state = 'disabled_inactivity';
    await planned();
    expect(ours()[0]).toContain('GitHub disabled the workflow');
  });

  test('without the permission the log says so, and the comment stands', async () => {
    drift(120);
    repository().tokens.set('no-actions', { login: BOT, kind: 'installation', grants: { pull_requests: 'write' } });
    const result = await planned('', 'no-actions');
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('actions: read') });
    expect(ours()).toEqual([expect.not.stringContaining(warned)]);
  });

  test('a GitHub that does not answer that one question costs nothing but the warning', async () => {
    drift(120);
    server().trouble({ when: /drift\.yml/, status: 422, message: 'no', times: 9 });
    expect(await planned()).toMatchObject({ code: 0, stderr: expect.stringContaining('is unknown') });
    expect(ours()).toHaveLength(1);
  });

  test('how often to check is what the file said before the change', async () => {
    drift(120);
    const hours = (each: string, every: number) => each.replaceAll('"driftEveryHours":6', `"driftEveryHours":${every}`);
    directory.write('manifest.json', hours(files.manifest, 168));
    await planned();
    expect(ours()[0]).not.toContain(warned);
    directory.write('manifest.json', hours(files.manifest, 24));
    await planned();
    expect(ours()[0]).toContain('every 24 hours');
  });

  test('after the merge, too, and not in the issue about a failed apply', async () => {
    drift(120);
    repository().merge(1, 'ada', sha('f'));
    directory.write('event.json', '{"ref":"refs/heads/main","repository":{"default_branch":"main"}}');
    writeFailed();
    await comment(
      '--state applied --pull-request 1 --manifest manifest.json --result result.json --reason not-converged --issue --drift-workflow drift.yml',
    );
    expect(ours()[0]).toContain(warned);
    const [issue] = [...repository().threads.values()].filter(({ kind }) => kind === 'issue');
    expect(issue?.body).not.toContain(warned);
  });

  test('without the option nothing is asked', async () => {
    drift(120);
    await comment('--state planned --preview review.json --manifest manifest.json');
    expect(asks()).toEqual([]);
  });
});

test.each([
  '--state planned --drift-workflow ../drift.yml',
  '--state planned --drift-workflow drift',
  '--state nonsense',
  '--state planned --reason nonsense',
  '--state applied --pull-request 0',
  '--state applied --pull-request 1,,2',
  '--preview review.json',
])('%s is wrong usage', async (args) => {
  expect(await comment(args)).toMatchObject({ code: 2, stdout: '' });
  expect(server().requests).toEqual([]);
});
