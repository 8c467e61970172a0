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
  const applied = commits.findIndex(({ commit }) => commit === last?.commit);
  const changes: Commit[] = [];
  for (const change of applied === -1 ? commits : commits.slice(0, applied)) {
    const isFirst = change.parents.length === 0;
    if (!isFirst && !isMerge(change) && !(await differsFromParent(history, change, DECIDING))) continue;
    changes.push(change);
    if (last === null && (await differsFromParent(history, change, [TEAM_FILE]))) break;
  }
  return last === null || applied !== -1 ? changes : changes.slice(0, await neededSince(history, changes, last));
}

/**
 * How many of the changes, newest first, came after what was applied last, if its commit is not on the branch: a file of
 * another branch or of no commit, a rewritten history. They end at the change that brought its team, if that brought nothing
 * else: between that and one that brought it again, other files can have changed.
 */
async function neededSince(history: History, changes: readonly Commit[], last: LastApplied): Promise<number> {
  let needed: number | null = null;
  // An older approval of what an administrator has undone since is none: of the changes before that apply, only the one
  // counts that brought the team which the branch had then.
  let isEndSought = true;
  for (const [index, change] of changes.entries()) {
    const isEarlier = change.time < last.time;
    if (isEarlier) isEndSought &&= await isTeamAt(history, change.commit, last);
    const isEnd = isEndSought && (await isChangeTo(history, change, last));
    if (isEnd && isEarlier) isEndSought = false;
    // A merge commit hides which change was the first, so that it counts before that apply, too.
    const isMore = isMerge(change) || (await differsFromParent(history, change, BESIDE_TEAM));
    if (!isEnd && !isMerge(change) && (isEarlier || !isMore)) continue;
    needed = index + (isMore ? 1 : 0);
  }
  return needed ?? changes.length;
}

/** False of the first commit of a history. */
async function differsFromParent(history: History, { commit, parents }: Commit, files: readonly string[]) {
  const [parent] = parents;
  return parent !== undefined && history.differs(parent, commit, files);
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
