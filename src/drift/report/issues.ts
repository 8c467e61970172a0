import { type Result, succeed } from '../../diagnostics/failure.ts';
import { type IssueOutcome, type IssueReport, issuesOnce, reportIssue } from '../../github/issues.ts';
import type { GitHub, Issue } from '../../github/port.ts';
import { isOurs } from '../../github/sticky.ts';
import { issueMarkers } from '../../review/comment/comment-input.ts';
import { timeWords } from '../../text/dates.ts';
import { paragraph } from '../../text/document.ts';
import { bytes, printMarkdown } from '../../text/github.ts';
import { joinTexts, sentences, strongText, type Text, t, trusted } from '../../text/text.ts';
import { closingBlocks, driftIssue, type IssueText, notAppliedIssue, type RunLinks, runParts } from './drift-issue.ts';
import type { DriftRun } from './drift-run.ts';
import { expiringAccessIssue } from './expiring-issue.ts';
import { failedCheckIssue, LATER_JOBS, type LaterJob } from './failed-check-issue.ts';
import { hiddenData, readHiddenData } from './issue-data.ts';
import { type DriftReport, type ExpiringAccess, newestScan } from './report.ts';

/** GitHub accepts 65,536 characters in a body. */
const LONGEST_BODY = 64_000;
const LONGEST_TITLE = 256;

/** Second line of a note about pending changes; without it, an issue about applies is about a failed one. */
const NOT_APPLIED = '<!-- mturk-team-not-applied -->';
/** Last line of an issue that the workflow closed; a person closes without it. */
const CLOSED = '<!-- closed by mturk-team -->';

/** First lines of each issue; a check that failed early does not know the lab. */
const MARKERS = {
  drift: (lab: string) => `<!-- mturk-team-drift:${lab} -->`,
  failedCheck: (lab: string) => `<!-- mturk-team-drift-error:${lab} -->`,
  reconcile: (lab: string) => `<!-- mturk-team-reconcile-error:${lab} -->`,
  keys: (lab: string) => `<!-- mturk-team-keys-error:${lab} -->`,
  apply: (lab: string) => issueMarkers(lab)[0] ?? '',
  expiring: (lab: string, until: string) => `<!-- mturk-team-expiring:${lab}:${until} -->`,
};

const failedMarker = (job: LaterJob | null) => MARKERS[job ?? 'failedCheck'];
const LEFT = { kind: 'left' } as const;

/** Opened, overwritten, commented on if something is new, closed if no drift remains. */
export function driftDecision(present: Issue | null, report: DriftReport, links: RunLinks): IssueReport {
  const previous = present === null ? null : { isOpen: present.state === 'open', data: readHiddenData(present.body) };
  const issue = driftIssue(report, previous, links);
  if (issue !== null) {
    const comment = issue.comment && printMarkdown(issue.comment, { reveal: false, budget: 30_000 });
    return { ...opened([MARKERS.drift(report.lab), hiddenData(issue.data)], issue), comment };
  }
  if (present === null || !isWhole(report)) return LEFT;
  return { kind: 'resolved', line: printMarkdown(closingBlocks(report, links), { reveal: false }) };
}

/** An incomplete scan proves nothing gone. */
function isWhole(report: DriftReport): boolean {
  return newestScan(report)?.scan.notChecked.length === 0;
}

/** Opened while checks or a later job fail, closed by the next success (`failed` null). */
function failedDecision(present: Issue | null, { failed, job, at, links }: DriftRun, lab: string | null): IssueReport {
  if (failed !== null) {
    return opened([failedMarker(job)(lab ?? 'unknown')], failedCheckIssue(failed, { lab, at }, links));
  }
  const what = trusted(job === null ? 'The drift check' : LATER_JOBS[job].title);
  return present === null ? LEFT : resolved(t`${what} succeeded.`, { at }, links);
}

/**
 * A note about pending changes in the issue about applies. The issue of a failed apply says more, so it is left alone.
 * `hasFailedApply`: an open one is about an apply that did not know the lab.
 */
function notAppliedDecision(
  present: Issue | null,
  report: DriftReport,
  hasFailedApply: boolean,
  links: RunLinks,
): IssueReport {
  const isOpen = present?.state === 'open';
  const isNote = present !== null && (present.body.split('\n', 2)[1] ?? '').trimEnd() === NOT_APPLIED;
  if (isOpen && !isNote) return LEFT;
  const issue = notAppliedIssue(report, links);
  if (issue !== null && !hasFailedApply) return opened([MARKERS.apply(report.lab), NOT_APPLIED], issue);
  if (!isOpen) return LEFT;
  if (issue !== null) return resolved(t`An apply failed; another issue says why.`, report, links);
  return isWhole(report) ? resolved(t`All merged changes are applied.`, report, links) : LEFT;
}

