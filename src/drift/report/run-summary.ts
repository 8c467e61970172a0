import { timeWords } from '../../text/dates.ts';
import { type Block, heading } from '../../text/document.ts';
import { printMarkdown } from '../../text/github.ts';
import { trusted } from '../../text/text.ts';
import { closingBlocks, driftIssue, newestScan } from './drift-issue.ts';
import type { DriftRun } from './drift-run.ts';
import { expiringAccessIssue } from './expiring-access.ts';
import { failedCheckIssue } from './failed-check-issue.ts';
import { notAppliedIssue } from './not-applied-issue.ts';

/** GitHub drops a summary of more than 1 MiB. */
const MOST_BYTES = 60_000;
const MOST_EXPIRING = 10;
const RUN_AGAIN = 'Start a new run of the drift workflow; do not re-run an old one.';

/** The job summary: the text of every issue that the run leads to. */
export function runSummary({ report, failed, at, links }: DriftRun): string {
  const drift = report === null ? null : driftIssue(report, null, links);
  const pending = report === null ? null : notAppliedIssue(report, links);
  const expiring = (report?.expiring ?? []).slice(0, MOST_EXPIRING);
  const parts = [
    ...(failed === null ? [] : [failedCheckIssue(failed, { lab: report?.lab ?? null, at }, links)]),
    ...(drift === null ? [] : [drift]),
    ...(pending === null ? [] : [pending]),
    ...(report === null ? [] : expiring.map((group) => expiringAccessIssue(group, report, links))),
  ];
  const clean = report === null || drift !== null || newestScan(report) === null ? [] : closingBlocks(report, links);
  return [
    ...(clean.length === 0 ? [] : [printMarkdown(clean, { reveal: false })]),
    ...parts.map(({ title, blocks }) => printed(title, blocks)),
  ].join('\n\n');
}

function printed(title: string, blocks: readonly Block[]): string {
  return printMarkdown([heading(3, trusted(title)), ...blocks], { reveal: false, budget: MOST_BYTES });
}

/** The job summary of a run whose commit or check is not the newest. */
export function supersededSummary(): string {
  return `### Nothing was changed: a later commit or drift check is newer than this run\n\n${RUN_AGAIN}`;
}

/** Standard error: why the issues are left as they are. */
export function outdatedText(at: string): string {
  return `superseded: this drift check is of ${timeWords(at)}, and a later one is due. No issue was changed.\n${RUN_AGAIN}`;
}

/** The same for a run of an older commit. */
export function notNewestText(commit: string, newest: string, branch: string): string {
  return `superseded: ${commit.slice(0, 7)} is not the newest commit of ${branch}; ${newest.slice(0, 7)} is. Nothing was changed.\n${RUN_AGAIN}`;
}
