import type { Issue } from '../../github/port.ts';
import type { IssueReport } from '../../github/report-issue.ts';
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
import { expiringAccessIssue } from './expiring-access.ts';
import { type FailedCheck, failedCheckIssue } from './failed-check-issue.ts';
import { notAppliedIssue } from './not-applied-issue.ts';
import type { DriftReport, ExpiringAccess } from './report.ts';

/** What happens to an issue, given the one that exists. */
type Decision = (present: Issue | null) => IssueReport;

/** Lab and time of the check that an issue is about. */
export interface Checked {
  readonly lab: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** GitHub accepts 65,536 characters in a body. */
const LONGEST_BODY = 64_000;
const LONGEST_TITLE = 256;

/** Second line of a note about pending changes; without it, an issue about applies is about a failed one. */
const NOT_APPLIED = '<!-- mturk-team-not-applied -->';
/** Last line of an issue that the workflow closed; a person closes without it. */
const CLOSED = '<!-- closed by mturk-team -->';

/** First lines of each issue; a check that failed early does not know the lab. */
export function driftMarkers(lab: string): readonly string[] {
  return [`<!-- mturk-team-drift:${lab} -->`];
}

export function failedCheckMarkers(lab: string): readonly string[] {
  return [`<!-- mturk-team-drift-error:${lab} -->`, '<!-- mturk-team-drift-error:unknown -->'];
}

export function applyMarker(lab: string): string {
  return issueMarkers(lab)[0] ?? '';
}

export function expiringMarker(lab: string, until: string): string {
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
    return { kind: 'resolved', line: printMarkdown(closingBlocks(report, links), { reveal: false }) };
  };
}

/** Opened while checks fail, closed by the next success (`failed` null). */
export function failedCheckDecision(failed: FailedCheck | null, checked: Checked, links: RunLinks): Decision {
  return (present) => {
    if (failed !== null) {
      const [marker = ''] = failedCheckMarkers(checked.lab ?? 'unknown');
      return opened([marker], failedCheckIssue(failed, checked, links));
    }
    if (present === null) return { kind: 'left' };
    return { kind: 'resolved', line: closingLine(t`The drift check succeeded.`, checked, links) };
  };
}

/**
 * A note about pending changes in the issue about applies. The issue of a failed apply says more, so it is left alone.
 * `hasFailedApply`: an open one is about an apply that did not know the lab.
 */
export function notAppliedDecision(report: DriftReport, hasFailedApply: boolean, links: RunLinks): Decision {
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
export function expiringDecision(group: ExpiringAccess, report: DriftReport, links: RunLinks): Decision {
  return (present) => {
    if (present?.state === 'closed' && !isClosedByUs(present)) return { kind: 'left' };
    return opened([expiringMarker(report.lab, group.until)], expiringAccessIssue(group, report, links));
  };
}

/** Closes an issue about expiring access that no longer concerns a member. */
export function expiredDecision(report: DriftReport, links: RunLinks): Decision {
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

function closingLine(what: Text, { at }: Pick<Checked, 'at'>, links: RunLinks): string {
  const when = joinTexts([t`Checked ${trusted(timeWords(at))}`, ...runParts(links)], ' · ');
  return printMarkdown([paragraph(sentences(strongText(what), when))], { reveal: false });
}
