import { isUtf8 } from 'node:buffer';
import { basename, dirname } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { blobsIn, type Git, historyGit } from '../../github/git.ts';
import { type Commit, LOG_FORMAT, readLog, renamedFrom } from '../../history/commits.ts';
import { type PastTeam, pastTeamReader } from '../../history/past-team.ts';
import { pieceReader } from '../../history/pieces.ts';
import {
  dateNotes,
  type HistoryNote,
  type MergedVersions,
  placeAt,
  sinceOf,
  type Version,
  versionNotes,
} from '../../history/timeline.ts';
import { MAIN_BRANCH } from '../../team/names.ts';
import { MAX_FILE_BYTES } from '../../team/parse/read-team.ts';

/** The history of a team file on the default branch. */
export interface History {
  /** `origin/main`, or `main` of a clone without that. */
  readonly branch: string;
  /** Oldest first; never empty. */
  readonly commits: readonly Commit[];
  /** When each commit counts: see `sinceOf`. */
  readonly since: readonly string[];
  /** What a reader must know of the whole. */
  readonly notes: readonly HistoryNote[];
  /** Reads the versions of commits `from` up to, and without, `to`. */
  versions(from: number, to: number): Promise<Result<readonly Version[]>>;
  /** Who wrote what a merge commit brought: the authors of its commits that changed the file. */
  authorsOf(commit: Commit): Promise<readonly string[]>;
}

/** All versions up to a moment (ISO 8601, UTC), with what a reader must know of them. */
export async function readVersions(file: string, moment: string): Promise<Result<MergedVersions>> {
  const opened = await openHistory(file);
  if (!opened.ok) return opened;
  const { branch, since, notes, versions } = opened.value;
  const read = await versions(0, placeAt(since, moment) + 1);
  return read.ok ? succeed({ branch, versions: read.value, notes: [...notes, ...versionNotes(read.value)] }) : read;
}

/** So many blobs are read at a time, so that memory is bounded. */
const BATCH = 500;
/** Renames that are followed: none has more, but one that goes around. */
const MOST_RENAMES = 20;

type Because = 'no-clone' | 'no-branch' | 'no-commit' | 'damaged';

const unavailable = (file: string, because: Because, reason = '') =>
  fail('history-unavailable', { file, because, reason });

/** Finds the clone of a team file, and its default branch; `path` is that of the file from the top of the clone. */
export async function openClone(file: string) {
  const place = await historyGit(dirname(file))(
    'rev-parse',
    ...['--is-shallow-repository', '--show-toplevel', '--show-prefix'],
  );
  if (!place.ok) return unavailable(file, 'no-clone', place.reason);
  const [isShallow, directory = '', prefix = ''] = place.text.split('\n');
  const git = historyGit(directory);
  const branch = await branchIn(git);
  if (branch === null) return unavailable(file, 'no-branch');
  return succeed({ directory, isShallow: isShallow === 'true', path: `${prefix}${basename(file)}`, branch, git });
}

