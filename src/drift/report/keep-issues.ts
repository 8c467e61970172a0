import type { Result } from '../../diagnostics/failure.ts';
import { issuesOnce } from '../../github/issues-once.ts';
import type { GitHub } from '../../github/port.ts';
import { type IssueOutcome, reportIssue } from '../../github/report-issue.ts';
import { isOurs } from '../../github/sticky.ts';
import { issueMarkers } from '../../review/comment/facts.ts';
import type { LookedAt } from '../text/issue-words.ts';
import type { DriftIssueFacts } from './issue-facts.ts';
import {
  applyMarker,
  driftMarkers,
  driftReport,
  errorMarkers,
  errorReport,
  pendingReport,
  renewalMarker,
  renewalOverReport,
  renewalReport,
} from './issue-reports.ts';

/**
 * Keeps every issue of one look: about drift, about looks that fail, about what waits to be applied, about access that
 * ends. Each by itself, and `told` of what became of it: one that cannot be written keeps no other from being written.
 */
export async function keepDriftIssues(
  connected: GitHub,
  facts: DriftIssueFacts,
  told: (kind: string, outcome: Result<IssueOutcome>) => void,
): Promise<void> {
  const github = issuesOnce(connected);
  const { looked, view, first, error, reconciled } = facts;
  const lab = facts.lab ?? (await labOf(github)) ?? 'unknown';
  if (view !== null && view.class !== 'error') {
    const markers = driftMarkers(lab);
    // What was found and undone in one run is news, too: without this there would be nothing to close.
    if (first !== null && first.issue !== null && view.issue === null && reconciled !== null) {
      const report = driftReport(first, looked);
      const opened = await reportIssue(github, {
        markers,
        report: (present) => (present?.state === 'open' ? { kind: 'left' } : report(present)),
      });
      if (!opened.ok) told('drift', opened);
    }
    told('drift', await reportIssue(github, { markers, report: driftReport(view, looked, reconciled, first) }));
  }
  told('error', await reportIssue(github, { markers: errorMarkers(lab), report: errorReport(lab, error, looked) }));
  if (view !== null && view.class !== 'error') {
    const lines = await ourFirstLines(github);
    const hasFailed =
      lines.ok && lines.value.some((line) => line !== applyMarker(lab) && issueMarkers(lab).includes(line));
    const report = pendingReport(view, looked, hasFailed);
    told('apply', lines.ok ? await reportIssue(github, { markers: [applyMarker(lab)], report }) : lines);
  }
  if (view !== null) await keepRenewals(github, lab, view.renewals, looked, told);
}

async function keepRenewals(
  github: GitHub,
  lab: string,
  renewals: readonly { readonly cohort: string; readonly title: string; readonly body: string }[],
  looked: LookedAt,
  told: (kind: string, outcome: Result<IssueOutcome>) => void,
): Promise<void> {
  for (const { cohort, title, body } of renewals) {
    const marker = renewalMarker(lab, cohort);
    const report = renewalReport(marker, { title, body }, looked);
    told(`renewal ${cohort}`, await reportIssue(github, { markers: [marker], report }));
  }
  const open = await ourFirstLines(github);
  if (!open.ok) return told('renewal', open);
  const wanted = new Set(renewals.map(({ cohort }) => renewalMarker(lab, cohort)));
  const start = renewalMarker(lab, '').replace(' -->', '');
  for (const marker of open.value) {
    if (!marker.startsWith(start) || wanted.has(marker)) continue;
    told('renewal', await reportIssue(github, { markers: [marker], report: renewalOverReport(looked) }));
  }
}

/** The lab that an issue of ours names: runs that know nothing of the lab are those that failed early. */
async function labOf(github: GitHub): Promise<string | null> {
  const lines = await ourFirstLines(github);
  if (!lines.ok) return null;
  const labs = lines.value.flatMap(
    (line) => /^<!-- mturk-team-drift(?:-error)?:([a-z0-9-]+) -->$/.exec(line)?.[1] ?? [],
  );
  return labs.find((lab) => lab !== 'unknown') ?? null;
}

/** The first lines of the open issues that we wrote, each once. */
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
