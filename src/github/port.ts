import * as z from 'zod';
import type { Result } from '../diagnostics/failure.ts';

/** A repository by owner and name, as GITHUB_REPOSITORY has it. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

// What is read of GitHub's answers, and no more: what is not read cannot break us. https://docs.github.com/en/rest
const account = z.object({ login: z.string(), type: z.string() });
const repository = z.object({ full_name: z.string() });

export const userAnswer = z.object({ login: z.string() });

export const viewerAnswer = z.object({ viewer: z.object({ login: z.string() }) });

export const commentAnswer = z
  .object({
    id: z.number(),
    node_id: z.string(),
    user: account.nullable(),
    body: z.string().nullish(),
    html_url: z.string(),
  })
  .transform((read) => ({
    id: read.id,
    nodeId: read.node_id,
    author: read.user?.login ?? null,
    body: read.body ?? '',
    url: read.html_url,
  }));

/** `author` is null if the account no longer exists. */
export type Comment = Readonly<z.infer<typeof commentAnswer>>;

export const minimisedAnswer = z.object({
  nodes: z.array(z.object({ id: z.string().optional(), isMinimized: z.boolean().optional() }).nullable()),
});

export const pullAnswer = z
  .object({
    number: z.number(),
    user: account.nullable(),
    base: z.object({ ref: z.string(), repo: repository }),
    head: z.object({ ref: z.string(), sha: z.string(), repo: repository.nullable() }),
    created_at: z.string(),
    merged_at: z.string().nullable(),
    merged_by: account.nullish(),
    merge_commit_sha: z.string().nullable(),
  })
  .transform((read) => ({
    number: read.number,
    author: read.user?.login ?? null,
    isByBot: read.user !== null && read.user.type !== 'User',
    /** Branch and repository (`owner/name`) that it is merged into. */
    base: { ref: read.base.ref, repository: read.base.repo.full_name },
    /** Branch and last commit; `repository` is null where the fork was deleted. */
    head: { ref: read.head.ref, sha: read.head.sha, repository: read.head.repo?.full_name ?? null },
    createdAt: read.created_at,
    /** Null if it is not merged. */
    mergedAt: read.merged_at,
    /** A list does not say it. */
    mergedBy: read.merged_by?.login ?? null,
    mergeCommit: read.merge_commit_sha,
  }));

export type PullRequest = Readonly<z.infer<typeof pullAnswer>>;

export const reviewAnswer = z
  .object({
    user: account.nullable(),
    state: z.string(),
    commit_id: z.string().nullable(),
    submitted_at: z.string().optional(),
  })
  .transform((read) => ({
    author: read.user === null ? null : { login: read.user.login, isBot: read.user.type !== 'User' },
    state: read.state,
    /** ISO 8601; null if it was not submitted. */
    at: read.submitted_at ?? null,
    /** Null where the commit no longer exists. */
    commit: read.commit_id,
  }));

export type Review = Readonly<z.infer<typeof reviewAnswer>>;

/** A change of a branch; `before` and `after` are zeros where there was or is none. */
export const activityAnswer = z
  .object({
    before: z.string(),
    after: z.string(),
    timestamp: z.string(),
    activity_type: z.string(),
    actor: account.nullable(),
  })
  .transform((read) => ({
    before: read.before,
    after: read.after,
    at: read.timestamp,
    /** `push`, `force_push`, `branch_creation`, `branch_deletion`, `pr_merge`, `merge_queue_merge` */
    kind: read.activity_type,
    actor: read.actor === null ? null : { login: read.actor.login, isBot: read.actor.type !== 'User' },
  }));

export type Activity = Readonly<z.infer<typeof activityAnswer>>;

/** Some events, as reviews and commits, have other times, which are not read. */
export const timelineAnswer = z
  .object({ event: z.string().optional(), created_at: z.string().optional() })
  .transform((read) => ({ event: read.event ?? '', at: read.created_at ?? null }));

type TimelineEvent = Readonly<z.infer<typeof timelineAnswer>>;

/** An account that GitHub found by an e-mail address of the commit. */
const accountOfCommit = z.object({ login: z.string().optional() }).nullable();

export const pullCommitAnswer = z
  .object({
    sha: z.string(),
    author: accountOfCommit,
    committer: accountOfCommit,
    commit: z.object({
      verification: z.object({ verified: z.boolean() }).optional(),
    }),
  })
  .transform((read) => ({
    sha: read.sha,
    author: read.author?.login ?? null,
    committer: read.committer?.login ?? null,
    /** Whether GitHub verified the signature, which is the committer's. */
    isVerified: read.commit.verification?.verified === true,
  }));

export type PullCommit = Readonly<z.infer<typeof pullCommitAnswer>>;

export const branchAnswer = z.object({ commit: z.object({ sha: z.string() }) }).transform((read) => read.commit.sha);

/** `maintain` and `triage` are reported as `write` and `read`. */
export const permissionAnswer = z
  .object({ permission: z.enum(['admin', 'write', 'read', 'none']) })
  .transform((read) => read.permission);

