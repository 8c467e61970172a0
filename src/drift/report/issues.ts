import type { Result } from '../../diagnostics/failure.ts';
import { type IssueOutcome, type IssueReport, issuesOnce, reportIssue } from '../../github/issues.ts';
import type { GitHub, Issue } from '../../github/port.ts';
import { isOurs } from '../../github/sticky.ts';
import { issueMarkers } from '../../review/comment/facts.ts';
import { timeWords } from '../../text/dates.ts';
import { type Block, paragraph } from '../../text/document.ts';
import { bytes, printMarkdown } from '../../text/github.ts';
import { joinTexts, sentences, strongText, type Text, t, trusted } from '../../text/text.ts';
import {
  closingBlocks,
  driftIssue,
  hiddenData,
  newestScan,
  type RunLinks,
  readHiddenData,
  runParts,
} from './drift-issue.ts';
import type { DriftRun } from './drift-run.ts';
import { expiringAccessIssue } from './expiring-access.ts';
import { failedCheckIssue } from './failed-check-issue.ts';
import { notAppliedIssue } from './not-applied-issue.ts';
import type { DriftReport, ExpiringAccess } from './report.ts';

/** What happens to an issue, given the one that exists. */
type Decision = (present: Issue | null) => IssueReport;

/** GitHub accepts 65,536 characters in a body. */
const LONGEST_BODY = 64_000;
const LONGEST_TITLE = 256;

/** Second line of a note about pending changes; without it, an issue about applies is about a failed one. */
const NOT_APPLIED = '<!-- mturk-team-not-applied -->';
/** Last line of an issue that the workflow closed; a person closes without it. */
const CLOSED = '<!-- closed by mturk-team -->';

/** First lines of each issue; a check that failed early does not know the lab. */
function driftMarkers(lab: string): readonly string[] {
  return [`<!-- mturk-team-drift:${lab} -->`];
}

function failedMarkers(lab: string, isReconcile: boolean): readonly string[] {
  const kind = isReconcile ? 'reconcile-error' : 'drift-error';
  return [`<!-- mturk-team-${kind}:${lab} -->`, `<!-- mturk-team-${kind}:unknown -->`];
}

function applyMarker(lab: string): string {
  return issueMarkers(lab)[0] ?? '';
}

function expiringMarker(lab: string, until: string): string {
  return `<!-- mturk-team-expiring:${lab}:${until} -->`;
}

/** Opened, overwritten, commented on if something is new, closed if no drift remains. */
export function driftDecision(report: DriftReport, links: RunLinks): Decision {
  return (present) => {
    const previous = present === null ? null : { isOpen: present.state === 'open', data: readHiddenData(present.body) };
    const issue = driftIssue(report, previous, links);
    if (issue !== null) {
      const head = [driftMarkers(report.lab)[0] ?? '', hiddenData(issue.data)];
      const comment = issue.comment === null ? null : printMarkdown(issue.comment, { reveal: false, budget: 30_000 });
      return { ...opened(head, issue), comment };
    }
    // An incomplete scan proves nothing gone.
    if (present === null || newestScan(report)?.scan.notChecked.length !== 0) return { kind: 'left' };
    return {
      kind: 'resolved',
      line: printMarkdown(closingBlocks(report, links), { reveal: false }),
    };
  };
}

/** Opened while checks fail, or reconcile does, closed by the next success (`failed` null). */
function failedDecision({ failed, isReconcile, at, links }: DriftRun, lab: string | null): Decision {
  return (present) => {
    if (failed !== null) {
      const [marker = ''] = failedMarkers(lab ?? 'unknown', isReconcile);
      return opened([marker], failedCheckIssue(failed, { lab, at }, links));
    }
    if (present === null) return { kind: 'left' };
    const what = isReconcile ? t`Reconcile succeeded.` : t`The drift check succeeded.`;
    return { kind: 'resolved', line: closingLine(what, { at }, links) };
  };
}

/**
 * A note about pending changes in the issue about applies. The issue of a failed apply says more, so it is left alone.
 * `hasFailedApply`: an open one is about an apply that did not know the lab.
 */
