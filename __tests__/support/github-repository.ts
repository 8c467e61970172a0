import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import { newSettings } from './github-settings.ts';

export type Permission = 'admin' | 'write' | 'read' | 'none';

/** What a token may do: a job's `permissions` block. */
export interface Grants {
  readonly contents?: 'read' | 'write';
  readonly actions?: 'read' | 'write';
  readonly issues?: 'read' | 'write';
  readonly pull_requests?: 'read' | 'write';
  readonly administration?: 'read' | 'write';
  readonly variables?: 'read' | 'write';
}

/** The `GITHUB_TOKEN` of a job is an installation's; a person's own token is a user's. */
export interface Token {
  readonly login: string;
  readonly kind: 'installation' | 'user';
  readonly grants: Grants;
}

export interface Thread {
  readonly number: number;
  readonly kind: 'issue' | 'pull';
  readonly author: string;
  title: string;
  body: string;
  state: 'open' | 'closed';
  labels: string[];
  updatedAt: string;
}

export interface Pull extends Thread {
  base: string;
  readonly head: { readonly ref: string; sha: string; readonly repository: string };
  readonly createdAt: string;
  merged: { readonly commit: string; readonly by: string; readonly at: string } | null;
}

interface PullEvent {
  readonly id: number;
  readonly pull: number;
  readonly event: 'base_ref_changed' | 'auto_merge_enabled' | 'review_dismissed';
  readonly actor: string;
  readonly at: string;
}

export interface Comment {
  readonly id: number;
  readonly nodeId: string;
  readonly thread: number;
  readonly author: string;
  body: string;
  minimized: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export interface Review {
  readonly id: number;
  readonly pull: number;
  /** Null: the account was deleted. */
  readonly author: string | null;
  state: ReviewState;
  readonly commit: string;
  readonly submittedAt: string;
}

export interface Run {
  readonly id: number;
  /** `.github/workflows/plan.yml` */
  readonly path: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRepository: string;
  readonly actor: string;
  readonly createdAt: string;
  /** Of the newest attempt. */
  startedAt: string;
  /** When it ended. */
  updatedAt: string;
  attempt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | null;
}

/** A workflow file that GitHub has registered. */
export interface Workflow {
  readonly id: number;
  /** `.github/workflows/drift.yml` */
  readonly path: string;
  readonly createdAt: string;
  state: 'active' | 'deleted' | 'disabled_fork' | 'disabled_inactivity' | 'disabled_manually';
}

export interface Artifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly content: Uint8Array;
  /** As GitHub tells it: `sha256:...`. */
  digest: string | null;
  expired: boolean;
  readonly createdAt: string;
}

/**
 * A repository on GitHub, as far as the tool and its workflows see it. Everything is public and may be set: a test puts
 * it into the state that it is about, and reads afterwards what became of it.
 */
export class GitHubRepository {
  readonly owner: string;
  readonly name: string;
  readonly id = 4711;
  defaultBranch = 'main';
  readonly tokens = new Map<string, Token>();
  readonly permissions = new Map<string, Permission>();
  readonly threads = new Map<number, Thread | Pull>();
  readonly comments: Comment[] = [];
  readonly reviews: Review[] = [];
  readonly runs: Run[] = [];
  readonly workflows: Workflow[] = [
    { id: 1, path: '.github/workflows/plan.yml', createdAt: '2026-01-05T09:00:00Z', state: 'active' },
  ];
  readonly artifacts: Artifact[] = [];
  /** What only an administrator may change, or see. */
  settings = newSettings();
  /** The newest commit of each branch. */
  readonly branches = new Map<string, string>();
  readonly events: PullEvent[] = [];
  /** The directory of the Git repository that is served, where a test has one. */
  git: string | null = null;
  /** Each commit's parents. */
  readonly commits = new Map<string, readonly string[]>();
  #last = 0;
  /** Whether it is as late as on this machine, for a test that runs whole workflows. */
  realTime = false;
  #clock = Date.parse('2026-11-25T09:00:00Z');

