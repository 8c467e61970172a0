import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling';
import type * as z from 'zod';
import { type Failed, fail, type Result, succeed } from '../diagnostics/failure.ts';

export interface RequestSettings {
  /** GITHUB_API_URL: `https://api.github.com`, or a GitHub Enterprise Server's `https://host/api/v3`. */
  readonly baseUrl: string;
  readonly token: string;
  /** How long all requests together may take, waiting included, in milliseconds. */
  readonly totalTime: number;
  /** What a second of waiting takes, in milliseconds; tests make it short. */
  readonly second?: number;
}

export interface Requests {
  readonly token: string;
  /** One request. `once`: it is not repeated when the answer is lost, since it may have been carried out. */
  one<T>(route: string, parameters: Parameters, answer: z.ZodType<T>, options?: { once?: boolean }): Promise<Result<T>>;
  /** Every page of a list, which is the page or its property `list`. */
  all<T>(
    route: string,
    parameters: Parameters,
    item: z.ZodType<T>,
    options?: { readonly list?: string },
  ): Promise<Result<readonly T[]>>;
  graphql<T>(query: string, variables: Parameters, answer: z.ZodType<T>): Promise<Result<T>>;
}

type Parameters = Readonly<Record<string, unknown>>;

const ATTEMPTS = 3;
/** Above this many pages something is wrong with the paging, or with us. */
const MOST_PAGES = 50;
const PAGE_SIZE = 100;
const API_VERSION = '2022-11-28';

/** Answers that another attempt does not change, and those that the throttling waits for. */
const WAITED_FOR_OR_FINAL = [400, 401, 403, 404, 409, 410, 422, 429, 451];

const Client = Octokit.plugin(retry, throttling);
let clients = 0;

/** GitHub's API, with repetitions and waits bounded, and every expected problem a typed failure. */
export function githubRequests(settings: RequestSettings): Requests {
  const second = settings.second ?? 1000;
  // Not AbortSignal.timeout: its error is taken for a lost connection by the plugin, and repeated.
  const overtime = new AbortController();
  const { signal } = overtime;
  setTimeout(() => overtime.abort(), settings.totalTime).unref();
  const deadline = Date.now() + settings.totalTime;
  // A wait that ends after the deadline is not begun: its failure says how long it would have been.
  const worthWaiting = (seconds: number, _options: unknown, _client: unknown, retries: number) =>
    retries < ATTEMPTS && Date.now() + seconds * second < deadline;
  clients += 1;
  const client = new Client({
    auth: settings.token,
    baseUrl: settings.baseUrl,
    userAgent: 'mturk-team',
    // The command prints what matters; the plugins' own lines may contain whole requests.
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retry: { retries: ATTEMPTS, retryAfterBaseValue: second, doNotRetry: WAITED_FOR_OR_FINAL },
    throttle: {
      id: String(clients),
      retryAfterBaseValue: second,
      fallbackSecondaryRateRetryAfter: 60,
      onRateLimit: worthWaiting,
      onSecondaryRateLimit: worthWaiting,
      ...(second === 1000 ? {} : { write: unpaced, notifications: unpaced }),
    },
  });

  const send = (route: string, parameters: Parameters, request: object = {}) =>
    client.request(route, {
      ...parameters,
      headers: { 'x-github-api-version': API_VERSION },
      request: { signal, ...request },
    });

  /** What `work` gives, with everything that GitHub or the connection may answer as a failure about `request`. */
  const attempt = async <T>(request: string, work: (request: string) => Promise<Result<T>>): Promise<Result<T>> => {
    try {
      return await work(request);
    } catch (error) {
      return failed(error, request, signal);
    }
  };

  return {
    token: settings.token,
    one: (route, parameters, answer, { once = false } = {}) =>
      attempt(pathOf(route, parameters), async (request) => {
        const { data } = await send(route, parameters, once ? { retries: 0 } : {});
        return readAs(answer, data, request);
      }),
    all: (route, parameters, item, { list } = {}) =>
      attempt(pathOf(route, parameters), async (request) => {
        const found: z.infer<typeof item>[] = [];
        for (let page = 1; page <= MOST_PAGES; page += 1) {
          const { data, headers } = await send(route, { ...parameters, per_page: PAGE_SIZE, page });
          const read = readAs(item.array(), list === undefined ? data : (data as Parameters)[list], request);
          if (!read.ok) return read;
          found.push(...read.value);
          // The address of the next page is ours: no answer can send the token elsewhere.
          if (!/rel="next"/.test(headers.link ?? '')) return succeed(found);
        }
        return fail('github-unreadable', { request, reason: `the list has more than ${MOST_PAGES} pages` });
      }),
    graphql: (query, variables, answer) =>
      attempt('POST /graphql', async (request) =>
        readAs(answer, await client.graphql(query, { ...variables, request: { signal } }), request),
      ),
  };
}

