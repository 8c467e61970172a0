import type { Comment, GitHubRepository, Pull, Review, Run, Thread, Workflow } from './github-repository.ts';

/** What GitHub says of each thing, as far as its description does not fill it in. */
export function account(login: string) {
  const id = [...login.toLowerCase()].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1_000_003, 7);
  const type = login.endsWith('[bot]') ? 'Bot' : 'User';
  return { login, id, node_id: `U_${id}`, type, user_view_type: 'public' };
}

function association(repository: GitHubRepository, login: string | null): string {
  if (login === repository.owner) return 'OWNER';
  return login !== null && repository.permissions.has(login) ? 'COLLABORATOR' : 'NONE';
}

export function commentBody(repository: GitHubRepository, comment: Comment) {
  return {
    id: comment.id,
    node_id: comment.nodeId,
    user: account(comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: `https://github.com/${repository.fullName}/pull/${comment.thread}#issuecomment-${comment.id}`,
    author_association: association(repository, comment.author),
  };
}

function repositoryBody(repository: GitHubRepository, fullName: string) {
  const [owner = '', name = ''] = fullName.split('/');
  const id = fullName === repository.fullName ? repository.id : repository.id + 1000;
  return { id, name, full_name: fullName, owner: account(owner), fork: fullName !== repository.fullName };
}

export function pullBody(repository: GitHubRepository, pull: Pull) {
  return {
    number: pull.number,
    id: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: account(pull.author),
    created_at: pull.createdAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? null,
    head: { ref: pull.head.ref, sha: pull.head.sha, repo: repositoryBody(repository, pull.head.repository) },
    base: { ref: pull.base, sha: '0'.repeat(40), repo: repositoryBody(repository, repository.fullName) },
    author_association: association(repository, pull.author),
  };
}

export function reviewBody(repository: GitHubRepository, review: Review) {
  return {
    id: review.id,
    user: review.author === null ? null : account(review.author),
    state: review.state,
    commit_id: review.commit,
    submitted_at: review.submittedAt,
    author_association: association(repository, review.author),
  };
}

export function eventBody(repository: GitHubRepository, each: GitHubRepository['events'][number]) {
  return {
    id: each.id,
    node_id: `E_${each.id}`,
    url: `https://api.github.com/repos/${repository.fullName}/issues/events/${each.id}`,
    actor: account(each.actor),
    event: each.event,
    commit_id: null,
    commit_url: null,
    created_at: each.at,
    performed_via_github_app: null,
  };
}

export function runBody(repository: GitHubRepository, run: Run) {
  return {
    id: run.id,
    run_number: run.id,
    run_attempt: run.attempt,
    path: run.path,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    head_sha: run.headSha,
    head_branch: run.headBranch,
    created_at: run.createdAt,
    run_started_at: run.startedAt,
    updated_at: run.updatedAt,
    actor: account(run.actor),
    head_repository: repositoryBody(repository, run.headRepository),
    repository: repositoryBody(repository, repository.fullName),
    pull_requests: [],
  };
}

export function workflowBody(repository: GitHubRepository, workflow: Workflow) {
  return {
    id: workflow.id,
    name: workflow.path,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt,
    updated_at: workflow.createdAt,
    html_url: `https://github.com/${repository.fullName}/blob/${repository.defaultBranch}/${workflow.path}`,
  };
}

export function issueBody(repository: GitHubRepository, issue: Thread) {
  return {
    number: issue.number,
    id: issue.number,
    node_id: `I_${issue.number}`,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    labels: issue.labels.map((name) => ({ name })),
    user: account(issue.author),
    updated_at: issue.updatedAt,
    html_url: `https://github.com/${repository.fullName}/issues/${issue.number}`,
    ...(issue.kind === 'pull' ? { pull_request: { url: null, html_url: null, diff_url: null, patch_url: null } } : {}),
  };
}
