import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { type DriftReport, writeDriftReport } from '../../src/drift/report/report.ts';
import { runHere, scratch } from '../support/command.ts';
import { ADDED, reportOf, reportWith, scanOf } from '../support/drift-reports.ts';
import { githubInTest } from '../support/github-client.ts';

const { server, repository } = githubInTest();
const BOT = 'github-actions[bot]';
let directory: ReturnType<typeof scratch>;

beforeEach(() => {
  directory = scratch();
});
afterEach(() => directory.remove());

interface Given {
  readonly reason?: string;
  readonly env?: Record<string, string>;
}

async function check(report: DriftReport | string | null, { reason = '', env }: Given = {}, ...more: string[]) {
  if (typeof report === 'string') directory.write('report.json', report);
  else if (report !== null) await writeDriftReport(join(directory.directory, 'report.json'), report);
  const args = ['--report', report === null ? 'none.json' : 'report.json', '--reason', reason];
  return runHere(['drift-issue', ...args, ...more], {
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

test('no drift: nothing is written but the summary', async () => {
  expect(await check(reportWith([]))).toMatchObject({ code: 0, stdout: '' });
  expect(server().writes()).toEqual([]);
  expect(written('summary')).not.toBe('');
});

test('drift is in an issue, in the summary and in the outputs', async () => {
  const result = await check(reportWith([ADDED]), {}, '--json');
  const [issue] = repository().threads.values();
  expect(JSON.parse(result.stdout)).toMatchObject({
    isOutdated: false,
    issues: expect.arrayContaining([expect.objectContaining({ kind: 'drift', action: 'opened' })]),
  });
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('https://github.com/') });
  expect(issue).toMatchObject({ author: BOT, state: 'open' });
  expect(issue?.body).toMatch(/^<!-- mturk-team-drift:perception-lab -->\n/);
  expect(written('output')).toMatch(/issue-action<<end-.+\nopened\n/);
  expect(written('summary')).toContain('Bo Chen');
});

test('a failed check is in the summary, and no failure of this step', async () => {
  expect(await check(null, { reason: 'credentials-failed' })).toMatchObject({ code: 0 });
  expect(written('summary')).toContain('`credentials-failed`');
});

const BROKEN = reportOf(scanOf([], { findings: [{} as DriftFinding] }));

// The job that reconciles runs after this step, and its issue must show what was found.
test.each([
  ['of another version', '{"version":2}'],
  ['larger than 64 MiB', ' '.repeat(64 * 1024 * 1024 + 1)],
  ['with a finding that says nothing', JSON.stringify(BROKEN)],
])('a report %s fails this step, and is a failed check', async (_what, text) => {
  expect(await check(text)).toMatchObject({ code: 1, stderr: expect.stringContaining('Ignored report.json: ') });
  expect(written('summary')).toContain('`drift-check-failed`');
  const [issue] = repository().threads.values();
  expect(issue?.body).toContain('drift-error:unknown');
});

test('no report of a check that did not fail fails this step', async () => {
  expect(await check(null)).toMatchObject({ code: 1 });
  expect(written('summary')).toContain('`drift-check-failed`');
});

test('one issue that cannot be written fails the step', async () => {
  server().trouble({ when: 'POST /repos/perception/lab/issues', status: 422, message: 'Validation Failed' });
  expect(await check(reportWith([ADDED]))).toMatchObject({ code: 1 });
});

test.each([
  ['--reason', 'tired'],
  ['--reprot', 'x'],
])('%s %s is wrong usage', async (...args) => {
  const result = await runHere(['drift-issue', '--report', 'report.json', ...args], { cwd: directory.directory });
  expect(result).toMatchObject({ code: 2 });
});

describe('no issue is written', () => {
  test.each<[string, Record<string, string>]>([
    ['without a token', { GITHUB_TOKEN: '' }],
    ['outside a repository', { GITHUB_REPOSITORY: '' }],
  ])('%s; the summary is', async (_name, env) => {
    expect(await check(reportWith([ADDED]), { env })).toMatchObject({ code: 1 });
    expect(written('summary')).toContain('Bo Chen');
    expect(server().writes()).toEqual([]);
  });

  test('with a read-only token, as in a fork', async () => {
    const grants = { issues: 'read', contents: 'read' } as const;
    repository().tokens.set('reads', { login: BOT, kind: 'installation', grants });
    expect(await check(reportWith([ADDED]), { env: { GITHUB_TOKEN: 'reads' } })).toMatchObject({ code: 1 });
    expect(server().writes()).toEqual([]);
  });

  test('if the next check is due', async () => {
    const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
    const result = await check(reportOf(scanOf([ADDED], { at })));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('a later one is due') });
    expect(written('summary')).toContain('a later one is due');
    expect(server().writes()).toEqual([]);
  });
});
