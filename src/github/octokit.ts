import { z } from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import {
  artifactAnswer,
  branchAnswer,
  commentAnswer,
  issueAnswer,
  minimisedAnswer,
  permissionAnswer,
  pullAnswer,
  recentRunsAnswer,
  reviewAnswer,
  runAnswer,
  userAnswer,
  viewerAnswer,
  workflowAnswer,
} from './answers.ts';
import { downloadFrom } from './artifacts.ts';
import type { GitHub, RepositoryName } from './port.ts';
import { githubRequests, type RequestSettings, type Requests } from './requests.ts';

export interface GitHubSettings extends RequestSettings {
  readonly repository: RepositoryName;
}

/** The login of the token that GitHub Actions gives to a job. */
const JOB_LOGIN = 'github-actions[bot]';

/** GitHub through @octokit/core, for one repository and one token. */
export function openGitHub(settings: GitHubSettings): GitHub {
  const { repository } = settings;
  const requests = githubRequests(settings);
  const ours = { owner: repository.owner, repo: repository.name };
  let login: Promise<Result<string>> | null = null;

  return {
    repository,
    me() {
      login ??= loginOf(requests);
      return login;
    },
    comments: (thread) =>
      requests.all(
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        { ...ours, issue_number: thread },
        commentAnswer,
      ),
    createComment: (thread, body) =>
      requests.one(
        'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
        { ...ours, issue_number: thread, body },
        commentAnswer,
        { once: true },
      ),
    updateComment: (id, body) =>
      requests.one(
        'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
        { ...ours, comment_id: id, body },
        commentAnswer,
      ),
    async minimized(nodeIds) {
      const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }';
      const answered = await requests.graphql(query, { ids: nodeIds }, minimisedAnswer);
      if (!answered.ok) return answered;
      const hidden = answered.value.nodes.flatMap((node) =>
        node?.isMinimized === true && node.id !== undefined ? [node.id] : [],
      );
      return succeed(new Set(hidden));
    },
    minimize: (nodeId) =>
      done(
        requests,
        'mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }',
        nodeId,
      ),
    unminimize: (nodeId) =>
      done(
        requests,
        'mutation ($id: ID!) { unminimizeComment(input: { subjectId: $id }) { clientMutationId } }',
        nodeId,
      ),
    pullRequest: (number) =>
      requests.one('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...ours, pull_number: number }, pullAnswer),
    pullRequestsOf: (commit) =>
      requests.all('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', { ...ours, commit_sha: commit }, pullAnswer),
    reviews: (pull) =>
      requests.all(
        'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
        { ...ours, pull_number: pull },
        reviewAnswer,
      ),
    newestCommit: (branch) =>
      requests.one('GET /repos/{owner}/{repo}/branches/{branch}', { ...ours, branch }, branchAnswer),
    async permissionOf(person) {
      const answered = await requests.one(
        'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
        { ...ours, username: person },
        permissionAnswer,
      );
      // Someone who is no collaborator has no permission.
      return !answered.ok && answered.failure.code === 'github-not-found' ? succeed('none') : answered;
    },
    runs: (workflow, headSha, event) =>
      requests.all(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
        { ...ours, workflow_id: workflow, head_sha: headSha, event },
        runAnswer,
        'workflow_runs',
      ),
    async lastSuccess(workflow, branch) {
      const found = await requests.one(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
        { ...ours, workflow_id: workflow, branch, status: 'success', per_page: 1, exclude_pull_requests: true },
        recentRunsAnswer,
      );
      const newest = nullIfNotFound(found);
      if (!newest.ok) return newest;
      const [last] = newest.value ?? [];
      return succeed(last === undefined ? null : { at: last.at });
    },
    async workflow(file) {
      const answered = await requests.one(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}',
        { ...ours, workflow_id: file },
        workflowAnswer,
      );
      return nullIfNotFound(answered);
    },
    artifacts: (run, name) =>
      requests.all(
        'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
        { ...ours, run_id: run, name },
        artifactAnswer,
        'artifacts',
      ),
    async download(artifact, limit) {
      const route = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
      const found = await requests.location(route, { ...ours, artifact_id: artifact, archive_format: 'zip' });
      return found.ok ? downloadFrom(found.value, limit, requests.signal) : found;
    },
    async issues(state, author) {
      const found = await requests.all(
        'GET /repos/{owner}/{repo}/issues',
        { ...ours, state, creator: author, sort: 'updated', direction: 'desc' },
        issueAnswer,
      );
      return found.ok ? succeed(found.value.filter(({ isPull }) => !isPull)) : found;
    },
    createIssue: (title, body) =>
      requests.one('POST /repos/{owner}/{repo}/issues', { ...ours, title, body }, issueAnswer, { once: true }),
    updateIssue: (number, change) =>
      requests.one(
        'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
        { ...ours, issue_number: number, ...change },
        issueAnswer,
      ),
  };
}

function nullIfNotFound<T>(answered: Result<T>): Result<T | null> {
  return !answered.ok && answered.failure.code === 'github-not-found' ? succeed(null) : answered;
}

async function done(requests: Requests, mutation: string, id: string): Promise<Result<null>> {
  const answered = await requests.graphql(mutation, { id }, z.unknown());
  return answered.ok ? succeed(null) : answered;
}

/**
 * The login that the token writes as. `GET /user` refuses tokens of apps, such as a job's own; GraphQL's `viewer` answers
 * every token. If that is refused too, a job's token is known by its prefix. Nothing else is guessed: with a wrong login,
 * our comments would not be found, or a comment of another account would count as ours.
 */
async function loginOf(requests: Requests): Promise<Result<string>> {
  const isApp = requests.token.startsWith('ghs_');
  const viewer = await requests.graphql('query { viewer { login } }', {}, viewerAnswer);
  if (viewer.ok) {
    const { login } = viewer.value.viewer;
    // REST names an app's account with the suffix; GraphQL leaves it out in places.
    return succeed(isApp && !login.endsWith('[bot]') ? `${login}[bot]` : login);
  }
  if (viewer.failure.code !== 'github-denied' && viewer.failure.code !== 'github-refused') return viewer;
  const user = await requests.one('GET /user', {}, userAnswer);
  if (user.ok) return succeed(user.value.login);
  if (user.failure.code !== 'github-denied') return user;
  return isApp ? succeed(JOB_LOGIN) : fail('github-denied', user.failure.args);
}