/** The newest first; `run_started_at` is of the newest attempt. */
export const recentRunsAnswer = z
  .object({
    workflow_runs: z.array(z.object({ created_at: z.string(), run_started_at: z.string().optional() })),
  })
  .transform(({ workflow_runs: runs }) =>
    runs.map(({ created_at, run_started_at }) => ({ at: run_started_at ?? created_at })),
  );

export const workflowAnswer = z.object({ created_at: z.string(), state: z.string() }).transform((read) => ({
  /** ISO 8601, UTC: when GitHub first saw the file. */
  createdAt: read.created_at,
  /** `active`, `disabled_inactivity`, `disabled_manually`, `disabled_fork`, `deleted` */
  state: read.state,
}));

/** A workflow file as GitHub has registered it. */
type Workflow = Readonly<z.infer<typeof workflowAnswer>>;

/**
 * Commits and everything before them, as Git has them: names of objects are hashes, so that what is read here is exactly
 * what was merged. A commit that is not known has no parents and no text, and is before nothing.
 */
export interface History {
  parents(commit: string): Promise<readonly string[]>;
  /**
   * Seconds since 1970, in digits, as the author's machine wrote them; null if Git cannot read them. Git takes any time and
   * zone, and neither an ISO 8601 date nor a `Date` has all of them.
   */
  authoredAt(commit: string): Promise<string | null>;
  /** Whether `one` is `other`, or in its history. */
  isWithin(one: string, other: string): Promise<boolean>;
  /** A file of a commit; null if there is none. */
  textAt(commit: string, path: string): Promise<string | null>;
  /** Whether the tree of a commit with two parents is what Git makes of both without a conflict. */
  isCleanMerge(commit: string): Promise<boolean>;
}

export const issueAnswer = z
  .object({
    number: z.number(),
    user: account.nullable(),
    title: z.string(),
    body: z.string().nullish(),
    state: z.enum(['open', 'closed']),
    html_url: z.string(),
    pull_request: z.unknown().optional(),
  })
  .transform((read) => ({
    number: read.number,
    author: read.user?.login ?? null,
    title: read.title,
    body: read.body ?? '',
    state: read.state,
    url: read.html_url,
    isPull: read.pull_request !== undefined,
  }));

export type Issue = Readonly<Omit<z.infer<typeof issueAnswer>, 'isPull'>>;

/**
 * GitHub for one repository and one token. Every expected problem is a failure whose code begins with `github-`. Lists are
 * complete and in GitHub's order: comments and reviews oldest first, runs and issues newest first.
 */
export interface GitHub {
  readonly repository: RepositoryName;
  /** The login that the token writes as, `github-actions[bot]` for a job's own token. */
  me(): Promise<Result<string>>;
  comments(thread: number): Promise<Result<readonly Comment[]>>;
  /** Never retried: the request may have succeeded although the answer was lost. */
  createComment(thread: number, body: string): Promise<Result<Comment>>;
  updateComment(id: number, body: string): Promise<Result<Comment>>;
  /** Which of the comments are minimized, by node id. */
  minimized(nodeIds: readonly string[]): Promise<Result<ReadonlySet<string>>>;
  minimize(nodeId: string): Promise<Result<null>>;
  unminimize(nodeId: string): Promise<Result<null>>;
  pullRequest(number: number): Promise<Result<PullRequest>>;
  /** Every pull request that has the commit, merged or not. */
  pullRequestsOf(commit: string): Promise<Result<readonly PullRequest[]>>;
  reviews(pull: number): Promise<Result<readonly Review[]>>;
  /** At most 250: GitHub lists no more. */
  pullCommits(pull: number): Promise<Result<readonly PullCommit[]>>;
  timeline(pull: number): Promise<Result<readonly TimelineEvent[]>>;
  /** All changes of a branch, deleted or not, the newest first. Needs `contents: read`. */
  activity(branch: string): Promise<Result<readonly Activity[]>>;
  /** Fetches the commits with Git, for as long as `use` takes. Needs `contents: read`. */
  withHistory<T>(commits: readonly string[], use: (history: History) => Promise<Result<T>>): Promise<Result<T>>;
  /** The newest commit of a branch. Needs `contents: read`. */
  newestCommit(branch: string): Promise<Result<string>>;
  permissionOf(login: string): Promise<Result<z.infer<typeof permissionAnswer>>>;
  /**
   * When the newest successful run of the workflow file (`drift.yml`) on that branch began, ISO 8601. Null if there is no
   * such run or no such workflow. Needs `actions: read`.
   */
  lastSuccess(workflow: string, branch: string): Promise<Result<{ readonly at: string } | null>>;
  /** Null if GitHub knows no workflow file of that name. Needs `actions: read`. */
  workflow(file: string): Promise<Result<Workflow | null>>;
  /** Issues opened by this login, without pull requests, which GitHub counts as issues. */
  issues(state: 'open' | 'closed', author: string): Promise<Result<readonly Issue[]>>;
  /** Never retried, like `createComment`. */
  createIssue(title: string, body: string): Promise<Result<Issue>>;
  updateIssue(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ): Promise<Result<Issue>>;
}
