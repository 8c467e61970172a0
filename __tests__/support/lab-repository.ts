import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf } from './github-files.ts';
import type { Artifact, GitHubRepository, Pull, PullCommit, Run } from './github-repository.ts';
import { initFiles } from './init-files.ts';

export const LAB = `version: 1
lab: tiny-lab
account: "123456789012"
owners: [ada, dee]

roles:
  reader: { allow: [results:read] }
  paymaster: { allow: [pay:approve, pay:bonus] }

members:
  ada: { name: Ada, github: Ada, roles: [paymaster] }
  bo: { name: Bo, github: bo, roles: [reader] }
  cy: { name: Cy, github: cy, roles: [reader] }
  dee: { name: Dee, github: dee, roles: [reader] }
`;

export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** What a commit changes in the lab's file. */
type Edit = (team: string) => string;

interface By {
  /** Whom the commit names as its author; who pushes it otherwise. */
  readonly author?: string;
  readonly committer?: string;
  readonly parents?: readonly string[];
  readonly force?: boolean;
  /** Time zone of the author. */
  readonly zone?: string;
}

const MANIFESTS = new Map<string, { readonly review: object }>();

/** A lab's Git repository, with what `init` writes, behind the stand-in for GitHub: everyone pushes, merges and plans as there. */
export class LabRepository {
  readonly directory = mkdtempSync(join(tmpdir(), 'mturk-team-lab-'));
  readonly #github: GitHubRepository;
  readonly #teams = new Map<string, string>();
  #count = 0;

