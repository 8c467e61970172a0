import type { Commit, History } from '../../github/port.ts';
import { LOCK_FILES } from '../../terraform/run/lock-file.ts';

export const TEAM_FILE = 'team.yaml';
/**
 * What decides what an apply does, and by which tool and provider. `.gitattributes` decides what a checkout makes of a file:
 * https://git-scm.com/docs/gitattributes#_working_tree_encoding
 */
const DECIDING = [TEAM_FILE, ...Object.values(LOCK_FILES), '.github', '.gitattributes'];

export interface LastApplied {
  /** Of the last apply and, newest first, of those at a terminal before it; null where the file was of no commit. */
  readonly commits: readonly (string | null)[];
  /** When that was, in milliseconds. */
  readonly time: number;
  /** Whether the text of a team file says the same. */
  isTeamOf(text: string): boolean;
}

export interface Change extends Commit {
  /** In milliseconds: earlier approvals do not count. */
  readonly approvedAfter: number;
}

/**
 * The commits whose approval an apply of `newest` needs, newest first: by first parent back to what was applied last, those
 * that change a file that decides, and every merge commit, whose author chooses the first parent and so what is left out.
 * Before the first apply, back to the newest that changes the team's file.
 *
 * Someone at a terminal can have applied another file than the branch has, or an older one (`isElsewhere`, until the branch has
 * that team). What the branch gets after that needs an approval from after that apply: an earlier one is of what was undone.
 */
export async function changesSince(
  history: History,
  newest: string,
  last: LastApplied | null,
): Promise<{ readonly changes: readonly Change[]; readonly isElsewhere: boolean }> {
  const branch = await history.firstParents(newest);
  const places = (last?.commits ?? []).map((each) => branch.findIndex(({ commit }) => commit === each));
  const end = places.find((place) => place !== -1);
  if (last === null || end === undefined) {
    return { changes: await changesOfTeam(history, branch), isElsewhere: last !== null };
  }
  let isElsewhere = places.some((place) => place < end);
  const changes: Change[] = [];
  for (const [place, change] of branch.slice(0, end + 1).entries()) {
    // Of the commit itself it is known, whatever another version reads in its file.
    isElsewhere &&= place !== places[0] && !(await isTeamAt(history, change.commit, last));
    if (place === end || !(isMerge(change) || (await isChangeOf(history, change, DECIDING)))) continue;
    changes.push({ ...change, approvedAfter: isElsewhere ? last.time : 0 });
  }
  return { changes, isElsewhere };
}

async function changesOfTeam(history: History, branch: readonly Commit[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const change of branch) {
    if (isMerge(change) || (await isChangeOf(history, change, DECIDING))) changes.push({ ...change, approvedAfter: 0 });
    if (await isChangeOf(history, change, [TEAM_FILE])) break;
  }
  return changes;
}

/** The first commit of a history is one, whatever its files. */
async function isChangeOf(history: History, { commit, parents: [parent] }: Commit, files: readonly string[]) {
  return parent === undefined || history.differs(parent, commit, files);
}

export function isMerge({ parents }: Commit): boolean {
  return parents.length > 1;
}

async function isTeamAt(history: History, commit: string, last: LastApplied): Promise<boolean> {
  const text = await history.textAt(commit, TEAM_FILE);
  return text !== null && last.isTeamOf(text);
}
