import { type Failure, type Result, succeed } from '../diagnostics/failure.ts';
import type { GitHub, Issue } from './port.ts';
import { isOurs } from './sticky.ts';

/**
 * What the one issue is to say. `resolved` closes it, with a comment of that one line, and with another body where one is
 * given; `left` leaves everything as it is.
 * A comment tells those who follow the issue, which an edit does not; it is made where the issue is there already.
 */
export type IssueReport =
  | { readonly kind: 'open'; readonly title: string; readonly body: string; readonly comment?: string | null }
  | { readonly kind: 'resolved'; readonly line: string; readonly body?: string }
  | { readonly kind: 'left' };

export interface IssueOutcome {
  readonly action: 'opened' | 'updated' | 'reopened' | 'unchanged' | 'closed' | 'none';
  readonly url: string | null;
}

/**
 * Keeps one issue, found by one of the markers as its first line and by our own author: opens it, updates it, opens it again
 * where it was closed, and closes it. Somebody else's issue is never touched, whatever marker it has. What it is to say may
 * depend on what is there: the open one, else the one that was closed last.
 */
export async function reportIssue(
  github: GitHub,
  given: {
    readonly markers: readonly string[];
    readonly report: IssueReport | ((present: Issue | null) => IssueReport);
  },
): Promise<Result<IssueOutcome>> {
  const me = await github.me();
  if (!me.ok) return me;
  const find = async (state: 'open' | 'closed') => {
    const issues = await github.issues(state, me.value);
    return issues.ok ? succeed(issues.value.filter((issue) => isOurs(issue, me.value, given.markers))) : issues;
  };
  const open = await find('open');
  if (!open.ok) return open;
  const [current] = open.value;
  // What was closed is of no concern to a text that is known and closes.
  const asksForClosed = typeof given.report === 'function' || given.report.kind === 'open';
  const closed = current === undefined && asksForClosed ? await find('closed') : succeed([]);
  if (!closed.ok) return closed;
  const [last] = closed.value;
  const report = typeof given.report === 'function' ? given.report(current ?? last ?? null) : given.report;
  if (report.kind === 'left') return nothing();
  if (report.kind === 'resolved') return current === undefined ? nothing() : close(github, open.value, report);
  const present = current ?? last;
  if (present !== undefined && typeof report.comment === 'string') {
    const said = await github.createComment(present.number, report.comment);
    // An answer that is lost may have been carried out; the text itself is worth more than saying so twice.
    if (!said.ok && said.failure.code !== 'github-unavailable') return said;
  }
  if (current !== undefined) return update(github, current, report);
  if (last !== undefined)
    return outcome('reopened', github.updateIssue(last.number, { ...textOf(report), state: 'open' }));
  const created = await github.createIssue(report.title, report.body);
  if (created.ok || created.failure.code !== 'github-unavailable') return outcome('opened', created);
  // The answer was lost: the list knows whether the issue was opened.
  const opened = await find('open');
  const [found] = opened.ok ? opened.value : [];
  return found === undefined ? created : outcome('opened', succeed(found));
}

function textOf({ title, body }: Extract<IssueReport, { kind: 'open' }>) {
  return { title, body };
}

async function update(
  github: GitHub,
  issue: Issue,
  report: Extract<IssueReport, { kind: 'open' }>,
): Promise<Result<IssueOutcome>> {
  if (issue.title === report.title && issue.body === report.body) return outcome('unchanged', succeed(issue));
  return outcome('updated', github.updateIssue(issue.number, textOf(report)));
}

async function close(
  github: GitHub,
  issues: readonly Issue[],
  { line, body }: Extract<IssueReport, { kind: 'resolved' }>,
): Promise<Result<IssueOutcome>> {
  let url: string | null = null;
  for (const { number } of issues) {
    const said = await github.createComment(number, line);
    // A line that is lost keeps no issue open.
    if (!said.ok && said.failure.code !== 'github-unavailable') return said;
    const closed = await github.updateIssue(number, { state: 'closed', ...(body === undefined ? {} : { body }) });
    if (!closed.ok) return closed;
    url ??= closed.value.url;
  }
  return succeed({ action: 'closed', url });
}

function nothing(): Result<IssueOutcome> {
  return succeed({ action: 'none', url: null });
}

async function outcome(
  action: IssueOutcome['action'],
  asked: Result<Issue> | Promise<Result<Issue>>,
): Promise<{ readonly ok: false; readonly failure: Failure } | Result<IssueOutcome>> {
  const answered = await asked;
  return answered.ok ? succeed({ action, url: answered.value.url }) : answered;
}