  constructor(fullName = 'perception/lab') {
    const [owner = '', name = ''] = fullName.split('/');
    this.owner = owner;
    this.name = name;
    this.tokens.set('job-token', {
      login: 'github-actions[bot]',
      kind: 'installation',
      grants: { contents: 'write', actions: 'write', issues: 'write', pull_requests: 'write' },
    });
    this.permissions.set(owner, 'admin');
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  /** A number that nothing has yet; they rise, as GitHub's do. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** One second later than the last one, so that the order is known. */
  now(): string {
    const machine = this.realTime ? Math.floor(Date.now() / 1000) * 1000 : 0;
    this.#clock = Math.max(this.#clock + 1000, machine);
    return new Date(this.#clock).toISOString().replace('.000', '');
  }

  openPull(given: {
    author: string;
    head: string;
    base?: string;
    ref?: string;
    repository?: string;
    title?: string;
    number?: number;
  }): Pull {
    const { ref = 'change', repository = this.fullName } = given;
    if (repository === this.fullName) this.push(ref, given.head);
    const pull: Pull = {
      number: given.number ?? this.next(),
      kind: 'pull',
      author: given.author,
      title: given.title ?? 'Add a student',
      body: '',
      state: 'open',
      labels: [],
      updatedAt: this.now(),
      base: given.base ?? this.defaultBranch,
      head: { ref, sha: given.head, repository },
      createdAt: this.now(),
      merged: null,
    };
    this.threads.set(pull.number, pull);
    return pull;
  }

  /** Sets a branch, or deletes it. Open pull requests follow. */
  push(branch: string, after: string | null): void {
    if (after === null) this.branches.delete(branch);
    else this.branches.set(branch, after);
    for (const thread of this.threads.values()) {
      if ('head' in thread && thread.head.ref === branch && thread.state === 'open' && after !== null) {
        thread.head.sha = after;
      }
    }
  }

  /** Another base branch. */
  retarget(number: number, actor: string, base: string): void {
    this.pull(number).base = base;
    this.#happened(number, 'base_ref_changed', actor);
  }

  /** GitHub merges it once the rules are met, in the name of that person. */
  enableAutoMerge(number: number, actor: string): void {
    this.#happened(number, 'auto_merge_enabled', actor);
  }

  /** As on GitHub, the review itself changes. */
  dismiss(review: Review, actor: string): void {
    review.state = 'DISMISSED';
    this.#happened(review.pull, 'review_dismissed', actor);
  }

  #happened(pull: number, event: PullEvent['event'], actor: string): void {
    this.events.push({ id: this.events.length + 1, pull, event, actor, at: this.now() });
  }

  pull(number: number): Pull {
    const found = this.threads.get(number);
    if (found === undefined || !('head' in found)) throw new Error(`there is no pull request ${number}`);
    return found;
  }

  merge(number: number, by: string, commit: string): void {
    const pull = this.pull(number);
    pull.merged = { commit, by, at: this.now() };
    pull.state = 'closed';
  }

  review(number: number, author: string | null, state: ReviewState, commit = this.pull(number).head.sha): Review {
    const review: Review = { id: this.next(), pull: number, author, state, commit, submittedAt: this.now() };
    this.reviews.push(review);
    return review;
  }

  openIssue(given: { author: string; title: string; body: string; labels?: readonly string[] }): Thread {
    const number = this.next();
    const issue: Thread = {
      number,
      kind: 'issue',
      state: 'open',
      updatedAt: this.now(),
      ...given,
      labels: [...(given.labels ?? [])],
    };
    this.threads.set(number, issue);
    return issue;
  }

  comment(thread: number, author: string, body: string): Comment {
    const id = this.next();
    const at = this.now();
    const comment: Comment = {
      id,
      nodeId: `IC_${id}`,
      thread,
      author,
      body,
      minimized: null,
      createdAt: at,
      updatedAt: at,
    };
    this.comments.push(comment);
    return comment;
  }

  commentsOf(thread: number): Comment[] {
    return this.comments.filter((comment) => comment.thread === thread);
  }

  addRun(given: Partial<Run> & { headSha: string }): Run {
    const createdAt = given.createdAt ?? this.now();
    const run: Run = {
      id: this.next(),
      path: '.github/workflows/plan.yml',
      event: 'pull_request',
      headBranch: given.event === undefined || given.event === 'pull_request' ? 'change' : this.defaultBranch,
      createdAt,
      startedAt: createdAt,
      updatedAt: createdAt,
      headRepository: this.fullName,
      actor: this.owner,
      attempt: 1,
      status: 'completed',
      conclusion: 'success',
      ...given,
    };
    this.runs.push(run);
    return run;
  }

  end(run: Run, conclusion: Run['conclusion']): void {
    Object.assign(run, { status: 'completed', conclusion, updatedAt: this.now() });
  }

  addWorkflow(file: string, given: Partial<Workflow> = {}): Workflow {
    const path = `.github/workflows/${file}`;
    const workflow: Workflow = { id: this.next(), path, createdAt: this.now(), state: 'active', ...given };
    this.workflows.push(workflow);
    return workflow;
  }

  /** What actions/upload-artifact leaves: the files as a zip, with its digest. */
  addArtifact(run: number, name: string, files: Readonly<Record<string, string | Uint8Array>>): Artifact {
    const entries = Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? Buffer.from(content) : content,
    ]);
    return this.addRawArtifact(run, name, zipSync(Object.fromEntries(entries)));
  }

  addRawArtifact(run: number, name: string, content: Uint8Array): Artifact {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const artifact: Artifact = { id: this.next(), run, name, content, digest, expired: false, createdAt: this.now() };
    this.artifacts.push(artifact);
    const of = this.runs.find(({ id }) => id === run);
    // A run that a test adds as completed ends after its upload.
    if (of?.status === 'completed') of.updatedAt = this.now();
    return artifact;
  }

  addCommit(sha: string, ...parents: readonly string[]): void {
    this.commits.set(sha, parents);
  }

  /** The commit and everything before it. */
  historyOf(sha: string): Set<string> {
    const seen = new Set<string>();
    const open = [sha];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (seen.has(each)) continue;
      seen.add(each);
      open.push(...(this.commits.get(each) ?? []));
    }
    return seen;
  }
}
