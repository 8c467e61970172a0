import type { GitHubRepository, Grants, Token } from './github-repository.ts';

/** One request, already held against the description. */
interface Asked {
  readonly repository: GitHubRepository;
  readonly token: Token;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole list, of which the server answers a page. */
  readonly list?: { readonly items: readonly unknown[]; readonly as: string | null };
}

export interface Route {
  /** Any one of them suffices. */
  readonly needs: readonly Grants[];
  answer(asked: Asked): Answer;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function list(items: readonly unknown[], as: string | null = null): Answer {
  return { status: 200, list: { items, as } };
}

export function missing(): Answer {
  return refused(404, 'Not Found');
}

export function refused(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}