  constructor(github: GitHubRepository, team = LAB) {
    this.#github = github;
    this.#git('init', '--quiet', '--bare', '--template=');
    github.git = {
      directory: this.directory,
      commitsBetween: (base, head) => this.#commits(`${base}..${head}`),
    };
    for (const login of ['ada', 'bo', 'cy', 'dee']) github.permissions.set(login, 'write');
    github.push('main', 'ada', this.#commit(team, [], 'ada', 'ada', undefined, initFiles(team)));
  }

  get main(): string {
    return this.#github.branches.get('main') ?? '';
  }

  /** One more commit on a branch, which begins at main. */
  push(branch: string, actor: string | null, edit: Edit, by: By = {}): string {
    const parents = by.parents ?? [this.#github.branches.get(branch) ?? this.main];
    const { author = actor ?? 'ghost', committer = author } = by;
    const commit = this.#commit(edit(this.teamAt(parents[0] ?? '')), parents, author, committer, by.zone);
    return this.set(branch, actor, commit, by);
  }

  /** Sets a branch to a commit. */
  set(branch: string, actor: string | null, commit: string | null, { force = false }: By = {}): string {
    this.#github.push(branch, actor, commit, { force });
    return commit ?? '';
  }

  /** GitHub's "Update branch": the merge of main into the branch. */
  update(branch: string, actor: string): string {
    const parents = [this.#github.branches.get(branch) ?? '', this.main];
    const commit = this.#commitTree(this.#mergeTree(parents), parents, actor, 'web-flow');
    this.#github.verified.add(commit);
    return this.set(branch, actor, commit);
  }

  propose(branch: string, author: string, edit: Edit): Pull {
    return this.open(branch, author, this.push(branch, author, edit));
  }

  open(branch: string, author: string, head = this.#github.branches.get(branch) ?? ''): Pull {
    return this.#github.openPull({ author, head, ref: branch });
  }

  /** A run of the plan workflow, with its manifest; `of` names the recorded plan. */
  plan({ head }: Pick<Pull, 'head'>, of = '03-add-member'): Run {
    const run = this.#github.addRun({ headSha: head.sha, status: 'in_progress', conclusion: null });
    return this.finish(run, of);
  }

  /** The same run once more. */
  planAgain(run: Run, of = '03-add-member'): Run {
    this.#github.rerun(run);
    return this.finish(run, of);
  }

  finish(run: Run, of = '03-add-member'): Run {
    this.upload(run, of);
    this.#github.end(run, 'success');
    return run;
  }

  upload(run: Run, of = '03-add-member'): Artifact {
    const known = MANIFESTS.get(of) ?? JSON.parse(filesOf(of, { commit: run.headSha, run: run.id }).manifest);
    MANIFESTS.set(of, known);
    const own = {
      review: { ...known.review, at: this.#github.now() },
      head: { commit: run.headSha, tree: run.headSha },
      run: { id: String(run.id), attempt: run.attempt },
    };
    return this.#github.addArtifact(run.id, 'manifest', { 'manifest.json': JSON.stringify({ ...known, ...own }) });
  }

  merge({ number, head }: Pull, by: string, method: MergeMethod = 'merge'): string {
    const { main } = this;
    const commit = {
      merge: () => this.#commitTree(this.#mergeTree([main, head.sha]), [main, head.sha], by, 'web-flow'),
      squash: () => this.#commitTree(this.#mergeTree([main, head.sha]), [main], by, 'web-flow'),
      rebase: () =>
        this.#commits(`${main}..${head.sha}`).reduce((onto, { sha, author }) => {
          const [tree = '', at] = this.#git('show', '--no-patch', '--date=raw', '--format=%T|%ad', sha).split('|');
          return this.#commitTree(tree, [onto], author, 'web-flow', at);
        }, main),
    }[method]();
    this.#github.merge(number, by, commit);
    this.set('main', by, commit);
    return commit;
  }

  teamAt(commit: string): string {
    return this.#teams.get(commit) ?? `${this.#git('cat-file', 'blob', `${commit}:team.yaml`)}\n`;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #commit(
    team: string,
    parents: readonly string[],
    author: string,
    committer: string,
    zone?: string,
    others: Readonly<Record<string, string>> = {},
  ): string {
    const at = this.#time(zone);
    const files = Object.entries({ ...others, 'team.yaml': team });
    const tree = files.map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('');
    const commit = this.#add(tree, parents, author, committer, at);
    this.#teams.set(commit, team);
    return commit;
  }

  #commitTree(tree: string, parents: readonly string[], author: string, committer: string, at?: string): string {
    return this.#add(`M 040000 ${tree} ""\n`, parents, author, committer, at);
  }

  /** By `git fast-import`: one process for a commit. Each has a reference, as GitHub keeps what a pull request had. */
  #add(tree: string, parents: readonly string[], author: string, committer: string, at = this.#time()): string {
    const person = (name: string, time: string) => `${name} <${name}@lab.example> ${time}`;
    this.#count += 1;
    const lines = [
      `commit refs/kept/${this.#count}`,
      'mark :1',
      `author ${person(author, at)}`,
      `committer ${person(committer, this.#time())}`,
      `${data('A change')}${parents.map((each, index) => `${index === 0 ? 'from' : 'merge'} ${each}\n`).join('')}${tree}`,
      'get-mark :1',
      'done',
    ];
    return this.#git(
      { input: `${lines.join('\n')}\n` },
      // One file for all objects of a commit, not a folder for each.
      ...['-c', 'fastimport.unpackLimit=1'],
      'fast-import',
      '--quiet',
      '--done',
      '--date-format=raw-permissive',
    );
  }

  /** As Git writes it. */
  #time(zone = '+0000'): string {
    return `${Date.parse(this.#github.now()) / 1000} ${zone}`;
  }

  #mergeTree(parents: readonly string[]): string {
    return this.#git('merge-tree', '--write-tree', ...parents);
  }

  #commits(range: string): PullCommit[] {
    const lines = this.#git('log', '--reverse', '--topo-order', '--format=%H|%P|%aI|%ae|%ce', range).split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => {
        const [sha = '', parents = '', authoredAt = '', author = '', committer = ''] = line.split('|');
        const login = (address: string) => address.replace('@lab.example', '');
        return { sha, parents: parents.split(' '), authoredAt, author: login(author), committer: login(committer) };
      });
  }

  #git(...given: readonly (string | { readonly input: string })[]): string {
    const args = given.filter((each) => typeof each === 'string');
    const [{ input } = { input: '' }] = given.filter((each) => typeof each !== 'string');
    return execFileSync('git', ['-C', this.directory, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    }).trimEnd();
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
