import type { FailureReason } from '../../diagnostics/failure.ts';
import { HOUR_MS, timeWords } from '../../text/dates.ts';
import { type Block, heading } from '../../text/document.ts';
import { say } from '../../text/escape.ts';
import { printMarkdown } from '../../text/github.ts';
import { trusted } from '../../text/text.ts';
import { closingBlocks, driftIssue, type IssueText, notAppliedIssue, type RunLinks } from './drift-issue.ts';
import { expiringAccessIssue } from './expiring-issue.ts';
import { type FailedCheck, failedCheckIssue, type LaterJob } from './failed-check-issue.ts';
import { type DriftReport, readDriftReport } from './report.ts';

/** What a run of the drift workflow left for the job that writes issues. */
export interface DriftRun {
  /** The report of the last job that checked the account; null if no job did. */
  readonly report: DriftReport | null;
  /** The job that it is about; null for the check before it. */
  readonly job: LaterJob | null;
  /** Null if the account was checked wholly, or the job succeeded. */
  readonly failed: FailedCheck | null;
  /** When the account was checked, else now; ISO 8601, UTC. */
  readonly at: string;
  /** Whether the next check is due already. */
  readonly isOutdated: boolean;
  readonly unusable: readonly string[];
  /** Whether the check is said not to have failed, and nothing can be shown of it. */
  readonly isReportMissing: boolean;
  readonly links: RunLinks;
}

interface DriftRunFiles {
  /** What `drift --report` wrote in the job that scans, or a later job, which has no report. */
  readonly of: { readonly report: string } | { readonly job: LaterJob };
  /** Why the workflow stopped; null if it did not. */
  readonly reason: FailureReason | null;
}

/** Reads the reports of the earlier jobs as untrusted data. */
export async function readDriftRun(files: DriftRunFiles, env: NodeJS.ProcessEnv, now: Date): Promise<DriftRun> {
  const { of } = files;
  const read = 'job' in of ? null : await readShownReport(of.report);
  const report = read?.ok === true ? read.value : null;
  const unusable = read === null || read.ok || 'job' in of ? [] : [say`Ignored ${of.report}: ${read.reason}.`];
  return {
    report,
    job: 'job' in of ? of.job : null,
    failed:
      'job' in of
        ? files.reason && { kind: of.job, reason: files.reason }
        : failedCheckIn(report, files.reason, unusable),
    at: report?.at ?? now.toISOString(),
    isOutdated: report !== null && now.getTime() - Date.parse(report.at) > report.settings.checkEveryHours * HOUR_MS,
    unusable,
    isReportMissing: 'report' in of && report === null && files.reason === null,
    links: linksOf(env),
  };
}

/** `readDriftReport` of a report that can be shown: its schema says nothing of the findings in it. */
export async function readShownReport(file: string): Promise<ReturnType<typeof readDriftReport>> {
  const read = await readDriftReport(file);
  if (read?.ok !== true) return read;
  try {
    printMarkdown(driftIssue(read.value, null, { repository: null, runUrl: null })?.blocks ?? [], { reveal: false });
    return read;
  } catch {
    return { ok: false, reason: 'check.scan: it must be the result of a scan' };
  }
}

function failedCheckIn(
  report: DriftReport | null,
  reason: FailureReason | null,
  details: readonly string[],
): FailedCheck | null {
  const check = report?.check ?? null;
  if (check === null) return { kind: 'no-report', reason: reason ?? 'drift-check-failed', details };
  if (check.kind === 'failed') return { kind: 'failed', failure: check.failure };
  return check.scan.notChecked.length === 0 ? null : { kind: 'incomplete', notChecked: check.scan.notChecked };
}

function linksOf(env: NodeJS.ProcessEnv): RunLinks {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: run } = env;
  const repository = server && name ? `${server}/${name}` : null;
  return { repository, runUrl: repository !== null && run ? `${repository}/actions/runs/${run}` : null };
}

/** GitHub drops a summary of more than 1 MiB. */
const MOST_BYTES = 60_000;
const MOST_EXPIRING = 10;
const RUN_AGAIN = 'Start a new run of the drift workflow; do not re-run an old one.';

/** The job summary: the text of every issue that the run leads to. */
export function runSummary({ report, failed, at, links }: DriftRun): string {
  const drift = report === null ? null : driftIssue(report, null, links);
  const issues: readonly (IssueText | null)[] = [
    failed === null ? null : failedCheckIssue(failed, { lab: report?.lab ?? null, at }, links),
    drift,
    report === null ? null : notAppliedIssue(report, links),
    ...(report?.expiring.slice(0, MOST_EXPIRING).map((group) => expiringAccessIssue(group, report, links)) ?? []),
  ];
  const print = (blocks: readonly Block[]) => printMarkdown(blocks, { reveal: false, budget: MOST_BYTES });
  const clean = report === null || drift !== null ? '' : print(closingBlocks(report, links));
  const texts = issues.map((issue) => issue && print([heading(3, trusted(issue.title)), ...issue.blocks]));
  return [clean, ...texts].filter((text) => text !== null && text !== '').join('\n\n');
}

export function outdatedText(at: string): string {
  return `No issue was changed: this drift check is of ${timeWords(at)}, and a later one is due. ${RUN_AGAIN}`;
}
