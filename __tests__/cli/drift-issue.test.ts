import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriftReportFile } from '../../src/drift/report/report-file.ts';
import { run, scratch } from '../support/command.ts';
import { driftFile } from '../support/drift-files.ts';
import { githubInTest, sha } from '../support/github-client.ts';

const { server, repository } = githubInTest();
const BOT = 'github-actions[bot]';
const COMMIT = sha('c');
const MARKER = '<!-- mturk-team-drift:perception-lab -->';
let directory: ReturnType<typeof scratch>;

beforeEach(() => {
  directory = scratch();
  repository().branches.set('main', COMMIT);
});
afterEach(() => directory.remove());

interface Given {
  readonly reason?: string;
  readonly commit?: string;
  readonly env?: Record<string, string>;
}

async function look(report: DriftReportFile | string | null, { reason = '', commit, env }: Given = {}) {
  if (report !== null) directory.write('report.json', typeof report === 'string' ? report : JSON.stringify(report));
  const args = ['--report', report === null ? 'none.json' : 'report.json', '--reason', reason];
  args.push('--result', 'none.json', '--commit', commit ?? COMMIT);
  return run(['drift-issue', ...args], {
    cwd: directory.directory,
    env: {
      ...server().environment(),
      GITHUB_RUN_ID: '12',
      GITHUB_OUTPUT: join(directory.directory, 'output'),
      GITHUB_STEP_SUMMARY: join(directory.directory, 'summary'),
      ...env,
    },
  });
}

function written(name: string): string {
  const file = join(directory.directory, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const ADDED = 'membership-added/bo/paymaster';

test('clean: nothing is written but the summary', async () => {
  expect(await look(driftFile([]))).toMatchObject({ code: 0, stdout: '' });
  expect(server().writes()).toEqual([]);
  expect(written('summary')).toContain('The account is as team.yaml says');
});

test('what was found stands in an issue, in the summary and in the outputs', async () => {
  expect(await look(driftFile([ADDED]))).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('The drift issue was opened: https://github.com/'),
  });
  const [issue] = [...repository().threads.values()];
  expect(issue).toMatchObject({ author: BOT, state: 'open', body: expect.stringContaining(`${MARKER}\n`) });
  expect(written('output')).toMatch(/issue-action<<end-.+\nopened\n/);
  expect(written('summary')).toContain(ADDED);
});

test('a look that failed is said in the summary, and that is no failure of this step', async () => {
  expect(await look(null, { reason: 'credentials-failed', commit: '' })).toMatchObject({ code: 0 });
  expect(written('summary')).toContain('`credentials-failed`');
});

test('a report that cannot be read is left out aloud', async () => {
  const result = await look('{"version":2}');
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('report.json is left out: version') });
  expect(written('summary')).toContain('the account could not be looked at');
});

test('one issue that cannot be written fails the step', async () => {
  server().trouble({ when: 'POST /repos/perception/lab/issues', status: 422, message: 'Validation Failed' });
  expect(await look(driftFile([ADDED]))).toMatchObject({ code: 1, stderr: expect.stringContaining('GitHub refused') });
});

test.each([
  ['--reason', 'tired'],
  ['--commit', 'main'],
  ['--reprot', 'x'],
])('%s %s is not understood', async (...args) => {
  const result = await run(['drift-issue', '--report', 'report.json', ...args], { cwd: directory.directory });
  expect(result).toMatchObject({ code: 2 });
});

describe('nothing is written', () => {
  test('without a token', async () => {
    const result = await look(driftFile([ADDED]), { env: { GITHUB_TOKEN: '' } });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('GITHUB_TOKEN is not set') });
    expect(written('summary')).toContain(ADDED);
  });

  test('outside a repository', async () => {
    const result = await look(driftFile([ADDED]), { env: { GITHUB_REPOSITORY: '' } });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('GITHUB_REPOSITORY') });
  });

  test('with a token that may only read, as that of a fork', async () => {
    repository().tokens.set('reads', {
      login: BOT,
      kind: 'installation',
      grants: { issues: 'read', contents: 'read' },
    });
    const result = await look(driftFile([ADDED]), { env: { GITHUB_TOKEN: 'reads' } });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('does not let this token') });
    expect(server().writes()).toEqual([]);
  });

  test('where main has moved on', async () => {
    repository().branches.set('main', sha('d'));
    const result = await look(driftFile([ADDED]));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('superseded: ccccccc is not the newest') });
    expect(written('output')).toMatch(/failure-reason<<end-.+\nsuperseded\n/);
    expect(server().writes()).toEqual([]);
  });

  test('of a look of another day', async () => {
    const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
    const result = await look(driftFile([ADDED], { at }));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('a later one has been due since') });
    expect(server().writes()).toEqual([]);
  });

  test('where an earlier job found out that the run is superseded', async () => {
    expect(await look(null, { reason: 'superseded' })).toMatchObject({ code: 1 });
    expect(server().writes()).toEqual([]);
  });
});

describe('is-newest', () => {
  const ask = (commit: string, env: Record<string, string> = {}) =>
    run(['is-newest', '--commit', commit], {
      cwd: directory.directory,
      env: { ...server().environment(), GITHUB_OUTPUT: join(directory.directory, 'output'), ...env },
    });

  test('it is, it is not, nobody can tell', async () => {
    expect(await ask(COMMIT)).toMatchObject({ code: 0, stderr: '' });
    expect(await ask(sha('d'))).toMatchObject({ code: 1, stderr: expect.stringContaining('superseded') });
    expect(written('output')).toContain('superseded');
    repository().branches.clear();
    expect(await ask(COMMIT)).toMatchObject({ code: 1, stderr: expect.stringContaining('GitHub knows nothing') });
    expect(await ask('main')).toMatchObject({ code: 2 });
  });
});
