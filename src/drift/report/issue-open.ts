import { createHash } from 'node:crypto';
import type { Issue } from '../../github/port.ts';
import type { IssueReport } from '../../github/report-issue.ts';
import {
  type Change,
  changedComment,
  driftFooter,
  type LookedAt,
  notLookedForText,
  type Reconciled,
  reconciledText,
  returnedComment,
  waitsForApplyText,
} from '../text/issue-words.ts';
import { type Carried, carriedOver } from './issue-carried.ts';
import { saysTheSame, withoutIds } from './issue-same.ts';
import { type DriftIssueState, MOST_KEYS, stateLine, stateOf, wasClosedByUs } from './issue-state.ts';
import type { DriftReportFile } from './report-file.ts';

interface FoundDrift {
  readonly marker: string;
  readonly report: DriftReportFile;
  readonly text: { readonly title: string; readonly body: string };
  readonly looked: LookedAt;
  readonly reconciled: Reconciled | null;
  /** The look before the reconcile; null where there was none. */
  readonly first: DriftReportFile | null;
}

/** GitHub refuses 65,536 characters. */
const LONGEST_BODY = 65_000;

/** The issue about what a look found, given the one that is there. */
export function openDrift(found: FoundDrift, present: Issue | null): IssueReport {
  const { report, text, reconciled } = found;
  const before = present?.state === 'open' ? stateOf(present) : null;
  const same = before?.fingerprint === report.fingerprint;
  const carried = carriedOver(found, present);
  const change = present === null || same ? null : changeOf(before, report, present);
  const isNew = change !== null && !(change.added?.length === 0 && (change.gone ?? 0) === 0);
  const state: DriftIssueState = {
    version: 1,
    fingerprint: report.fingerprint,
    since: before !== null && (same || (!isNew && isPartial(before, report))) ? before.since : report.at.slice(0, 10),
    keys: [...report.findings.map(({ key }) => key), ...carried.keys].slice(0, MOST_KEYS),
    count: report.findings.length + carried.count,
    carried: carried.count,
    said: saidOf(reconciled, report),
  };
  const said = reconciled === null ? '' : reconciledText(reconciled, report.findings.length);
  // A refusal is told once as long as it is the same; what was undone is news every time.
  const isNews = said !== '' && (reconciled?.outcome === 'done' || state.said !== (before?.said ?? null));
  // What is not found may only not have been seen; then there is nothing to say that is sure.
  if (present?.state === 'open' && !report.complete && before !== null && !isNew && !isNews) return { kind: 'left' };

  const comments: string[] = [];
  if (present?.state === 'closed') {
    comments.push(
      returnedComment(
        report.findings.map(({ line }) => line),
        !wasClosedByUs(present),
      ),
    );
  } else if (change !== null && (isNew || !isPartial(before, report))) {
    // What was undone is told below, and is all that is gone.
    if (reconciled?.outcome !== 'done' || change.added === null || change.added.length > 0)
      comments.push(changedComment(change));
  }
  const advice = waitsForApplyText(reconciled, report.pending, text.body);
  if (present !== null && isNews) comments.push([said, advice].filter((each) => each !== '').join('\n\n'));

  const body = bodyOf(found, state, carried, advice);
  const isSame = comments.length === 0 && present?.state === 'open' && present.title === text.title;
  return {
    kind: 'open',
    title: text.title,
    body: isSame && saysTheSame(present.body, body) ? present.body : body,
    comment: comments.length === 0 ? null : comments.join('\n\n'),
  };
}

/** Whether one of the two did not see everything: then another fingerprint alone says nothing. */
function isPartial(before: DriftIssueState | null, report: DriftReportFile): boolean {
  return !report.complete || (before !== null && before.carried > 0);
}

/** Of what stays the same as long as the reason does: a failure's words have the id of the request. */
function saidOf(reconciled: Reconciled | null, report: DriftReportFile): string | null {
  if (reconciled === null || reconciledText(reconciled, report.findings.length) === '') return null;
  const text = JSON.stringify([reconciled.outcome, withoutIds(reconciled.reason ?? ''), reconciled.undone]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function bodyOf(
  { marker, report, text, looked, reconciled }: FoundDrift,
  state: DriftIssueState,
  carried: Carried,
  advice: string,
): string {
  const head = `${marker}\n${stateLine(state)}\n\n`;
  const footer = driftFooter(looked, state.since, report.everyHours);
  let room = LONGEST_BODY - head.length - text.body.length - footer.length - 10;
  const parts: string[] = [];
  const add = (part: string): void => {
    if (part === '' || part.length + 2 > room) return;
    parts.push(part);
    room -= part.length + 2;
  };
  add(notLookedForText(carried, Math.floor(room / 2)));
  add(reconciled === null ? '' : reconciledText(reconciled, report.findings.length, room - 200));
  add(advice);
  return `${head}${[text.body.trim(), ...parts, footer].join('\n\n')}\n`;
}

function changeOf(before: DriftIssueState | null, { findings, at, complete }: DriftReportFile, present: Issue): Change {
  const now = findings.length;
  // Nobody can tell where not all were kept, or where somebody edited what was.
  if (before === null || before.count > before.keys.length || present.state !== 'open')
    return { since: before?.since ?? at.slice(0, 10), added: null, gone: null, now, complete };
  const old = new Set(before.keys);
  const keys = new Set(findings.map(({ key }) => key));
  return {
    since: before.since,
    added: findings.filter(({ key }) => !old.has(key)).map(({ line }) => line),
    gone: complete ? before.keys.filter((key) => !keys.has(key)).length : null,
    now,
    complete,
  };
}