/** Reads which commits of the default branch changed a team file. */
export async function openHistory(file: string): Promise<Result<History>> {
  const clone = await openClone(file);
  if (!clone.ok) return clone;
  const { directory, isShallow, path, branch, git } = clone.value;
  if (isShallow) return fail('history-shallow', { file });
  const found = await commitsOf(git, branch.tip, path);
  if (!found.ok) return unavailable(file, 'damaged', found.reason);
  const { commits, renames } = found;
  if (commits.length === 0) return unavailable(file, 'no-commit');
  const since = sinceOf(commits, new Date().toISOString());
  const rewritten = await lostCommits(git, branch, commits.at(-1)?.path ?? '');
  const read = pastTeamReader(pieceReader());
  const known = new Map<string, PastTeam>();
  return succeed({
    branch: branch.name,
    commits,
    since,
    notes: [
      ...renames,
      ...(rewritten.length === 0 ? [] : [{ code: 'history-rewritten' as const, commits: rewritten }]),
      ...dateNotes(commits, since),
    ],
    async versions(from, to) {
      const wanted = commits.slice(from, to);
      const ids = [...new Set(wanted.flatMap(({ blob }) => (blob === null || known.has(blob) ? [] : [blob])))];
      for (let start = 0; start < ids.length; start += BATCH) {
        const batch = ids.slice(start, start + BATCH);
        const blobs = await blobsIn(directory, batch);
        for (const id of batch) {
          const bytes = blobs?.get(id);
          if (bytes === undefined) return unavailable(file, 'damaged', `object ${id} is missing`);
          const isText = bytes.length <= MAX_FILE_BYTES && isUtf8(bytes);
          known.set(id, isText ? read(bytes.toString('utf8')) : NOT_YAML);
        }
      }
      return succeed(
        wanted.map((commit, index) => ({
          commit,
          past: (commit.blob === null ? null : known.get(commit.blob)) ?? DELETED,
          since: since[from + index] ?? commit.date,
        })),
      );
    },
    async authorsOf({ id, parents: [first = ''], path }) {
      const log = await git('log', '-z', '--format=tformat:%an', `${first}..${id}`, '--no-merges', '--', path);
      return log.ok ? [...new Set(log.text.split('\0').filter((name) => name !== ''))] : [];
    },
  });
}

const DELETED: PastTeam = { team: null, unreadable: { kind: 'deleted' } };
/** Too large for a team file, or no text. */
const NOT_YAML: PastTeam = { team: null, unreadable: { kind: 'not-yaml' } };

interface Branch {
  readonly name: string;
  readonly ref: string;
  readonly tip: string;
}

/** What the server has, as far as this clone knows; in a clone without a server, its own branch. */
async function branchIn(git: Git): Promise<Branch | null> {
  for (const [name, ref] of [
    [`origin/${MAIN_BRANCH}`, `refs/remotes/origin/${MAIN_BRANCH}`],
    [MAIN_BRANCH, `refs/heads/${MAIN_BRANCH}`],
  ] as const) {
    const tip = await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    if (tip.ok) return { name, ref, tip: tip.text.trim() };
  }
  return null;
}

/**
 * The commits by first parent that changed the file, oldest first, under its earlier names too. Nothing applied is on another
 * side of one: no workflow applies a merge commit, unless an administrator applied it first.
 */
async function commitsOf(git: Git, tip: string, path: string) {
  const options = ['-z', '-m', '--first-parent', '--raw', '--no-abbrev', '--no-renames', '--no-show-signature'];
  const encoding = ['--encoding=UTF-8', '--no-color', LOG_FORMAT];
  const all: Commit[] = [];
  const renames: HistoryNote[] = [];
  let place: { readonly tip: string; readonly path: string } | null = { tip, path };
  while (place !== null && renames.length <= MOST_RENAMES) {
    const log = await git('log', ...options, ...encoding, place.tip, '--', place.path);
    if (!log.ok) return log;
    const commits = readLog(log.text, place.path);
    all.push(...commits);
    place = null;
    const [first = '', oldest] = [commits.at(-1)?.parents[0], commits.at(-1)];
    if (oldest?.isFirst !== true || first === '') continue;
    const tree = await git('diff-tree', '-r', '-M', '-l0', '-z', '--raw', '--no-color', first, oldest.id);
    const from = tree.ok ? renamedFrom(tree.text, oldest.path) : null;
    if (from === null) continue;
    renames.push({ code: 'history-renamed', commit: oldest, from });
    place = { tip: first, path: from };
  }
  return { ok: true, commits: all.reverse(), renames } as const;
}

/** Commits that changed the file and that this clone saw on the branch, which no longer has them: newest first. */
async function lostCommits(git: Git, { ref, tip }: Branch, path: string): Promise<readonly string[]> {
  const seen = await git('log', '-g', '-z', '--format=tformat:%H', ref);
  const ids = seen.ok ? [...new Set(seen.text.split('\0').filter((id) => id !== ''))] : [];
  if (ids.length <= 1) return [];
  const lost = await git('rev-list', '--ignore-missing', ...ids, '--not', tip, '--', path);
  return lost.ok ? lost.text.split('\n').filter((id) => id !== '') : [];
}
