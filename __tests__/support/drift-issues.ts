import { join } from 'node:path';
import { isFailureReason } from '../../src/diagnostics/pipeline-codes.ts';
import { driftIssueFacts } from '../../src/drift/report/issue-facts.ts';
import { keepDriftIssues } from '../../src/drift/report/keep-issues.ts';
import type { DriftReportFile, ReconcileResultFile } from '../../src/drift/report/report-file.ts';
import { scratch } from './command.ts';
import { githubInTest, obtained, sha } from './github-client.ts';

const BOT = 'github-actions[bot]';
const COMMIT = sha('c');

/** First lines of the issues. */
export const MARKER = {
  drift: '<!-- mturk-team-drift:perception-lab -->',
  error: '<!-- mturk-team-drift-error:perception-lab -->',
  apply: '<!-- mturk-team-apply:perception-lab -->',
  renewal: '<!-- mturk-team-renewal:perception-lab:2026-12-20 -->',
};

interface Given {
  readonly result?: ReconcileResultFile;
  readonly reason?: string;
  /** Whether an issue may fail to be written. */
  readonly fails?: boolean;
  readonly run?: string;
}

/** A stand-in for GitHub for each test, and the issues that looks leave there. */
export function driftIssuesInTest() {
  const { server, repository, client } = githubInTest();
  let directory: ReturnType<typeof scratch>;

  beforeEach(() => {
    directory = scratch();
  });
  afterEach(() => directory.remove());

  /** What `drift-issue` does once it may; what became of each issue. */
  async function look(
    report: DriftReportFile | string | null,
    { result, reason = '', fails = false, run = '12' }: Given = {},
  ) {
    if (report !== null) directory.write('report.json', typeof report === 'string' ? report : JSON.stringify(report));
    if (result !== undefined) directory.write('result.json', JSON.stringify(result));
    const file = (name: string) => join(directory.directory, name);
    const facts = await driftIssueFacts(
      {
        report: file(report === null ? 'none.json' : 'report.json'),
        result: file(result === undefined ? 'none.json' : 'result.json'),
        reason: isFailureReason(reason) ? reason : null,
        commit: COMMIT,
      },
      { ...server().environment(), GITHUB_RUN_ID: run },
      new Date(),
    );
    const told: Record<string, string> = {};
    await keepDriftIssues(client(), facts, (kind, outcome) => {
      told[kind] = outcome.ok ? outcome.value.action : outcome.failure.code;
      if (!fails) obtained(outcome);
    });
    return { facts, told };
  }

  function issuesOf(kind: keyof typeof MARKER) {
    return [...repository().threads.values()].filter(
      ({ author, body, kind: of }) => of === 'issue' && author === BOT && body.split('\n')[0] === MARKER[kind],
    );
  }

  /** The one issue of a kind, as it is now. */
  function issueOf(kind: keyof typeof MARKER) {
    const [only, ...others] = issuesOf(kind);
    expect(others).toEqual([]);
    if (only === undefined) throw new Error(`there is no ${kind} issue`);
    const comments = repository()
      .commentsOf(only.number)
      .map(({ body }) => body);
    return { ...only, comments };
  }

  return { server, repository, look, issuesOf, issueOf };
}
