import type { Result } from '../../diagnostics/failure.ts';
import { issuesOnce } from '../../github/issues-once.ts';
import type { GitHub } from '../../github/port.ts';
import { type IssueOutcome, reportIssue } from '../../github/report-issue.ts';
import { isOurs } from '../../github/sticky.ts';
import { issueMarkers } from '../../review/comment/facts.ts';
import { newestScan, openFindings } from './drift-issue.ts';
import type { DriftRun } from './drift-run.ts';
import {
  applyMarker,
  driftDecision,
  driftMarkers,
  expiredDecision,
  expiringDecision,
  expiringMarker,
  failedCheckDecision,
  failedCheckMarkers,
  notAppliedDecision,
} from './issues.ts';
import type { DriftReport } from './report.ts';

type OnOutcome = (kind: string, outcome: Result<IssueOutcome>) => void;

/**
 * Writes every issue of one run: drift, failed checks, changes that are not applied, expiring access. `onOutcome` is called
 * for each, since one that cannot be written must not keep the others from being written.
 */
export async function keepDriftIssues(connected: GitHub, run: DriftRun, onOutcome: OnOutcome): Promise<void> {
  const github = issuesOnce(connected);
  const { report, failed, at, links } = run;
  const lab = report?.lab ?? (await labOfIssues(github));
  const keep = async (
    kind: string,
    markers: readonly string[],
    decide: Parameters<typeof reportIssue>[1]['report'],
  ): Promise<void> => onOutcome(kind, await reportIssue(github, { markers, report: decide }));
  if (report !== null && newestScan(report) !== null) {
    const opened = await openIfReverted(github, report, run);
    if (opened?.ok === false) onOutcome('drift', opened);
    await keep('drift', driftMarkers(report.lab), driftDecision(report, links));
  }
  const failedDecision = failedCheckDecision(failed, { lab, at }, links);
  await keep('drift check', failedCheckMarkers(lab ?? 'unknown'), failedDecision);
  if (report === null || newestScan(report) === null) return;
  const lines = await ourFirstLines(github);
  if (!lines.ok) return onOutcome('apply', lines);
  const hasFailedApply = lines.value.some(
    (line) => line !== applyMarker(report.lab) && issueMarkers(report.lab).includes(line),
  );
  await keep('apply', [applyMarker(report.lab)], notAppliedDecision(report, hasFailedApply, links));
  for (const group of report.expiring) {
    const marker = expiringMarker(report.lab, group.until);
    await keep(`expiring access ${group.until}`, [marker], expiringDecision(group, report, links));
  }
  const wanted = new Set(report.expiring.map(({ until }) => expiringMarker(report.lab, until)));
  const start = expiringMarker(report.lab, '').replace(' -->', '');
  for (const marker of lines.value) {
    if (!marker.startsWith(start) || wanted.has(marker)) continue;
    await keep('expiring access', [marker], expiredDecision(report, links));
  }
}

/** An issue is opened even for drift that the same run reverted, so that owners hear of it; then it is closed. */
async function openIfReverted(
  github: GitHub,
  report: DriftReport,
  { links }: DriftRun,
): Promise<Result<IssueOutcome> | null> {
  const after = newestScan(report)?.scan;
  if (report.reconcile?.outcome !== 'reverted' || after === undefined || openFindings(after).length > 0) return null;
  const decide = driftDecision({ ...report, reconcile: null }, links);
  return reportIssue(github, {
    markers: driftMarkers(report.lab),
    report: (present) => (present?.state === 'open' ? { kind: 'left' } : decide(present)),
  });
}

/** The lab that an open issue names: a run that failed early does not know it. */
async function labOfIssues(github: GitHub): Promise<string | null> {
  const lines = await ourFirstLines(github);
  if (!lines.ok) return null;
  const labs = lines.value.flatMap(
    (line) => /^<!-- mturk-team-drift(?:-error)?:([a-z0-9-]+) -->$/.exec(line)?.[1] ?? [],
  );
  return labs.find((lab) => lab !== 'unknown') ?? null;
}

/** The first lines of the open issues that this token wrote, each once. */
async function ourFirstLines(github: GitHub): Promise<Result<readonly string[]>> {
  const me = await github.me();
  if (!me.ok) return me;
  const issues = await github.issues('open', me.value);
  if (!issues.ok) return issues;
  const ours = issues.value.flatMap((issue) => {
    const first = issue.body.split('\n', 1)[0]?.trimEnd() ?? '';
    return isOurs(issue, me.value, [first]) ? [first] : [];
  });
  return { ok: true, value: [...new Set(ours)] };
}
