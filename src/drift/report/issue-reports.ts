import type { Issue } from '../../github/port.ts';
import type { IssueReport } from '../../github/report-issue.ts';
import { issueMarkers } from '../../review/comment/facts.ts';
import {
  cleanLine,
  errorFooter,
  type LookedAt,
  plainFooter,
  type Reconciled,
  reconciledText,
  resolvedDriftLine,
} from '../text/issue-words.ts';
import { openDrift } from './issue-open.ts';
import { saysTheSame } from './issue-same.ts';
import { closedBody, wasClosedByUs } from './issue-state.ts';
import type { DriftReportFile } from './report-file.ts';

type Decision = (present: Issue | null) => IssueReport;
interface Text {
  readonly title: string;
  readonly body: string;
}

/** Second line of a note about what waits to be applied, which tells it from the failure of an apply. */
const PENDING = '<!-- mturk-team-pending -->';

/** First lines of the issues that a look keeps, each with that of a look that did not know the lab where there is one. */
export function driftMarkers(lab: string): readonly string[] {
  return [`<!-- mturk-team-drift:${lab} -->`];
}

export function errorMarkers(lab: string): readonly string[] {
  return [`<!-- mturk-team-drift-error:${lab} -->`, '<!-- mturk-team-drift-error:unknown -->'];
}

export function applyMarker(lab: string): string {
  return issueMarkers(lab)[0] ?? '';
}

export function renewalMarker(lab: string, cohort: string): string {
  return `<!-- mturk-team-renewal:${lab}:${cohort} -->`;
}

/**
 * The issue about drift after a look that worked: opened, left alone while the same is found, with a comment where that
 * changes, closed where nothing is found any more. What was not looked at closes nothing, and takes nothing out of it.
 * `first`: the look before the reconcile.
 */
export function driftReport(
  report: DriftReportFile,
  looked: LookedAt,
  reconciled: Reconciled | null = null,
  first: DriftReportFile | null = null,
): Decision {
  return (present) => {
    const text = report.issue;
    if (text !== null) {
      const marker = driftMarkers(report.lab)[0] ?? '';
      return openDrift({ marker, report, text, looked, reconciled, first }, present);
    }
    if (present === null || !report.complete) return { kind: 'left' };
    const undone = reconciled === null ? '' : reconciledText(reconciled, 0);
    const line = cleanLine(looked, {
      pending: report.pending !== null,
      snoozed: report.snoozed,
      undone: reconciled?.undone.length ?? 0,
    });
    return { kind: 'resolved', line: undone === '' ? line : `${undone}\n\n${line}`, body: closedBody(present) };
  };
}

/** The issue about looks that fail: `text` null where this one did not. */
export function errorReport(lab: string, text: Text | null, looked: LookedAt): Decision {
  return (present) => {
    if (text === null) {
      if (present === null) return { kind: 'left' };
      return { kind: 'resolved', line: resolvedDriftLine('error', looked), body: closedBody(present) };
    }
    return { kind: 'open', title: text.title, body: bodyOf([errorMarkers(lab)[0] ?? ''], text, errorFooter(looked)) };
  };
}

/**
 * The note about what is merged and not applied. It stands in the issue about applies, so that there is one place for the
 * one fact that the account is behind; and a failed apply that is told there says why it is, which a look cannot know: then
 * there is nothing to add, and the next apply that works closes it. `hasFailed`: one is told that did not know the lab.
 */
export function pendingReport(report: DriftReportFile, looked: LookedAt, hasFailed: boolean): Decision {
  return (present) => {
    const isOpen = present?.state === 'open';
    const isNote = present !== null && (present.body.split('\n', 2)[1] ?? '').trimEnd() === PENDING;
    if (isOpen && !isNote) return { kind: 'left' };
    if (report.pending === null) {
      if (!isOpen || !report.complete) return { kind: 'left' };
      return { kind: 'resolved', line: resolvedDriftLine('pending', looked) };
    }
    if (hasFailed)
      return isOpen ? { kind: 'resolved', line: resolvedDriftLine('failed-apply', looked) } : { kind: 'left' };
    const body = bodyOf([applyMarker(report.lab), PENDING], report.pending, plainFooter(looked));
    return unlessSame(present, { title: report.pending.title, body });
  };
}

/** The issue about the people whose access ends on one day. A person who closes it has decided. */
export function renewalReport(marker: string, text: Text, looked: LookedAt): Decision {
  return (present) => {
    if (present?.state === 'closed' && !wasClosedByUs(present)) return { kind: 'left' };
    return unlessSame(present, { title: text.title, body: bodyOf([marker], text, plainFooter(looked)) });
  };
}

/** The same once nobody is left whom it is about. */
export function renewalOverReport(looked: LookedAt): Decision {
  return (present) =>
    present === null
      ? { kind: 'left' }
      : { kind: 'resolved', line: resolvedDriftLine('renewal', looked), body: closedBody(present) };
}

/** Written anew where it says something else than when it was looked, or is not open. */
function unlessSame(present: Issue | null, next: Text): IssueReport {
  const isSame = present?.state === 'open' && present.title === next.title && saysTheSame(present.body, next.body);
  return { kind: 'open', ...next, ...(isSame ? { body: present.body } : {}) };
}

function bodyOf(head: readonly string[], { body }: Text, footer: string): string {
  return `${head.join('\n')}\n\n${body.trim()}\n\n${footer}\n`;
}
