/** A commit of the default branch that changed the team file. Everything but the id is what its author wrote. */
export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  /** ISO 8601, UTC: when it was committed, or merged on GitHub. */
  readonly date: string;
  readonly author: string;
  readonly subject: string;
  /** The number of the pull request that the subject claims; null if it claims none. */
  readonly pull: number | null;
  readonly path: string;
  /** The id of the file's content; null if the commit deletes the file, or has a link in its place. */
  readonly blob: string | null;
  /** Whether the commit before it had no such file. */
  readonly isFirst: boolean;
}

/** What `git log -z --raw` prints of each commit: fields end with a zero byte, which none can contain. */
export const LOG_FORMAT = '--format=tformat:%H%x00%P%x00%ct%x00%an%x00%s';
const FIELDS = 5;
/** The last moment whose year has four digits. */
const LAST_SECOND = 253_402_300_799;

/** Commits that `git log -z --raw --no-abbrev` printed for one path, in its order; of a folder in its place, no file. */
export function readLog(text: string, path: string): readonly Commit[] {
  const fields = text.split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS < fields.length; ) {
    const written = fields.slice(at, at + FIELDS);
    // Then two for each changed file: its modes, ids and status, and its path.
    for (at += FIELDS; fields[at]?.trimStart().startsWith(':'); at += 2)
      if (fields[at + 1] === path) commits.push(commitOf([...written, ...fields.slice(at, at + 2)]));
  }
  return commits;
}

function commitOf([id = '', parents = '', seconds = '', author = '', subject = '', raw = '', path = '']: string[]) {
  const [, mode = '', , blob = '', status] = raw.trim().split(' ');
  return {
    id,
    parents: parents === '' ? [] : parents.split(' '),
    date: new Date(Math.min(Number(seconds), LAST_SECOND) * 1000).toISOString(),
    author,
    subject,
    pull: pullIn(subject),
    path,
    blob: mode.startsWith('100') ? blob : null,
    isFirst: status === 'A',
  };
}

/** As GitHub writes the subjects of merge commits, and of squashed and rebased pull requests. */
function pullIn(subject: string): number | null {
  const [, merged, squashed] = /^Merge pull request #(\d{1,9}) from |\(#(\d{1,9})\)$/.exec(subject) ?? [];
  const number = merged ?? squashed;
  return number === undefined ? null : Number(number);
}

/** The path that `git diff-tree -r -M -z --raw` says a file had before; null if the commit did not rename it. */
export function renamedFrom(text: string, path: string): string | null {
  const fields = text.split('\0');
  const at = fields.findIndex((field, index) => /^:.* R\d+$/.test(field) && fields[index + 2] === path);
  return at === -1 ? null : (fields[at + 1] ?? null);
}
