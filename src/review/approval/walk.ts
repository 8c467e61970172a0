import type { History } from '../../github/port.ts';
import { LOCK_FILES } from '../../terraform/run/lock-file.ts';

const TEAM_FILE = 'team.yaml';
/**
 * What decides what an apply does, and by which tool and provider. `.gitattributes` decides what a checkout makes of a file:
 * https://git-scm.com/docs/gitattributes#_working_tree_encoding
 */
const DECIDING = [TEAM_FILE, ...Object.values(LOCK_FILES), '.github', '.gitattributes'];

export interface LastApplied {
  /** Null if its file was of no commit. */
  readonly commit: string | null;
  /** Whether the text of a team file says the same. */
  isTeamOf(text: string): boolean;
}

/** A commit of the default branch with its first parent, null if it is the first of all. */
export interface Walked {
  readonly commit: string;
  readonly parent: string | null;
}

/**
 * The commits whose approval an apply of `newest` needs, newest first: by first parent back to what was applied last, those
 * that change a file that decides. Before the first apply, back to the newest that changes the team's file.
 */
export async function changesSince(history: History, newest: string, last: LastApplied | null): Promise<Walked[]> {
  const commits = await history.firstParents(newest);
  const all = commits.map((commit, index): Walked => ({ commit, parent: commits[index + 1] ?? null }));
  const applied = last?.commit ?? null;
  const isOnBranch = commits.includes(applied ?? '');
  const changes: Walked[] = [];
  let needed: number | null = null;
  for (const change of all) {
    if (change.commit === applied) break;
    if (change.parent !== null && !(await history.differs(change.parent, change.commit, DECIDING))) continue;
    // If the commit that was applied is not on the branch, it ends at the first that brought its team there: between that
    // and one that brought it again, other files can have changed.
    if (last !== null && !isOnBranch && (await isChangeTo(history, change, last))) needed = changes.length;
    changes.push(change);
    if (last === null && change.parent !== null && (await history.differs(change.parent, change.commit, [TEAM_FILE])))
      break;
  }
  return changes.slice(0, needed ?? changes.length);
}

async function isChangeTo(history: History, { commit, parent }: Walked, last: LastApplied): Promise<boolean> {
  const [before, after] = [
    parent === null ? null : await history.textAt(parent, TEAM_FILE),
    await history.textAt(commit, TEAM_FILE),
  ];
  return after !== null && last.isTeamOf(after) && (before === null || !last.isTeamOf(before));
}
