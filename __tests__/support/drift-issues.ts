import { join } from 'node:path';
import { isFailureReason } from '../../src/diagnostics/failure.ts';
import { readDriftRun } from '../../src/drift/report/drift-run.ts';
import type { LaterJob } from '../../src/drift/report/failed-check-issue.ts';
import { readHiddenData } from '../../src/drift/report/issue-data.ts';
import { keepDriftIssues } from '../../src/drift/report/issues.ts';
import { type DriftReport, writeDriftReport } from '../../src/drift/report/report.ts';
import { scratch } from './command.ts';
import { githubInTest, obtained } from './github-client.ts';

const BOT = 'github-actions[bot]';

/** First lines of the issues. */
export const MARKER = {
  drift: '<!-- mturk-team-drift:perception-lab -->',
  failed: '<!-- mturk-team-drift-error:perception-lab -->',
  reconcile: '<!-- mturk-team-reconcile-error:perception-lab -->',
  keys: '<!-- mturk-team-keys-error:perception-lab -->',
  apply: '<!-- mturk-team-apply:perception-lab -->',
  expiring: '<!-- mturk-team-expiring:perception-lab:2026-12-20 -->',
};

interface Given {
  readonly reason?: string;
  /** The later job that it is about. */
  readonly job?: LaterJob;
  /** Whether an issue may fail to be written. */
  readonly fails?: boolean;
}

/** A fake GitHub for each test, and the issues that drift checks write there. */
export function driftIssuesInTest() {
  const { server, repository, client } = githubInTest();
  let directory: ReturnType<typeof scratch>;

  beforeEach(() => {
    directory = scratch();
  });
  afterEach(() => directory.remove());

  /** Writes the issues of one run, as `drift-issue` does; what became of each. */
  async function check(
    report: DriftReport | string | null,
    { reason = '', fails = false, job }: Given = {},
  ): Promise<{ readonly unusable: readonly string[]; readonly outcomes: Readonly<Record<string, string>> }> {
    const file = (name: string) => join(directory.directory, name);
    if (typeof report === 'string') directory.write('report.json', report);
    else if (report !== null) await writeDriftReport(file('report.json'), report);
    const run = await readDriftRun(
      {
        of: job === undefined ? { report: file(report === null ? 'none.json' : 'report.json') } : { job },
        reason: isFailureReason(reason) ? reason : null,
      },
      { ...server().environment(), GITHUB_RUN_ID: '12' },
      new Date(),
    );
    const outcomes: Record<string, string> = {};
    await keepDriftIssues(client(), run, (kind, outcome) => {
      outcomes[kind] = outcome.ok ? outcome.value.action : outcome.failure.code;
      if (!fails) obtained(outcome);
    });
    return { unusable: run.unusable, outcomes };
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
    return { ...only, comments, data: readHiddenData(only.body) };
  }

  return { server, repository, check, issuesOf, issueOf };
}
