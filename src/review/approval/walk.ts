import type { Commit, History } from '../../github/port.ts';
import { LOCK_FILES } from '../../terraform/run/lock-file.ts';

const TEAM_FILE = 'team.yaml';
/**
 * What decides what an apply does, and by which tool and provider. `.gitattributes` decides what a checkout makes of a file:
 * https://git-scm.com/docs/gitattributes#_working_tree_encoding
 */
const BESIDE_TEAM = [...Object.values(LOCK_FILES), '.github', '.gitattributes'];
const DECIDING = [TEAM_FILE, ...BESIDE_TEAM];

export interface LastApplied {
  /** Null if its file was of no commit. */
  readonly commit: string | null;
  /** When that was, in whole seconds as commits have them, in milliseconds. */
  readonly time: number;
  /** Whether the text of a team file says the same. */
  isTeamOf(text: string): boolean;
}

/**
 * The commits whose approval an apply of `newest` needs, newest first: by first parent back to what was applied last, those
 * that change a file that decides, and every merge commit, whose author chooses the first parent and so what is left out.
 * Before the first apply, back to the newest that changes the team's file.
 */
export async function changesSince(history: History, newest: string, last: LastApplied | null): Promise<Commit[]> {
  const commits = await history.firstParents(newest);
  const isOnBranch = commits.some(({ commit }) => commit === last?.commit);
  const changes: Commit[] = [];
  let needed: number | null = null;
  let isSought = true;
  for (const change of commits) {
    const { commit, parents } = change;
    const [parent] = parents;
    if (commit === last?.commit) break;
    if (!isMerge(change) && parent !== undefined && !(await history.differs(parent, commit, DECIDING))) continue;
    // If the commit that was applied is not on the branch (a file of a branch or of no commit, a rewritten history), it ends at
    // the first since then that brought its team, and nothing else, there: between that and one that brought it again, other
    // files can have changed. Before that apply, it ends only where its team had come that the branch had then: an older
    // approval of what an administrator has undone since is none. Merge commits hide which was the first, so that those
    // below count, too.
    if (last !== null && !isOnBranch) {
      const isEarlier = change.time < last.time;
      if (isEarlier) isSought &&= await isTeamAt(history, commit, last);
      const isMore = isMerge(change) || (parent !== undefined && (await history.differs(parent, commit, BESIDE_TEAM)));
      const isEnd = isSought && (await isChangeTo(history, change, last));
      if (isEnd || isMerge(change) || (isMore && !isEarlier)) needed = changes.length + (isMore ? 1 : 0);
      if (isEnd && isEarlier) isSought = false;
    }
    changes.push(change);
    if (last === null && parent !== undefined && (await history.differs(parent, commit, [TEAM_FILE]))) break;
  }
  return changes.slice(0, needed ?? changes.length);
}

export function isMerge({ parents }: Commit): boolean {
  return parents.length > 1;
}

async function isChangeTo(history: History, { commit, parents }: Commit, last: LastApplied): Promise<boolean> {
  const [parent] = parents;
  const wasTeam = parent !== undefined && (await isTeamAt(history, parent, last));
  return !wasTeam && (await isTeamAt(history, commit, last));
}

async function isTeamAt(history: History, commit: string, last: LastApplied): Promise<boolean> {
  const text = await history.textAt(commit, TEAM_FILE);
  return text !== null && last.isTeamOf(text);
}