function notAppliedDecision(report: DriftReport, hasFailedApply: boolean, links: RunLinks): Decision {
  return (present) => {
    const isOpen = present?.state === 'open';
    const isNote = present !== null && (present.body.split('\n', 2)[1] ?? '').trimEnd() === NOT_APPLIED;
    if (isOpen && !isNote) return { kind: 'left' };
    const issue = notAppliedIssue(report, links);
    if (issue === null) {
      if (!isOpen || newestScan(report)?.scan.notChecked.length !== 0) return { kind: 'left' };
      return { kind: 'resolved', line: closingLine(t`All merged changes are applied.`, report, links) };
    }
    if (!hasFailedApply) return opened([applyMarker(report.lab), NOT_APPLIED], issue);
    if (!isOpen) return { kind: 'left' };
    return { kind: 'resolved', line: closingLine(t`An apply failed; another issue says why.`, report, links) };
  };
}

/** One issue for members with the same last day. A person who closes it has decided. */
function expiringDecision(group: ExpiringAccess, report: DriftReport, links: RunLinks): Decision {
  return (present) => {
    if (present?.state === 'closed' && !isClosedByUs(present)) return { kind: 'left' };
    return opened([expiringMarker(report.lab, group.until)], expiringAccessIssue(group, report, links));
  };
}

/** Closes an issue about expiring access that no longer concerns a member. */
function expiredDecision(report: DriftReport, links: RunLinks): Decision {
  return (present) => {
    if (present === null) return { kind: 'left' };
    const line = closingLine(t`No member's access ends on that day any more, or it has ended.`, report, links);
    const body = isClosedByUs(present) ? present.body : `${present.body.trimEnd()}\n\n${CLOSED}`;
    return { kind: 'resolved', line, body };
  };
}

function isClosedByUs({ body }: Pick<Issue, 'body'>): boolean {
  return body.trimEnd().endsWith(CLOSED);
}

function opened(
  head: readonly string[],
  { title, blocks }: { readonly title: string; readonly blocks: readonly Block[] },
) {
  const first = `${head.join('\n')}\n\n`;
  const body = printMarkdown(blocks, { reveal: false, budget: LONGEST_BODY - bytes(first) });
  return { kind: 'open', title: title.slice(0, LONGEST_TITLE), body: `${first}${body}\n` } as const;
}

function closingLine(what: Text, { at }: Pick<DriftRun, 'at'>, links: RunLinks): string {
  const when = joinTexts([t`Checked ${trusted(timeWords(at))}`, ...runParts(links)], ' · ');
  return printMarkdown([paragraph(sentences(strongText(what), when))], { reveal: false });
}

type OnOutcome = (kind: string, outcome: Result<IssueOutcome>) => void;

/**
 * Writes every issue of one run: drift, failed checks, changes that are not applied, expiring access. `onOutcome` is called
 * for each, since one that cannot be written must not keep the others from being written.
 */
export async function keepDriftIssues(connected: GitHub, run: DriftRun, onOutcome: OnOutcome): Promise<void> {
  const github = issuesOnce(connected);
  const { report, isReconcile, links } = run;
  const lab = report?.lab ?? (await labOfIssues(github));
  const keep = async (
    kind: string,
    markers: readonly string[],
    decide: Parameters<typeof reportIssue>[1]['report'],
  ): Promise<void> => onOutcome(kind, await reportIssue(github, { markers, report: decide }));
  if (report !== null && newestScan(report) !== null) {
    await keep('drift', driftMarkers(report.lab), driftDecision(report, links));
  }
  const markers = failedMarkers(lab ?? 'unknown', isReconcile);
  await keep(isReconcile ? 'reconcile' : 'drift check', markers, failedDecision(run, lab));
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

/** The lab that an open issue names: a run that failed early does not know it. */
async function labOfIssues(github: GitHub): Promise<string | null> {
  const lines = await ourFirstLines(github);
  if (!lines.ok) return null;
  const labs = lines.value.flatMap(
    (line) => /^<!-- mturk-team-(?:drift|drift-error|reconcile-error):([a-z0-9-]+) -->$/.exec(line)?.[1] ?? [],
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
