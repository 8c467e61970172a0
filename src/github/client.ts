import * as z from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { repositoryOf } from './event.ts';
import { withHistory } from './history.ts';
import {
  commentAnswer,
  eventAnswer,
  type GitHub,
  issueAnswer,
  minimisedAnswer,
  pullAnswer,
  type RepositoryName,
  recentRunsAnswer,
  reviewAnswer,
  ruleAnswer,
  userAnswer,
  viewerAnswer,
  workflowAnswer,
} from './port.ts';
import { githubRequests, nullIfNotFound, type RequestSettings, type Requests } from './requests.ts';

export interface GitHubSettings extends RequestSettings {
  readonly repository: RepositoryName;
  /** GITHUB_SERVER_URL: `https://github.com`, from where Git fetches. */
  readonly serverUrl: string;
}

/** The login of the token that GitHub Actions gives to a job. */
export const JOB_LOGIN = 'github-actions[bot]';

/** GitHub refuses a query of more nodes by id. */
const MOST_NODES = 100;

/** GitHub through @octokit/core, for one repository and one token. */
export function openGitHub(settings: GitHubSettings): GitHub {
  const { repository } = settings;
  const requests = githubRequests(settings);
  const ours = { owner: repository.owner, repo: repository.name };
  const one = <T>(route: string, parameters: object, answer: z.ZodType<T>, options?: { once: boolean }) =>
    requests.one(route, { ...ours, ...parameters }, answer, options);
  const all = <T>(route: string, parameters: object, item: z.ZodType<T>) =>
    requests.all(route, { ...ours, ...parameters }, item);
  const mutate = async (id: string, mutation: string): Promise<Result<null>> => {
    const answered = await requests.graphql(mutation, { id }, z.unknown());
    return answered.ok ? succeed(null) : answered;
  };
  let login: Promise<Result<string>> | null = null;

  return {
    repository,
    me() {
      login ??= loginOf(requests);
      return login;
    },
    comments: (thread) =>
      all('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { issue_number: thread }, commentAnswer),
    createComment: (thread, body) =>
      one('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { issue_number: thread, body }, commentAnswer, {
        once: true,
      }),
    updateComment: (id, body) =>
      one('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { comment_id: id, body }, commentAnswer),
    async minimized(nodeIds) {
      const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }';
      const hidden = new Set<string>();
      for (let start = 0; start < nodeIds.length; start += MOST_NODES) {
        const ids = nodeIds.slice(start, start + MOST_NODES);
        const answered = await requests.graphql(query, { ids }, minimisedAnswer);
        if (!answered.ok) return answered;
        for (const node of answered.value.nodes) if (node?.isMinimized === true && node.id) hidden.add(node.id);
      }
      return succeed(hidden);
    },
    minimize: (id) =>
      mutate(
        id,
        'mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }',
      ),
    unminimize: (id) =>
      mutate(id, 'mutation ($id: ID!) { unminimizeComment(input: { subjectId: $id }) { clientMutationId } }'),
    pullRequest: (number) => one('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number }, pullAnswer),
    pullRequestsOf: (commit) =>
      all('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', { commit_sha: commit }, pullAnswer),
    reviews: (pull) =>
      all('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { pull_number: pull }, reviewAnswer),
    events: (pull) =>
      all('GET /repos/{owner}/{repo}/issues/{issue_number}/events', { issue_number: pull }, eventAnswer),
    rulesOf: (branch) => all('GET /repos/{owner}/{repo}/rules/branches/{branch}', { branch }, ruleAnswer),
    async idOf(username) {
      const found = nullIfNotFound(await requests.one('GET /users/{username}', { username }, userAnswer));
      return found.ok ? succeed(found.value?.id ?? null) : found;
    },
    withHistory: (commit, use) => withHistory(settings, commit, use),
    async lastSuccess(workflow, branch) {
      const found = await one(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
        { workflow_id: workflow, branch, status: 'success', per_page: 1, exclude_pull_requests: true },
        recentRunsAnswer,
      );
      const newest = nullIfNotFound(found);
      if (!newest.ok) return newest;
      const [last] = newest.value ?? [];
      return succeed(last === undefined ? null : { at: last.at });
    },
    async workflow(file) {
      const answered = await one(
        'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}',
        { workflow_id: file },
        workflowAnswer,
      );
      return nullIfNotFound(answered);
    },
    async issues(state, author) {
      const found = await all(
        'GET /repos/{owner}/{repo}/issues',
        { state, creator: author, sort: 'updated', direction: 'desc' },
        issueAnswer,
      );
      return found.ok ? succeed(found.value.filter(({ isPull }) => !isPull)) : found;
    },
    createIssue: (title, body) =>
      one('POST /repos/{owner}/{repo}/issues', { title, body }, issueAnswer, { once: true }),
    updateIssue: (number, change) =>
      one('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: number, ...change }, issueAnswer),
  };
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

/** Milliseconds; below the five minutes that the jobs may take. */
const TOTAL_TIME = 180_000;
const PUBLIC_API = 'https://api.github.com';
const PUBLIC_SERVER = 'https://github.com';

/**
 * GitHub as a workflow's step sees it: GITHUB_TOKEN, GITHUB_REPOSITORY, and GITHUB_API_URL and GITHUB_SERVER_URL for a
 * GitHub Enterprise Server. The token is sent over TLS only, except to this machine.
 */
export function connectGitHub(env: Readonly<Record<string, string | undefined>>): Result<GitHub> {
  const settings = githubSettings(env);
  if (!settings.ok) return settings;
  const repository = repositoryOf(env);
  if (!repository.ok) return repository;
  const server = addressIn(env, 'GITHUB_SERVER_URL', PUBLIC_SERVER);
  if (!server.ok) return server;
  return succeed(openGitHub({ ...settings.value, serverUrl: server.value, repository: repository.value }));
}

/** How to ask GitHub's API with `GITHUB_TOKEN`. */
export function githubSettings(env: Readonly<Record<string, string | undefined>>): Result<RequestSettings> {
  const token = env.GITHUB_TOKEN ?? '';
  if (token === '') return fail('github-token-missing', { variable: 'GITHUB_TOKEN' });
  const api = addressIn(env, 'GITHUB_API_URL', PUBLIC_API);
  if (!api.ok) return api;
  // The pace of writes is GitHub's rule: a stand-in on this machine has none.
  const pace = isOnThisMachine(new URL(api.value)) ? { second: 5 } : {};
  return succeed({ baseUrl: api.value, token, totalTime: TOTAL_TIME, ...pace });
}

function addressIn(
  env: Readonly<Record<string, string | undefined>>,
  variable: 'GITHUB_API_URL' | 'GITHUB_SERVER_URL',
  usual: string,
): Result<string> {
  const { [variable]: given = '' } = env;
  if (given !== '' && !isSafe(given))
    return fail('github-environment', { variable, reason: 'it must be an https:// address' });
  return succeed((given === '' ? usual : given).replace(/\/+$/, ''));
}

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(url));
}

function isOnThisMachine({ hostname }: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
