import type { FailureReason } from '../../diagnostics/pipeline-codes.ts';
import { driftIssueFacts } from '../../drift/report/issue-facts.ts';
import { keepDriftIssues } from '../../drift/report/keep-issues.ts';
import { driftIssueText, driftSummary, oldLookText, supersededSummary } from '../../drift/text/issue-words.ts';
import { connectGitHub } from '../../github/connect.ts';
import { writeOutputs, writeSummary } from '../../github/outputs.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { newestOrReport } from './is-newest.ts';

export interface DriftIssueOptions {
  /** What `drift --report` wrote; a file that is not there is a look that failed. */
  readonly report: string;
  /** What `drift --reconcile --result` wrote; null or not there where nothing was reconciled. */
  readonly result: string | null;
  /** Why the workflow stopped before it could write these files; null where it did not. */
  readonly reason: FailureReason | null;
  /** The commit whose team file was looked at; null: the report's own. */
  readonly commit: string | null;
  /** The branch whose newest commit it must be. */
  readonly branch: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `drift-issue`: keeps the issues about drift, looks that fail, what waits to be applied, and access that ends, and writes
 * the job's summary. 0 when all of them stand, 1 with the reason where one does not, or where the look is of an older
 * commit or another day: then nothing is touched.
 */
export async function driftIssue(options: DriftIssueOptions, terminal: Terminal, env: Environment): Promise<number> {
  const facts = await driftIssueFacts(options, env, new Date());
  for (const line of facts.unusable) terminal.stderr(`${line}\n`);
  const github = connectGitHub(env);
  if (!github.ok) {
    writeSummary(env, driftSummary(facts));
    return reportFailure(github.failure, terminal);
  }
  const { looked, isOld } = facts;
  // `superseded` was said by an earlier job already, with its words.
  const isNewest =
    options.reason === 'superseded'
      ? false
      : looked.commit === null || (await newestOrReport(github.value, looked.commit, options.branch, terminal));
  if (isNewest === null) return 1;
  if (!isNewest || isOld) {
    if (isOld) terminal.stderr(`${oldLookText(looked.at)}\n`);
    writeSummary(env, supersededSummary());
    writeOutputs(env, { 'failure-reason': 'superseded' });
    return 1;
  }
  writeSummary(env, driftSummary(facts));
  let code = 0;
  await keepDriftIssues(github.value, facts, (kind, outcome) => {
    if (!outcome.ok) {
      code = reportFailure(outcome.failure, terminal);
      return;
    }
    const { url, action } = outcome.value;
    terminal.stderr(`${driftIssueText(kind, outcome.value)}\n`);
    if (kind === 'drift' && url !== null) writeOutputs(env, { 'issue-url': url, 'issue-action': action });
  });
  return code;
}
