import { type Failure, type Result, succeed } from '../diagnostics/failure.ts';
import type { GitHub, Issue } from './port.ts';
import { isOurs } from './sticky.ts';

/**
 * The wanted state of an issue. `resolved` closes it with a comment of one line, and a new title and body if given. `left` changes
 * nothing. A comment notifies subscribers, which an edit does not; it is written only if the issue exists already.
 */
export type IssueReport =
  | { readonly kind: 'open'; readonly title: string; readonly body: string; readonly comment?: string | null }
  | { readonly kind: 'resolved'; readonly line: string; readonly title?: string; readonly body?: string }
  | { readonly kind: 'left' };

export interface IssueOutcome {
  readonly action: 'opened' | 'updated' | 'reopened' | 'unchanged' | 'closed' | 'none';
  readonly url: string | null;
  /** Why a comment is not written: GitHub refuses one on an issue that has 2,500, which anyone can write. The rest is done. */
  readonly unfinished: Failure | null;
}

/**
 * Opens, updates, reopens or closes one issue, found by a marker as its first line and by the token's account as its author.
 * Issues of other accounts are never touched, whatever their marker. The wanted state may depend on the present issue: the
 * open one, else the one closed last.
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
  // Closed issues matter only to a report that may reopen one.
  const asksForClosed = typeof given.report === 'function' || given.report.kind === 'open';
  const closed = current === undefined && asksForClosed ? await find('closed') : succeed([]);
  if (!closed.ok) return closed;
  const [last] = closed.value;
  const report = typeof given.report === 'function' ? given.report(current ?? last ?? null) : given.report;
  if (report.kind === 'left') return nothing();
  if (report.kind === 'resolved') return current === undefined ? nothing() : close(github, open.value, report);
  const present = current ?? last;
  const { title, body, comment = null } = report;
  const said = present === undefined || comment === null ? null : await github.createComment(present.number, comment);
  const unfinished = said === null || said.ok ? null : said.failure;
  // Another problem may be gone at the next check, which then says what is new.
  if (unfinished !== null && !GOES_ON.includes(unfinished.code)) return { ok: false, failure: unfinished };
  if (current !== undefined) {
    if (current.title === title && current.body === body) return outcome('unchanged', succeed(current), unfinished);
    return outcome('updated', github.updateIssue(current.number, { title, body }), unfinished);
  }
  if (last !== undefined)
    return outcome('reopened', github.updateIssue(last.number, { title, body, state: 'open' }), unfinished);
  const created = await github.createIssue(title, body);
  if (created.ok || created.failure.code !== 'github-unavailable') return outcome('opened', created);
  // The answer was lost: list again to see whether the issue was opened.
  const opened = await find('open');
  const [found] = opened.ok ? opened.value : [];
  return found === undefined ? created : outcome('opened', succeed(found));
}

/** The comment may be written although the answer was lost, or is one that GitHub refuses for good. */
const GOES_ON: readonly string[] = ['github-unavailable', 'github-denied'];

async function close(
  github: GitHub,
  issues: readonly Issue[],
  { kind: _kind, line, ...text }: Extract<IssueReport, { kind: 'resolved' }>,
): Promise<Result<IssueOutcome>> {
  let url: string | null = null;
  let unfinished: Failure | null = null;
  for (const { number } of issues) {
    const said = await github.createComment(number, line);
    if (!said.ok) unfinished = said.failure;
    const closed = await github.updateIssue(number, { state: 'closed', ...text });
    if (!closed.ok) return closed;
    url ??= closed.value.url;
  }
  return succeed({ action: 'closed', url, unfinished });
}

function nothing(): Result<IssueOutcome> {
  return succeed({ action: 'none', url: null, unfinished: null });
}

async function outcome(
  action: IssueOutcome['action'],
  asked: Result<Issue> | Promise<Result<Issue>>,
  unfinished: Failure | null = null,
): Promise<Result<IssueOutcome>> {
  const answered = await asked;
  return answered.ok ? succeed({ action, url: answered.value.url, unfinished }) : answered;
}

/**
 * A cache for a run that updates several issues: each list is requested once, also if it failed, and kept in step with
 * what is written.
 */
export function issuesOnce(github: GitHub): GitHub {
  const lists = new Map<string, Promise<Result<readonly Issue[]>>>();
  const note = async (issue: Issue): Promise<void> => {
    for (const [key, list] of [...lists]) {
      const known = await list;
      if (!known.ok) continue;
      const others = known.value.filter(({ number }) => number !== issue.number);
      const isIn = key === keyOf(issue.state, issue.author ?? '');
      lists.set(key, Promise.resolve(succeed(isIn ? [issue, ...others] : others)));
    }
  };
  return {
    ...github,
    issues(state, author) {
      const key = keyOf(state, author);
      const list = lists.get(key) ?? github.issues(state, author);
      lists.set(key, list);
      return list;
    },
    async createIssue(title, body) {
      const created = await github.createIssue(title, body);
      if (created.ok) await note(created.value);
      // It may exist although the request failed: list again.
      else lists.clear();
      return created;
    },
    async updateIssue(number, change) {
      const updated = await github.updateIssue(number, change);
      if (updated.ok) await note(updated.value);
      return updated;
    },
  };
}

function keyOf(state: Issue['state'], author: string): string {
  return `${state} ${author.toLowerCase()}`;
}
