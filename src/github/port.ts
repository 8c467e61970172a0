import * as z from 'zod';
import type { Result } from '../diagnostics/failure.ts';

/** A repository by owner and name, as GITHUB_REPOSITORY has it. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

// What is read of GitHub's answers, and no more: what is not read cannot break us. https://docs.github.com/en/rest
const account = z.object({ login: z.string(), type: z.string() });
/** Someone whose login may change; the id does not. */
const person = z
  .object({ id: z.int(), login: z.string(), type: z.string() })
  .transform(({ id, login, type }) => ({ id, login, isPerson: type === 'User' }));
const repository = z.object({ full_name: z.string() });

export const userAnswer = z.object({ id: z.int(), login: z.string() });

export const viewerAnswer = z.object({ viewer: z.object({ login: z.string() }) });

export const commentAnswer = z
  .object({
    id: z.number(),
    node_id: z.string(),
    user: account.nullable(),
    body: z.string().nullish(),
    html_url: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .transform((read) => ({
    id: read.id,
    nodeId: read.node_id,
    author: read.user?.login ?? null,
    body: read.body ?? '',
    url: read.html_url,
    /** Who can write to the repository can edit comments of other accounts. */
    isEdited: read.updated_at !== read.created_at,
  }));

/** `author` is null if the account no longer exists. */
export type Comment = Readonly<z.infer<typeof commentAnswer>>;

export const minimisedAnswer = z.object({
  nodes: z.array(z.object({ id: z.string().optional(), isMinimized: z.boolean().optional() }).nullable()),
});

export const pullAnswer = z
  .object({
    number: z.number(),
    user: person.nullable(),
    base: z.object({ ref: z.string(), repo: repository }),
    head: z.object({ sha: z.string() }),
    merged_by: person.nullish(),
  })
  .transform((read) => ({
    number: read.number,
    author: read.user,
    /** Branch and repository (`owner/name`) that it is merged into. */
    base: { ref: read.base.ref, repository: read.base.repo.full_name },
    /** The last commit. */
    head: { sha: read.head.sha },
    /** A list does not say it. */
    mergedBy: read.merged_by ?? null,
  }));

export type PullRequest = Readonly<z.infer<typeof pullAnswer>>;

export const reviewAnswer = z
  .object({
    user: person.nullable(),
    state: z.string(),
    commit_id: z.string().nullable(),
    submitted_at: z.string().optional(),
  })
  .transform((read) => ({
    author: read.user,
    state: read.state,
    /** ISO 8601; null if it was not submitted. */
    at: read.submitted_at ?? null,
    /** Null where the commit no longer exists. */
    commit: read.commit_id,
  }));

export type PullReview = Readonly<z.infer<typeof reviewAnswer>>;

export const eventAnswer = z
  .object({ event: z.string(), created_at: z.string() })
  .transform(({ event, created_at: at }) => ({ event, at }));

export type PullEvent = Readonly<z.infer<typeof eventAnswer>>;

/** A rule that is active for a branch, whatever ruleset it is of. https://docs.github.com/en/rest/repos/rules */
export const ruleAnswer = z.object({
  type: z.string(),
  parameters: z
    .object({
      dismiss_stale_reviews_on_push: z.boolean().optional(),
      require_code_owner_review: z.boolean().optional(),
      require_last_push_approval: z.boolean().optional(),
      allowed_merge_methods: z.array(z.string()).optional(),
      required_approving_review_count: z.number().optional(),
      strict_required_status_checks_policy: z.boolean().optional(),
      required_status_checks: z
        .array(z.object({ context: z.string(), integration_id: z.number().nullish() }))
        .optional(),
    })
    .optional(),
});

export type BranchRule = Readonly<z.infer<typeof ruleAnswer>>;

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

/** `parents` are its own, the first one first; none of the first commit of all. */
export interface Commit {
  readonly commit: string;
  readonly parents: readonly string[];
}

/**
 * Commits and everything before them, as Git has them: names of objects are hashes, so that what is read here is exactly
 * what was merged. About commits that are not known, every answer is the one that approves nothing.
 */
export interface History {
  /** The commit and those before it by first parent, newest first. */
  firstParents(commit: string): Promise<readonly Commit[]>;
  /** Whether one of the files or directories differs. */
  differs(one: string, other: string, paths: readonly string[]): Promise<boolean>;
  /** Whether all files are the same. The commits are fetched if need be. */
  hasSameTree(one: string, other: string): Promise<boolean>;
  /** Whether `one` is `other`, or in its history. */
  isWithin(one: string, other: string): Promise<boolean>;
  /** A file of a commit; null if there is none. */
  textAt(commit: string, path: string): Promise<string | null>;
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
 * complete and in GitHub's order: comments, reviews and events oldest first, runs and issues newest first.
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
  reviews(pull: number): Promise<Result<readonly PullReview[]>>;
  /** Without comments and reviews: what is deleted between two pages of a list hides something else. */
  events(pull: number): Promise<Result<readonly PullEvent[]>>;
  /** Every rule that is active for the branch, of whatever ruleset. */
  rulesOf(branch: string): Promise<Result<readonly BranchRule[]>>;
  /** The number of an account; null if there is none of that login. */
  idOf(login: string): Promise<Result<number | null>>;
  /** Fetches the commit with Git, for as long as `use` takes. Needs `contents: read`. */
  withHistory<T>(commit: string, use: (history: History) => Promise<Result<T>>): Promise<Result<T>>;
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
