import { z } from 'zod';

/**
 * What is read of GitHub's answers, and no more: the description promises all of it, and what is not read cannot break
 * us. https://docs.github.com/en/rest
 */
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

export const minimisedAnswer = z.object({
  nodes: z.array(z.object({ id: z.string().optional(), isMinimized: z.boolean().optional() }).nullable()),
});

export const pullAnswer = z
  .object({
    number: z.number(),
    user: account.nullable(),
    base: z.object({ ref: z.string(), repo: repository }),
    head: z.object({ sha: z.string(), repo: repository.nullable() }),
    merged_at: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
  })
  .transform((read) => ({
    number: read.number,
    author: read.user?.login ?? null,
    base: { ref: read.base.ref, repository: read.base.repo.full_name },
    head: { sha: read.head.sha, repository: read.head.repo?.full_name ?? null },
    merged: read.merged_at !== null,
    mergeCommit: read.merge_commit_sha,
  }));

export const reviewAnswer = z
  .object({ user: account.nullable(), state: z.string(), commit_id: z.string().nullable() })
  .transform((read) => ({
    author: read.user === null ? null : { login: read.user.login, isBot: read.user.type !== 'User' },
    state: read.state,
    commit: read.commit_id,
  }));

export const branchAnswer = z.object({ commit: z.object({ sha: z.string() }) }).transform((read) => read.commit.sha);

/** `maintain` and `triage` are reported as `write` and `read`. */
export const permissionAnswer = z
  .object({ permission: z.enum(['admin', 'write', 'read', 'none']) })
  .transform((read) => read.permission);

export const runAnswer = z
  .object({
    id: z.number(),
    run_attempt: z.number().optional(),
    path: z.string(),
    event: z.string(),
    status: z.string().nullable(),
    conclusion: z.string().nullable(),
    head_sha: z.string(),
    head_repository: repository.nullable(),
  })
  .transform((read) => ({
    id: read.id,
    attempt: read.run_attempt ?? 1,
    path: read.path,
    event: read.event,
    status: read.status ?? '',
    conclusion: read.conclusion,
    headSha: read.head_sha,
    headRepository: read.head_repository?.full_name ?? null,
  }));

/** The newest first; `run_started_at` is of the newest attempt. */
export const recentRunsAnswer = z
  .object({
    workflow_runs: z.array(z.object({ created_at: z.string(), run_started_at: z.string().optional() })),
  })
  .transform(({ workflow_runs: runs }) =>
    runs.map(({ created_at, run_started_at }) => ({ at: run_started_at ?? created_at })),
  );

export const workflowAnswer = z
  .object({ created_at: z.string(), state: z.string() })
  .transform((read) => ({ createdAt: read.created_at, state: read.state }));

export const artifactAnswer = z
  .object({
    id: z.number(),
    name: z.string(),
    size_in_bytes: z.number(),
    expired: z.boolean(),
    digest: z.string().nullish(),
    workflow_run: z.object({ head_sha: z.string().optional() }).nullish(),
  })
  .transform((read) => ({
    id: read.id,
    name: read.name,
    size: read.size_in_bytes,
    expired: read.expired,
    digest: read.digest ?? null,
    headSha: read.workflow_run?.head_sha ?? null,
  }));

const issueShape = z.object({
  number: z.number(),
  user: account.nullable(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  html_url: z.string(),
  pull_request: z.unknown().optional(),
});

export const issueAnswer = issueShape.transform((read) => ({
  number: read.number,
  author: read.user?.login ?? null,
  title: read.title,
  body: read.body ?? '',
  state: read.state,
  url: read.html_url,
  isPull: read.pull_request !== undefined,
}));
