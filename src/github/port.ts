import type { Result } from '../diagnostics/failure.ts';

/** A repository by owner and name, as GITHUB_REPOSITORY has it. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

interface Account {
  readonly login: string;
  readonly isBot: boolean;
}

/** `author` is null if the account no longer exists. */
export interface Comment {
  readonly id: number;
  readonly nodeId: string;
  readonly author: string | null;
  readonly body: string;
  readonly url: string;
}

export interface PullRequest {
  readonly number: number;
  readonly author: string | null;
  /** Branch and repository (`owner/name`) that it is merged into. */
  readonly base: { readonly ref: string; readonly repository: string };
  /** The last commit; `repository` is null where the fork was deleted. */
  readonly head: { readonly sha: string; readonly repository: string | null };
  readonly merged: boolean;
  readonly mergeCommit: string | null;
}

export interface Review {
  readonly author: Account | null;
  readonly state: string;
  /** Null where the commit no longer exists. */
  readonly commit: string | null;
}

export interface Run {
  readonly id: number;
  readonly attempt: number;
  /** `.github/workflows/plan.yml` */
  readonly path: string;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly headRepository: string | null;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly expired: boolean;
  /** `sha256:` and 64 hex digits; null where GitHub has none. */
  readonly digest: string | null;
  readonly headSha: string | null;
}

export interface Issue {
  readonly number: number;
  readonly author: string | null;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly url: string;
}

/** A workflow file as GitHub has registered it. */
interface Workflow {
  /** ISO 8601, UTC: when GitHub first saw the file. */
  readonly createdAt: string;
  /** `active`, `disabled_inactivity`, `disabled_manually`, `disabled_fork`, `deleted` */
  readonly state: string;
}

type Permission = 'admin' | 'write' | 'read' | 'none';

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
  /** The newest commit of a branch. Needs `contents: read`. */
  newestCommit(branch: string): Promise<Result<string>>;
  permissionOf(login: string): Promise<Result<Permission>>;
  /** Runs of the workflow file (`plan.yml`) for that commit; each with its newest attempt only. */
  runs(workflow: string, headSha: string, event: string): Promise<Result<readonly Run[]>>;
  /**
   * When the newest successful run of the workflow file (`drift.yml`) on that branch began, ISO 8601. Null if there is no
   * such run or no such workflow. Needs `actions: read`.
   */
  lastSuccess(workflow: string, branch: string): Promise<Result<{ readonly at: string } | null>>;
  /** Null if GitHub knows no workflow file of that name. Needs `actions: read`. */
  workflow(file: string): Promise<Result<Workflow | null>>;
  artifacts(run: number, name: string): Promise<Result<readonly Artifact[]>>;
  /** The zip archive; one above `limit` bytes is refused during the download. */
  download(artifact: number, limit: number): Promise<Result<Uint8Array>>;
  /** Issues opened by this login, without pull requests, which GitHub counts as issues. */
  issues(state: 'open' | 'closed', author: string): Promise<Result<readonly Issue[]>>;
  /** Never retried, like `createComment`. */
  createIssue(title: string, body: string): Promise<Result<Issue>>;
  updateIssue(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ): Promise<Result<Issue>>;
}
