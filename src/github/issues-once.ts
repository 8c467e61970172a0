import { type Result, succeed } from '../diagnostics/failure.ts';
import type { GitHub, Issue } from './port.ts';

type Lists = Map<string, Promise<Result<readonly Issue[]>>>;

/**
 * A cache for a run that updates several issues: each list is requested once, also if it failed, and kept in step with
 * what is written.
 */
export function issuesOnce(github: GitHub): GitHub {
  const lists: Lists = new Map();
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