/** One issue for members with the same last day. A person who closes it has decided. */
function expiringDecision(
  present: Issue | null,
  group: ExpiringAccess,
  report: DriftReport,
  links: RunLinks,
): IssueReport {
  if (present?.state === 'closed' && !isClosedByUs(present)) return LEFT;
  return opened([MARKERS.expiring(report.lab, group.until)], expiringAccessIssue(group, report, links));
}

/** Closes an issue about expiring access that no longer concerns a member. */
function expiredDecision(present: Issue | null, report: DriftReport, links: RunLinks): IssueReport {
  if (present === null) return LEFT;
  const body = isClosedByUs(present) ? present.body : `${present.body.trimEnd()}\n\n${CLOSED}`;
  return { ...resolved(t`No member's access ends on that day any more, or it has ended.`, report, links), body };
}

function isClosedByUs({ body }: Pick<Issue, 'body'>): boolean {
  return body.trimEnd().endsWith(CLOSED);
}

function opened(head: readonly string[], { title, blocks }: IssueText) {
  const first = `${head.join('\n')}\n\n`;
  const body = printMarkdown(blocks, { reveal: false, budget: LONGEST_BODY - bytes(first) });
  return { kind: 'open', title: title.slice(0, LONGEST_TITLE), body: `${first}${body}\n` } as const;
}

function resolved(what: Text, { at }: Pick<DriftRun, 'at'>, links: RunLinks) {
  const when = joinTexts([t`Checked ${trusted(timeWords(at))}`, ...runParts(links)], ' · ');
  const line = printMarkdown([paragraph(sentences(strongText(what), when))], { reveal: false });
  return { kind: 'resolved', line } as const;
}

type OnOutcome = (kind: string, outcome: Result<IssueOutcome>) => void;

/** `onOutcome` is called for each issue: one that cannot be written must not keep the others from being written. */
export async function keepDriftIssues(connected: GitHub, run: DriftRun, onOutcome: OnOutcome): Promise<void> {
  const github = issuesOnce(connected);
  const { report, job, links } = run;
  const lab = report?.lab ?? (await labOfIssues(github));
  const keep = async (
    kind: string,
    markers: readonly string[],
    decide: (present: Issue | null) => IssueReport,
  ): Promise<void> => onOutcome(kind, await reportIssue(github, { markers, report: decide }));
  const isKnown = report !== null && newestScan(report) !== null;
  if (isKnown) await keep('drift', [MARKERS.drift(report.lab)], (issue) => driftDecision(issue, report, links));
  const failedMarkers = [lab ?? 'unknown', 'unknown'].map(failedMarker(job));
  await keep(job ?? 'drift check', failedMarkers, (issue) => failedDecision(issue, run, lab));
  if (!isKnown) return;
  const lines = await ourFirstLines(github);
  if (!lines.ok) return onOutcome('apply', lines);
  const apply = MARKERS.apply(report.lab);
  const hasFailedApply = lines.value.some((line) => line !== apply && issueMarkers(report.lab).includes(line));
  await keep('apply', [apply], (issue) => notAppliedDecision(issue, report, hasFailedApply, links));
  const wanted = report.expiring.map((group) => ({ group, marker: MARKERS.expiring(report.lab, group.until) }));
  for (const { group, marker } of wanted) {
    await keep(`expiring access ${group.until}`, [marker], (issue) => expiringDecision(issue, group, report, links));
  }
  const start = MARKERS.expiring(report.lab, '').replace(' -->', '');
  const old = lines.value.filter((line) => line.startsWith(start) && wanted.every(({ marker }) => marker !== line));
  for (const marker of old) await keep('expiring access', [marker], (issue) => expiredDecision(issue, report, links));
}

/** The lab that an open issue names: a run that failed early does not know it. */
async function labOfIssues(github: GitHub): Promise<string | null> {
  const lines = await ourFirstLines(github);
  if (!lines.ok) return null;
  const labs = lines.value.flatMap(
    (line) =>
      /^<!-- mturk-team-(?:drift|drift-error|reconcile-error|keys-error):([a-z0-9-]+) -->$/.exec(line)?.[1] ?? [],
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
  return succeed([...new Set(ours)]);
}
