import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './github-answers.ts';
import { completeAnswer, operationOf, requestProblems } from './github-description.ts';
import { answerQuery } from './github-graphql.ts';
import { GitHubRepository, type Grants, type Token } from './github-repository.ts';
import { ROUTES } from './github-routes.ts';

/** A request as it arrived and what became of it. */
interface Seen {
  readonly method: string;
  /** Below the API's base, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
}

/** How a request goes wrong. */
interface Trouble {
  /** `POST /repos/perception/lab/issues/7/comments`, from its beginning. */
  readonly when: string | RegExp;
  /** How often; once where it is not said. */
  readonly times?: number;
  /** 0: the connection is cut. */
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** It is carried out first, and the answer is lost. */
  readonly carriedOut?: boolean;
  readonly body?: unknown;
}

export interface GitHubServer {
  /** For GITHUB_API_URL. */
  readonly url: string;
  readonly repository: GitHubRepository;
  readonly requests: readonly Seen[];
  /** What was not as GitHub's published descriptions have it, of requests and of this server's own answers. */
  readonly violations: readonly string[];
  /** Bytes that Git got. */
  readonly gitBytes: number;
  trouble(trouble: Trouble): void;
  /** Requests that changed something. */
  writes(): readonly Seen[];
  /** The variables that GitHub Actions would set, with a token that stands for this server. */
  environment(token?: string): Record<string, string>;
  close(): Promise<void>;
}

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/**
 * GitHub on a loopback port. `enterprise` puts the API below `/api/v3`, as GitHub Enterprise Server does. Every request
 * is held against the published OpenAPI description (or GraphQL schema) first: one that does not fit is answered 400,
 * and stands in `violations`, which a test expects to be empty.
 */
export async function startGitHub(
  repository = new GitHubRepository(),
  options: { readonly enterprise?: boolean } = {},
): Promise<GitHubServer> {
  const requests: Seen[] = [];
  const violations: string[] = [];
  let gitBytes = 0;
  const troubles: { trouble: Trouble; left: number }[] = [];
  const base = options.enterprise === true ? '/api/v3' : '';
  const graphqlPath = options.enterprise === true ? '/api/graphql' : '/graphql';

  const api = await listen((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      violations.push(`the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"stand-in"}');
    });
  });
  const url = `${api.url}${base}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', api.url);
    const method = request.method ?? 'GET';
    if (target.pathname.startsWith(`/${repository.fullName}.git/`)) {
      gitBytes += await serveGit(repository, request, response);
      return;
    }
    const text = await textOf(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const path = target.pathname.startsWith(base) ? target.pathname.slice(base.length) : target.pathname;
    const trouble = takeTrouble(method, path);
    let answer: Answer | null = null;
    if (trouble === null || trouble.carriedOut === true) {
      answer = await answerTo(request, method, target, path, body);
    }
    if (trouble !== null) answer = troubled(trouble);
    const status = answer?.status ?? 500;
    requests.push({ method, path, query: Object.fromEntries(target.searchParams), body, status });
    if (status === 0) return void response.destroy();
    const headers = { 'content-type': 'application/json; charset=utf-8', ...answer?.headers };
    response.writeHead(status, headers).end(answer?.body === undefined ? '' : JSON.stringify(answer.body));
  }

  async function answerTo(
    request: IncomingMessage,
    method: string,
    target: URL,
    path: string,
    body: unknown,
  ): Promise<Answer> {
    const token = repository.tokens.get(tokenOf(request));
    if (token === undefined)
      return { status: 401, body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' } };
    if (target.pathname === graphqlPath && method === 'POST') return answerGraphql(token, body);
    const operation = operationOf(method, path);
    if (operation === null) return violated(`${method} ${path}: no such operation among those that the tests use`);
    const problems = requestProblems(operation, target.searchParams, body);
    if (!String(request.headers.accept).startsWith('application/vnd.github'))
      problems.push('header accept: not of GitHub');
    if (problems.length > 0) return violated(`${method} ${path}: ${problems.join('; ')}`);
    const { owner, repo } = operation.params;
    if (owner !== undefined && (owner !== repository.owner || repo !== repository.name))
      return { status: 404, body: { message: 'Not Found' } };
    const route = ROUTES[operation.name];
    if (route === undefined) return violated(`${operation.name}: the stand-in does not know it`);
    if (!route.needs.some((needs) => allows(token.grants, needs))) {
      return {
        status: 403,
        body: { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest' },
      };
    }
    const given = route.answer({
      repository,
      token,
      params: operation.params,
      query: target.searchParams,
      body: (body ?? {}) as Record<string, unknown>,
    });
    const paged = given.list === undefined ? given : page(given, target, `${url}${path}`);
    if (paged.status >= 300) return paged;
    const whole = completeAnswer(operation, paged.status, paged.body);
    violations.push(...whole.problems.map((problem) => `answer to ${operation.name}: ${problem}`));
    return { ...paged, body: whole.body };
  }

  async function answerGraphql(token: Token, body: unknown): Promise<Answer> {
    const { query, variables, ...others } = body as { query: string; variables?: Record<string, unknown> };
    if (Object.keys(others).length > 0) return violated(`graphql: ${Object.keys(others).join(', ')}`);
    const result = await answerQuery(repository, token, query, variables ?? {});
    // An error without a path is one of the query itself.
    const wrong = result.errors?.filter(({ path }) => path === undefined).map(({ message }) => message) ?? [];
    violations.push(...wrong.map((message) => `graphql: ${message}`));
    return { status: 200, body: result };
  }

  function violated(problem: string): Answer {
    violations.push(problem);
    return { status: 400, body: { message: problem } };
  }

  function takeTrouble(method: string, path: string): Trouble | null {
    const line = `${method} ${path}`;
    const found = troubles.find(
      ({ trouble: { when }, left }) => left > 0 && (typeof when === 'string' ? line.startsWith(when) : when.test(line)),
    );
    if (found === undefined) return null;
    found.left -= 1;
    return found.trouble;
  }

  return {
    url,
    repository,
    requests,
    violations,
    get gitBytes() {
      return gitBytes;
    },
    trouble: (trouble) => void troubles.push({ trouble, left: trouble.times ?? 1 }),
    writes: () => requests.filter(({ method, body, status }) => status < 300 && method !== 'GET' && !isQuery(body)),
    environment: (token = 'job-token') => ({
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: url,
      GITHUB_SERVER_URL: api.url,
      GITHUB_REPOSITORY: repository.fullName,
      GITHUB_TOKEN: token,
    }),
    close: api.close,
  };
}

/**
 * Git over HTTP by Git's own program, for a token that may read contents; the bytes that were sent.
 * https://git-scm.com/docs/git-http-backend
 */
async function serveGit(
  repository: GitHubRepository,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number> {
  const [, credentials = ''] = /^basic (.*)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [user, token = ''] = Buffer.from(credentials, 'base64').toString().split(':');
  const grants = user === 'x-access-token' ? repository.tokens.get(token)?.grants : undefined;
  if (grants === undefined || !allows(grants, { contents: 'read' }) || repository.git === null) {
    response.writeHead(grants === undefined ? 401 : 403).end();
    return 0;
  }
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: repository.git,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname.slice(`/${repository.fullName}.git`.length),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  const answer = await textOf(backend.stdout, 'latin1');
  const end = answer.indexOf('\r\n\r\n');
  const headers = Object.fromEntries(
    answer
      .slice(0, end)
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers);
  response.end(Buffer.from(answer.slice(end + 4), 'latin1'));
  return answer.length;
}

function isQuery(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'query' in body && !String(body.query).startsWith('mutation');
}

function tokenOf(request: IncomingMessage): string {
  return (request.headers.authorization ?? '').replace(/^(token|bearer) /i, '');
}

function allows(grants: Grants, needs: Grants): boolean {
  return Object.entries(needs).every(([scope, level]) => {
    const given = grants[scope as keyof Grants];
    return given === 'write' || given === level;
  });
}

function page(answer: Answer, target: URL, address: string): Answer {
  const { items, as } = answer.list ?? { items: [], as: null };
  const size = Math.min(Number(target.searchParams.get('per_page') ?? DEFAULT_PAGE), LARGEST_PAGE);
  const number = Math.max(Number(target.searchParams.get('page') ?? 1), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const shown = items.slice((number - 1) * size, number * size);
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(target.searchParams);
    query.set('page', String(to));
    return `<${address}?${query}>; rel="${rel}"`;
  };
  const links = number < last ? [link(number + 1, 'next'), link(last, 'last')] : number > 1 ? [link(1, 'first')] : [];
  const body = as === null ? shown : { total_count: items.length, [as]: shown };
  return { status: 200, body, headers: links.length === 0 ? {} : { link: links.join(', ') } };
}

function troubled({ status, message, headers, body }: Trouble): Answer {
  return {
    status,
    headers,
    body: body ?? { message: message ?? 'Server Error', documentation_url: 'https://docs.github.com/rest' },
  };
}

async function textOf(stream: AsyncIterable<unknown>, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString(encoding);
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
