import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HistoryCommit {
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  readonly author?: string;
  /** Text of the file; null deletes it. */
  readonly text: string | null;
  readonly path?: string;
  /** Another file that the commit deletes. */
  readonly removes?: string;
  /** The mode of the file; a symbolic link has another one. */
  readonly mode?: string;
  /** Who merges it, as GitHub does, by a pull request of that number. */
  readonly merged?: { readonly by: string; readonly number: number };
}

/** A repository with a branch `main`, whose commits have the dates and authors that a test gives them. */
export class TeamHistory {
  readonly directory = mkdtempSync(join(tmpdir(), 'mturk-team-past-'));
  #count = 0;
  readonly file = join(this.directory, 'team.yaml');

  constructor(commits: readonly HistoryCommit[] = []) {
    this.git('init', '--quiet', '--initial-branch=main', '--template=');
    this.add(commits);
  }

  /** What Git prints, with no settings of the machine. */
  git(...args: readonly string[]): string {
    return this.#run(args, '');
  }

  /** More commits on `main`, by first parent. */
  add(commits: readonly HistoryCommit[]): void {
    const begins = this.#count === 0 ? '' : 'from refs/heads/main^0\n';
    const commands = commits.map((commit, index) =>
      commandsOf(commit, index + 1, index === 0 ? begins : `from :${index}\n`),
    );
    this.#count += commits.length;
    this.#run(['fast-import', '--quiet', '--force'], commands.join(''));
  }

  /** The id of a commit of `main`, by its subject. */
  idOf(subject: string): string {
    return this.git('log', '--format=%H', '--fixed-strings', `--grep=${subject}`, '-1', 'main');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #run(args: readonly string[], input: string): string {
    const env = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', PATH: process.env.PATH ?? '' };
    return execFileSync('git', ['-C', this.directory, ...args], { encoding: 'utf8', env, input }).trim();
  }
}

/** As `git fast-import` takes them. */
function commandsOf(commit: HistoryCommit, mark: number, from: string): string {
  const { date, subject, author = 'Ada Byron', text, path = 'team.yaml', mode = '100644', removes, merged } = commit;
  const when = `${Date.parse(date) / 1000} +0000`;
  const begin = (branch: string, name: string, message: string) => {
    const by = `author ${name} <a@lab.edu> ${when}\ncommitter ${name} <a@lab.edu> ${when}\n`;
    return `commit refs/heads/${branch}\n${branch === 'main' ? `mark :${mark}\n` : ''}${by}${data(message)}${from}`;
  };
  const change = text === null ? `D ${path}\n` : `M ${mode} inline ${path}\n${data(text)}`;
  const files = `${removes === undefined ? '' : `D ${removes}\n`}${change}\n`;
  if (merged === undefined) return `${begin('main', author, subject)}${files}`;
  const branch = `change-${merged.number}`;
  const message = `Merge pull request #${merged.number} from lab/${branch}\n\n${subject}`;
  const proposed = `${begin(branch, author, subject)}${files}`;
  return `${proposed}${begin('main', merged.by, message)}merge refs/heads/${branch}\n${files}`;
}

function data(content: string): string {
  return `data ${Buffer.byteLength(content)}\n${content}\n`;
}
