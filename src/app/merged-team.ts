import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Git } from '../github/git.ts';
import { MAIN_BRANCH } from '../team/names.ts';
import { readTeam } from '../team/parse/read-team.ts';
import type { Team } from '../team/team.ts';
import { say } from '../text/escape.ts';
import { codeText, plainText, someTexts, t } from '../text/text.ts';
import { openClone } from './history/read-history.ts';
import { baseTeamOf } from './session/read-team.ts';
import type { Terminal } from './terminal.ts';

/**
 * The team of a file as the default branch had it where the current branch began, as a pull request is compared; null if it had
 * none. `today` is `YYYY-MM-DD`, UTC. Says on standard error which commit that is.
 */
export async function readMergedTeam(file: string, today: string, terminal: Terminal): Promise<Result<Team | null>> {
  const clone = await openClone(file);
  return clone.ok ? mergedTeam(clone.value, 'HEAD', today, terminal) : clone;
}

/**
 * The teams of a file before and after a pull request. Its newest commit and the default branch are fetched from `origin`, and
 * read without a checkout. Says on standard error what else it changes.
 */
export async function readPullRequest(
  file: string,
  number: number,
  today: string,
  terminal: Terminal,
): Promise<Result<{ readonly before: Team | null; readonly after: Team }>> {
  const clone = await openClone(file);
  if (!clone.ok) return clone;
  const { git, path } = clone.value;
  // Whole names, because a tag comes before a branch of the same name.
  const [main, head] = [`refs/remotes/origin/${MAIN_BRANCH}`, `refs/pull/${number}/head`];
  const refs = [`+refs/heads/${MAIN_BRANCH}:${main}`, `+${head}:${head}`];
  const fetched = await git('fetch', '--quiet', '--no-tags', '--no-recurse-submodules', 'origin', ...refs);
  const changed = fetched.ok ? await git('show', `${head}:${path}`) : fetched;
  if (!changed.ok) return fail('pull-request-unavailable', { number, reason: changed.reason });
  const entry = await git('ls-tree', '--full-tree', head, '--', path);
  if (!entry.ok || !entry.text.startsWith('100'))
    return fail('pull-request-unavailable', { number, reason: say`${path} is no file there, but a link` });
  const { team, findings, source } = readTeam(changed.text, { file: path, today });
  if (team === null) return fail('team-file-invalid', { file: path, findings, source });
  const at = await git('rev-parse', head);
  terminal.stderr(say`Pull request ${String(number)} is at commit ${at.ok ? at.text.trim() : ''}.\n`);
  const all = await git('diff', '--name-only', '--no-renames', '-z', `${main}...${head}`);
  if (!all.ok) return fail('pull-request-unavailable', { number, reason: all.reason });
  const others = all.text.split('\0').filter((name) => name !== '' && name !== path);
  if (others.length > 0)
    terminal.stderr(
      `${plainText(t`It changes more than ${codeText(path)}, which GitHub shows: ${someTexts(others.map(codeText), 5)}.`)}\n`,
    );
  const branch = { name: `origin/${MAIN_BRANCH}`, tip: main };
  const before = await mergedTeam({ git, path, branch }, head, today, terminal);
  return before.ok ? succeed({ before: before.value, after: team }) : before;
}

/** The team of a file as the default branch of the clone has it now; null without a clone, or if there is no valid file. */
export async function readNewestTeam(file: string, today: string): Promise<Team | null> {
  const clone = await openClone(file);
  if (!clone.ok) return null;
  const { git, path, branch } = clone.value;
  const found = await git('show', `${branch.tip}:${path}`);
  return found.ok ? readTeam(found.text, { file: path, today }).team : null;
}

interface Branched {
  readonly git: Git;
  readonly path: string;
  readonly branch: { readonly name: string; readonly tip: string };
}

async function mergedTeam(
  { git, path, branch }: Branched,
  head: string,
  today: string,
  terminal: Terminal,
): Promise<Result<Team | null>> {
  const common = await git('merge-base', branch.tip, head);
  const commit = common.ok ? common.text.trim() : branch.tip;
  const found = await git('show', `${commit}:${path}`);
  const place = `${branch.name} (commit ${commit.slice(0, 7)})`;
  terminal.stderr(
    `${found.ok ? say`Compared with ${path} of ${place}.` : say`Compared with ${place}, which has no ${path}.`}\n`,
  );
  const newest = await git('show', `${branch.tip}:${path}`);
  if (common.ok && newest.ok && (!found.ok || newest.text !== found.text))
    terminal.stderr(say`${branch.name} has changed ${path} since: merge it into the branch to see both.\n`);
  if (!found.ok) return succeed(null);
  return baseTeamOf(readTeam(found.text, { file: path, today }), `${path} of ${branch.name}`, terminal);
}
