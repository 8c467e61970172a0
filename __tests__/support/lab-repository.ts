import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BranchRule } from '../../src/github/port.ts';
import type { GitHubRepository, Pull } from './github-repository.ts';
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
export type Edit = (team: string) => string;

/** The rules that the setup demands, as GitHub has them. */
export const ENFORCED: readonly BranchRule[] = [
  { type: 'deletion' },
  { type: 'non_fast_forward' },
  { type: 'required_linear_history' },
  {
    type: 'pull_request',
    parameters: {
      ...{ required_approving_review_count: 1, require_code_owner_review: true, require_last_push_approval: true },
      ...{ dismiss_stale_reviews_on_push: true, required_review_thread_resolution: false },
    },
  },
  {
    type: 'required_status_checks',
    parameters: {
      strict_required_status_checks_policy: true,
      required_status_checks: [{ context: 'mturk-team', integration_id: 15_368 }],
    },
  },
];

/** Makes GitHub enforce rules for the default branch. */
export function enforce(github: GitHubRepository, rules = ENFORCED): void {
  const ruleset = {
    id: 1,
    name: 'mturk-team',
    enforcement: 'active',
    bypass_actors: [],
    rules: rules.map((rule) => ({ ...rule })),
  };
  github.settings.rulesets = [ruleset];
}

/** A lab's Git repository, with what `init` writes, behind the stand-in for GitHub: everyone pushes and merges as there. */
export class LabRepository {
  readonly directory = mkdtempSync(join(tmpdir(), 'mturk-team-lab-'));
  readonly #github: GitHubRepository;
  #count = 0;

  constructor(github: GitHubRepository, team = LAB) {
    this.#github = github;
    this.#git('init', '--quiet', '--bare', '--template=');
    this.#git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    // As GitHub: https://github.blog/open-source/git/get-up-to-speed-with-partial-clone-and-shallow-clone/
    this.#git('config', 'uploadpack.allowFilter', 'true');
    github.git = this.directory;
    enforce(github);
    github.push('main', this.commit({ ...initFiles(team), 'team.yaml': team }, []));
  }

  get main(): string {
    return this.#github.branches.get('main') ?? '';
  }

  /** One more commit on a branch, which begins at main. */
  push(branch: string, edit: Edit, parents = [this.#github.branches.get(branch) ?? this.main]): string {
    const [first = ''] = parents;
    return this.pushFiles(branch, { 'team.yaml': edit(this.teamAt(first)) }, parents);
  }

  pushFiles(branch: string, files: Readonly<Record<string, string>>, parents?: readonly string[]): string {
    return this.set(branch, this.commit(files, parents ?? [this.#github.branches.get(branch) ?? this.main]));
  }

  set(branch: string, commit: string): string {
    this.#github.push(branch, commit);
    return commit;
  }

  /** GitHub's "Update branch": the merge of main into the branch. */
  update(branch: string): string {
    return this.set(branch, this.#merge([this.#github.branches.get(branch) ?? '', this.main]));
  }

  propose(branch: string, author: string, edit: Edit): Pull {
    return this.open(branch, author, this.push(branch, edit));
  }

  open(branch: string, author: string, head = this.#github.branches.get(branch) ?? ''): Pull {
    return this.#github.openPull({ author, head, ref: branch });
  }

  /** As GitHub merges, whatever the rules say. */
  merge({ number, head }: Pull, by: string, method: MergeMethod = 'squash'): string {
    const { main } = this;
    const merged = {
      merge: () => this.#merge([main, head.sha]),
      squash: () => this.#merge([main, head.sha], [main]),
      rebase: () =>
        this.#git('rev-list', '--reverse', `${main}..${head.sha}`)
          .split('\n')
          .reduce((onto, sha) => this.#commitTree(`${sha}^{tree}`, [onto]), main),
    }[method]();
    this.#github.merge(number, by, merged);
    return this.set('main', merged);
  }

  teamAt(commit: string): string {
    return `${this.#git('cat-file', 'blob', `${commit}:team.yaml`)}\n`;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A commit with the files of its first parent, some of them replaced; it has a reference, as GitHub keeps all commits. */
  commit(files: Readonly<Record<string, string>>, parents: readonly string[]): string {
    const tree = Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
    const from = parents.map((each, index) => `${index === 0 ? 'from' : 'merge'} ${each}\n`);
    this.#count += 1;
    const lines = [
      ...[`commit refs/kept/${this.#count}`, 'mark :1', `committer A test <test@lab.example> ${this.#count} +0000`],
      `${data(`Commit ${this.#count}`)}${from.join('')}${tree.join('')}get-mark :1`,
      'done',
    ];
    const input = `${lines.join('\n')}\n`;
    // One file for all objects of a commit, not a folder for each.
    return this.#git({ input }, '-c', 'fastimport.unpackLimit=1', 'fast-import', '--quiet', '--done');
  }

  #merge(both: readonly string[], parents = both): string {
    return this.#commitTree(this.#git('merge-tree', '--write-tree', ...both), parents);
  }

  #commitTree(tree: string, parents: readonly string[]): string {
    this.#count += 1;
    const args = parents.flatMap((parent) => ['-p', parent]);
    const commit = this.#git('commit-tree', ...args, '-m', `Merge ${this.#count}`, tree);
    this.#git('update-ref', `refs/kept/${this.#count}`, commit);
    return commit;
  }

  #git(...given: readonly (string | { readonly input: string })[]): string {
    const args = given.filter((each) => typeof each === 'string');
    const [{ input } = { input: '' }] = given.filter((each) => typeof each !== 'string');
    const person = { NAME: 'A test', EMAIL: 'test@lab.example' };
    const people = ['AUTHOR', 'COMMITTER'].flatMap((role) =>
      Object.entries(person).map(([name, value]) => [`GIT_${role}_${name}`, value]),
    );
    return execFileSync('git', ['-C', this.directory, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
        ...Object.fromEntries(people),
      },
    }).trimEnd();
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
