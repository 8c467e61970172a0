import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { RepositoryName } from './port.ts';

/**
 * The fields read of an event. Titles, branch names and texts are untrusted, and not read at all.
 */
const repository = z.object({ id: z.number(), full_name: z.string() });
const sha = z.string().regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/);

const pullRequestEvent = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    head: z.object({ sha, repo: repository.nullable() }),
    base: z.object({ sha, ref: z.string(), repo: repository }),
  }),
});

const anyEvent = z.object({ repository: z.object({ default_branch: z.string().min(1) }) });

/** The pull request that a workflow runs for. */
export interface PullRequestEvent {
  readonly number: number;
  readonly head: string;
  /** Whether it comes from another repository: then the token is read-only. */
  readonly fromFork: boolean;
}

/** The pull request in GITHUB_EVENT_PATH. */
export function pullRequestOfEvent(env: NodeJS.ProcessEnv): Result<PullRequestEvent> {
  const event = readEvent(env);
  if (!event.ok) return event;
  const read = pullRequestEvent.safeParse(event.value);
  if (!read.success) return unusable(`it is not about a pull request${kindOf(env)}`);
  const { number, head, base } = read.data.pull_request;
  return succeed({ number, head: head.sha, fromFork: head.repo?.id !== base.repo.id });
}

/** The repository's default branch, `main` if the event does not name it. */
export function defaultBranchOfEvent(env: NodeJS.ProcessEnv): string {
  const event = readEvent(env);
  const read = event.ok ? anyEvent.safeParse(event.value) : null;
  return read?.success === true ? read.data.repository.default_branch : 'main';
}

/** Owner and name out of GITHUB_REPOSITORY. */
export function repositoryOf(env: NodeJS.ProcessEnv): Result<RepositoryName> {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(env.GITHUB_REPOSITORY ?? '') ?? [];
  if (owner !== undefined && name !== undefined) return succeed({ owner, name });
  return fail('github-environment', { variable: 'GITHUB_REPOSITORY', reason: 'it must be owner/name' });
}

function readEvent(env: NodeJS.ProcessEnv): Result<unknown> {
  const path = env.GITHUB_EVENT_PATH;
  if (path === undefined || path === '') return unusable('it is not set');
  try {
    return succeed(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return unusable('the file cannot be read as JSON');
  }
}

function kindOf({ GITHUB_EVENT_NAME: name }: NodeJS.ProcessEnv): string {
  return name === undefined || name === '' ? '' : `, but "${name}"`;
}

function unusable(reason: string) {
  return fail('github-environment', { variable: 'GITHUB_EVENT_PATH', reason });
}
