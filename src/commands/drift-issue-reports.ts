import { createHash } from 'node:crypto';
import type { Issue } from '../github/port.ts';
import type { IssueReport } from '../github/report-issue.ts';
import {
  type Change,
  changedComment,
  cleanLine,
  driftFooter,
  errorFooter,
  type LookedAt,
  plainFooter,
  type Reconciled,
  reconciledText,
  resolvedDriftLine,
  returnedComment,
} from '../render/drift-issue-words.ts';
import { issueMarkers } from './comment-facts.ts';
import { closedBody, type DriftIssueState, MOST_KEYS, stateLine, stateOf, wasClosedByUs } from './drift-issue-state.ts';
import type { DriftReportFile } from './drift-report-file.ts';

type Decision = (present: Issue | null) => IssueReport;
interface Text {
  readonly title: string;
  readonly body: string;
}

/** GitHub refuses 65,536 characters. */
const LONGEST_BODY = 65_000;
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
 * The issue about drift after a look that worked: opened, edited in silence while the same is found, with a comment where
 * that changes, closed where nothing is found any more. What was not looked at closes nothing.
 */
export function driftReport(report: DriftReportFile, looked: LookedAt, reconciled: Reconciled | null): Decision {
  return (present) => {
    const text = report.issue;
    if (text !== null) return openDrift(report, text, present, looked, reconciled);
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

function openDrift(
  report: DriftReportFile,
  { title, body }: Text,
  present: Issue | null,
  looked: LookedAt,
  reconciled: Reconciled | null,
): IssueReport {
  const before = present?.state === 'open' ? stateOf(present) : null;
  const same = before?.fingerprint === report.fingerprint;
  const since = same && before !== null ? before.since : report.at.slice(0, 10);
  const said = reconciled === null ? '' : reconciledText(reconciled, report.findings.length);
  const state: DriftIssueState = {
    version: 1,
    fingerprint: report.fingerprint,
    since,
    keys: report.findings.slice(0, MOST_KEYS).map(({ key }) => key),
    count: report.findings.length,
    said: said === '' ? null : createHash('sha256').update(said).digest('hex').slice(0, 12),
  };
  const head = `${driftMarkers(report.lab)[0]}\n${stateLine(state)}\n`;
  const footer = driftFooter(looked, since, report.everyHours);
  const room = LONGEST_BODY - head.length - body.length - footer.length - 10;
  const fits = reconciled === null || said === '' ? '' : reconciledText(reconciled, report.findings.length, room - 200);
  const whole = [`${head}\n${body.trim()}`, ...(fits === '' || fits.length > room ? [] : [fits]), footer].join('\n\n');

  const comments: string[] = [];
  if (present !== null && present.state === 'closed') {
    const lines = report.findings.map(({ line }) => line);
    comments.push(returnedComment(lines, !wasClosedByUs(present)));
  } else if (present !== null && !same) {
    const change = changeOf(before, report, present);
    // What is not found may only not have been seen; then there is nothing to say that is sure.
    if (!report.complete && change.added?.length === 0) return { kind: 'left' };
    // What was undone is told below, and is all that is gone.
    if (reconciled?.outcome !== 'done' || change.added === null || change.added.length > 0)
      comments.push(changedComment(change));
  }
  // A refusal is told once as long as it is the same; what was undone is news every time.
  const isNews = reconciled?.outcome === 'done' || state.said !== (before?.said ?? null);
  if (present !== null && said !== '' && isNews) comments.push(said);
  return { kind: 'open', title, body: `${whole}\n`, comment: comments.length === 0 ? null : comments.join('\n\n') };
}

function changeOf(before: DriftIssueState | null, { findings, at, complete }: DriftReportFile, present: Issue): Change {
  const now = findings.length;
  // Nobody can tell where not all were kept, or where somebody edited what was.
  if (before === null || before.count > before.keys.length || present.state !== 'open')
    return { since: before?.since ?? at.slice(0, 10), added: null, gone: null, now };
  const old = new Set(before.keys);
  const keys = new Set(findings.map(({ key }) => key));
  return {
    since: before.since,
    added: findings.filter(({ key }) => !old.has(key)).map(({ line }) => line),
    gone: complete ? before.keys.filter((key) => !keys.has(key)).length : null,
    now,
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
    return { kind: 'open', title: report.pending.title, body };
  };
}

/** The issue about the people whose access ends on one day. A person who closes it has decided. */
export function renewalReport(marker: string, text: Text, looked: LookedAt): Decision {
  return (present) => {
    if (present?.state === 'closed' && !wasClosedByUs(present)) return { kind: 'left' };
    return { kind: 'open', title: text.title, body: bodyOf([marker], text, plainFooter(looked)) };
  };
}

/** The same once nobody is left whom it is about. */
export function renewalOverReport(looked: LookedAt): Decision {
  return (present) =>
    present === null
      ? { kind: 'left' }
      : { kind: 'resolved', line: resolvedDriftLine('renewal', looked), body: closedBody(present) };
}

function bodyOf(head: readonly string[], { body }: Text, footer: string): string {
  return `${head.join('\n')}\n\n${body.trim()}\n\n${footer}\n`;
}