/** What may not be there: null if GitHub says so. */
export function nullIfNotFound<T>(answered: Result<T>): Result<T | null> {
  return !answered.ok && answered.failure.code === 'github-not-found' ? succeed(null) : answered;
}

/** The plugin keeps a second between writes, of which tests have hundreds. */
type Pace = NonNullable<ThrottlingOptions['write']>;
const schedule = async (_options: object, job: (...given: unknown[]) => unknown, ...given: unknown[]) => job(...given);
const unpaced = { key: (_id: string) => ({ schedule }) as ReturnType<Pace['key']> } as Pace;

function readAs<T>(answer: z.ZodType<T>, data: unknown, request: string): Result<T> {
  const read = answer.safeParse(data);
  if (read.success) return succeed(read.data);
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.');
  return fail('github-unreadable', { request, reason: `${where}: ${issue?.message ?? 'not readable'}` });
}

/** `GET /repos/ada/lab/issues`: what was asked, without the host and without the query. */
function pathOf(route: string, parameters: Parameters): string {
  return route.replace(/\{(\w+)\}/g, (whole, name: string) => (name in parameters ? String(parameters[name]) : whole));
}

interface ErrorFacts {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly errors?: readonly { readonly type?: unknown; readonly message?: unknown }[];
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

function failed(thrown: unknown, request: string, signal: AbortSignal): Failed {
  const error: ErrorFacts = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const reason = reasonOf(error);
  if (signal.aborted) return fail('github-unavailable', { request, reason: 'it took too long' });
  // Neither an answer nor a failed connection: a bug of ours.
  if (typeof error.status !== 'number' && !Array.isArray(error.errors)) throw thrown;
  const { status } = error;
  if (isRateLimit(error)) return fail('github-rate-limited', { request, seconds: secondsToWait(error) });
  if (typeof status !== 'number') {
    const denied = error.errors?.some(
      ({ type, message }) => type === 'FORBIDDEN' || /not accessible/i.test(String(message)),
    );
    return denied === true
      ? fail('github-denied', { request, status: 403, reason })
      : fail('github-refused', { request, status: 200, reason });
  }
  if (status === 401 || status === 403) return fail('github-denied', { request, status, reason });
  if (status === 404 || status === 410) return fail('github-not-found', { request });
  if (status >= 500) return fail('github-unavailable', { request, reason });
  return fail('github-refused', { request, status, reason });
}

/** GitHub's message without the address of its documentation and without its period. */
function reasonOf({ message, errors }: ErrorFacts): string {
  const words = errors?.map((each) => String(each.message)).join(', ') ?? String(message ?? 'no reason given');
  return words.replace(/ - https:\/\/\S+$/, '').replace(/\.$/, '');
}

function isRateLimit({ status, message, response, errors }: ErrorFacts): boolean {
  if (errors?.some(({ type }) => type === 'RATE_LIMITED') === true) return true;
  if (status === 429) return true;
  return (
    status === 403 &&
    (/\brate limit\b/i.test(String(message)) || String(response?.headers?.['x-ratelimit-remaining']) === '0')
  );
}

function secondsToWait({ response }: ErrorFacts): number | null {
  const after = Number(response?.headers?.['retry-after']);
  if (Number.isFinite(after)) return after;
  const reset = Number(response?.headers?.['x-ratelimit-reset']);
  return Number.isFinite(reset) ? Math.max(Math.ceil(reset - Date.now() / 1000), 0) : null;
}
