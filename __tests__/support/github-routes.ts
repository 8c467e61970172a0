import { type Answer, list, missing, ok, type Route, refused } from './github-answers.ts';
import {
  account,
  commentBody,
  eventBody,
  issueBody,
  pullBody,
  reviewBody,
  runBody,
  workflowBody,
} from './github-bodies.ts';
import { CHANGES_ROUTES } from './github-changes.ts';
import type { GitHubRepository, Grants, Pull, Run, Thread } from './github-repository.ts';
import { SETTINGS_ROUTES } from './github-settings.ts';

const LONGEST_BODY = 65_536;
const READ_THREADS: readonly Grants[] = [{ issues: 'read' }, { pull_requests: 'read' }];
const WRITE_THREADS: readonly Grants[] = [{ issues: 'write' }, { pull_requests: 'write' }];

/** What the stand-in can do, by the description's own names. Any other route is a mistake of the caller. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /user': {
    needs: [{}],
    answer: ({ token }) =>
      token.kind === 'installation' ? refused(403, 'Resource not accessible by integration') : ok(account(token.login)),
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: READ_THREADS,
    answer: ({ repository, params }) =>
      thread(repository, params.issue_number, () =>
        list(repository.commentsOf(Number(params.issue_number)).map((each) => commentBody(repository, each))),
      ),
  },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: WRITE_THREADS,
    answer: ({ repository, params, body, token }) =>
      thread(
        repository,
        params.issue_number,
        ({ number }) =>
          tooLong(body.body) ?? {
            status: 201,
            body: commentBody(repository, repository.comment(number, token.login, String(body.body))),
          },
      ),
  },
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: WRITE_THREADS,
    answer: ({ repository, params, body, token }) => {
      const found = repository.comments.find(({ id }) => id === Number(params.comment_id));
      if (found === undefined) return missing();
      if (found.author !== token.login && token.grants.contents !== 'write')
        return refused(403, 'Must have admin rights to Repository.');
      const long = tooLong(body.body);
      if (long !== null) return long;
      found.body = String(body.body);
      found.updatedAt = repository.now();
      return ok(commentBody(repository, found));
    },
  },
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': {
    needs: [{ pull_requests: 'read' }],
    answer: ({ repository, params: { commit_sha: commit = '' } }) =>
      list(
        pullsOf(repository)
          .filter(
            ({ head, merged }) =>
              merged?.commit === commit || head.sha === commit || repository.historyOf(head.sha).has(commit),
          )
          .map((each) => pullBody(repository, each)),
      ),
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': {
    needs: [{ pull_requests: 'read' }],
    answer: ({ repository, params }) => {
      const found = pullsOf(repository).find(({ number }) => number === Number(params.pull_number));
      return found === undefined
        ? missing()
        : ok({
            ...pullBody(repository, found),
            merged: found.merged !== null,
            merged_by: found.merged === null ? null : account(found.merged.by),
          });
    },
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}/events': {
    needs: READ_THREADS,
    answer: ({ repository, params }) =>
      thread(repository, params.issue_number, ({ number }) =>
        list(repository.events.filter(({ pull }) => pull === number).map((each) => eventBody(repository, each))),
      ),
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': {
    needs: [{ pull_requests: 'read' }],
    answer: ({ repository, params }) =>
      list(
        repository.reviews
          .filter(({ pull }) => pull === Number(params.pull_number))
          .map((each) => reviewBody(repository, each)),
      ),
  },
  'GET /users/{username}': {
    needs: [{}],
    answer: ({ params: { username = '' } }) => ok(account(username)),
  },
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': {
    needs: [{ actions: 'read' }],
    answer: ({ repository, params, query }) => {
      const known = [...repository.workflows, ...repository.runs];
      if (!known.some(({ path }) => path.endsWith(`/${params.workflow_id}`))) return missing();
      const found = repository.runs.filter(
        (run) =>
          run.path.endsWith(`/${params.workflow_id}`) &&
          (query.get('event') ?? run.event) === run.event &&
          (query.get('head_sha') ?? run.headSha) === run.headSha &&
          (query.get('branch') ?? run.headBranch) === run.headBranch &&
          (query.get('status') === null || [run.status, run.conclusion].includes(query.get('status') as Run['status'])),
      );
      return list(
        found.sort((a, b) => b.id - a.id).map((each) => runBody(repository, each)),
        'workflow_runs',
      );
    },
  },
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}': {
    needs: [{ actions: 'read' }],
    answer: ({ repository, params }) => {
      const found = repository.workflows.find(({ path }) => path.endsWith(`/${params.workflow_id}`));
      return found === undefined ? missing() : ok(workflowBody(repository, found));
    },
  },
  'GET /repos/{owner}/{repo}/issues': {
    needs: [{ issues: 'read' }],
    answer: ({ repository, query }) => {
      const state = query.get('state') ?? 'open';
      const labels = query.get('labels')?.split(',') ?? [];
      const found = [...repository.threads.values()].filter(
        (each) =>
          (state === 'all' || each.state === state) &&
          labels.every((label) => each.labels.includes(label)) &&
          (query.get('creator') ?? each.author) === each.author,
      );
      const newest =
        query.get('sort') === 'updated'
          ? (each: Thread) => each.updatedAt
          : (each: Thread) => String(each.number).padStart(9, '0');
      return list(found.sort((a, b) => (newest(a) < newest(b) ? 1 : -1)).map((each) => issueBody(repository, each)));
    },
  },
  'POST /repos/{owner}/{repo}/issues': {
    needs: [{ issues: 'write' }],
    answer: ({ repository, body, token }) => {
      const labels = (body.labels ?? []) as readonly string[];
      const issue = () =>
        repository.openIssue({ author: token.login, title: String(body.title), body: String(body.body), labels });
      return tooLong(body.body) ?? { status: 201, body: issueBody(repository, issue()) };
    },
  },
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}': {
    needs: WRITE_THREADS,
    answer: ({ repository, params, body }) =>
      thread(repository, params.issue_number, (found) => {
        const long = tooLong(body.body);
        if (long !== null) return long;
        if (typeof body.title === 'string') found.title = body.title;
        if (typeof body.body === 'string') found.body = body.body;
        if (body.state === 'open' || body.state === 'closed') found.state = body.state;
        found.updatedAt = repository.now();
        return ok(issueBody(repository, found));
      }),
  },
  ...SETTINGS_ROUTES,
  ...CHANGES_ROUTES,
};

/** GitHub counts characters. */
function tooLong(text: unknown): Answer | null {
  if (typeof text !== 'string' || [...text].length <= LONGEST_BODY) return null;
  const errors = [
    {
      resource: 'IssueComment',
      code: 'unprocessable',
      field: 'data',
      message: `body is too long (maximum is ${LONGEST_BODY} characters)`,
    },
  ];
  return {
    status: 422,
    body: { message: 'Validation Failed', errors, documentation_url: 'https://docs.github.com/rest' },
  };
}

function thread(repository: GitHubRepository, number: string | undefined, then: (found: Thread) => Answer): Answer {
  const found = repository.threads.get(Number(number));
  return found === undefined ? missing() : then(found);
}

function pullsOf(repository: GitHubRepository): Pull[] {
  return [...repository.threads.values()].filter((each): each is Pull => 'head' in each);
}
