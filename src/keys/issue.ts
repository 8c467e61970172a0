import { type Result, succeed } from '../diagnostics/failure.ts';
import { JOB_LOGIN } from '../github/client.ts';
import type { Comment, GitHub, Issue } from '../github/port.ts';
import { isOurs } from '../github/sticky.ts';
import { issueMarker, issueText, readMarker } from './delivery.ts';
import { messagesIn } from './encryption.ts';
import type { DeliveredKey } from './sync.ts';

/** The issue to which keys are delivered. */
export interface KeysIssue {
  /** Keys with an encrypted text in a comment of a workflow or the token's account that is neither edited nor hidden. */
  delivered(): Promise<Result<readonly DeliveredKey[]>>;
  /** Writes a comment, whose address it gives. */
  deliver(body: string): Promise<Result<string>>;
}

export function keysIssue(github: GitHub, lab: string): KeysIssue {
  /** Those of this lab, oldest first. Issues and comments of other accounts never count, whatever their marker. */
  const issues = async (): Promise<Result<readonly Issue[]>> => {
    const me = await github.me();
    if (!me.ok) return me;
    const found: Issue[] = [];
    for (const author of new Set([me.value, JOB_LOGIN])) {
      for (const state of ['open', 'closed'] as const) {
        const listed = await github.issues(state, author);
        if (!listed.ok) return listed;
        found.push(...listed.value.filter((issue) => isOurs(issue, author, [issueMarker(lab)])));
      }
    }
    return succeed(found.sort((one, other) => one.number - other.number));
  };
  const commentsOf = async ({ number }: Issue): Promise<Result<readonly Comment[]>> => {
    const me = await github.me();
    if (!me.ok) return me;
    const comments = await github.comments(number);
    if (!comments.ok) return comments;
    return succeed(
      comments.value.filter(({ author, isEdited }) => !isEdited && (author === me.value || author === JOB_LOGIN)),
    );
  };
  let known: Issue | null = null;
  const { title, body: text } = issueText(lab);
  /** The newest: open, for members must see it, and with no words of those who can edit it above the keys. */
  const current = async (): Promise<Result<Issue>> => {
    // A list may lack an issue that was just created.
    if (known !== null) return succeed(known);
    const found = await issues();
    if (!found.ok) return found;
    const issue = found.value.at(-1);
    return issue === undefined
      ? github.createIssue(title, text)
      : github.updateIssue(issue.number, { title, body: text, state: 'open' });
  };
  const deliverTo = async (issue: Issue, body: string): Promise<Result<string>> => {
    known = issue;
    const written = await github.createComment(issue.number, body);
    if (written.ok) return succeed(written.value.url);
    if (written.failure.code !== 'github-unavailable') return written;
    // The answer was lost: without this, a key that was delivered would be deleted.
    const comments = await commentsOf(issue);
    const [message = body] = messagesIn(body);
    const found = comments.ok ? comments.value.find((each) => messagesIn(each.body).includes(message)) : undefined;
    return found === undefined ? written : succeed(found.url);
  };
  return {
    async delivered() {
      const found = await issues();
      if (!found.ok) return found;
      const given: { readonly nodeId: string; readonly key: DeliveredKey }[] = [];
      for (const issue of found.value) {
        const comments = await commentsOf(issue);
        if (!comments.ok) return comments;
        for (const { nodeId, body } of comments.value) {
          const key = readMarker(body);
          if (key !== null && messagesIn(body).length > 0) given.push({ nodeId, key });
        }
      }
      const hidden = await github.minimized(given.map(({ nodeId }) => nodeId));
      return hidden.ok
        ? succeed(given.filter(({ nodeId }) => !hidden.value.has(nodeId)).map(({ key }) => key))
        : hidden;
    },
    async deliver(body) {
      const issue = await current();
      if (!issue.ok) return issue;
      const written = await deliverTo(issue.value, body);
      if (written.ok || written.failure.code !== 'github-denied') return written;
      // GitHub refuses a comment on an issue that has 2,500, which anyone can write in a public repository.
      const next = await github.createIssue(title, text);
      return next.ok ? deliverTo(next.value, body) : next;
    },
  };
}
