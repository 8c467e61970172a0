import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { repositoryOf } from './event.ts';
import { openGitHub } from './octokit.ts';
import type { GitHub } from './port.ts';

/** Milliseconds; below the five minutes that the jobs may take. */
const TOTAL_TIME = 180_000;
const PUBLIC_API = 'https://api.github.com';

/**
 * GitHub as a workflow's step sees it: GITHUB_TOKEN, GITHUB_REPOSITORY, and GITHUB_API_URL for a
 * GitHub Enterprise Server. The token is sent over TLS only, except to this machine.
 */
export function connectGitHub(env: Readonly<Record<string, string | undefined>>): Result<GitHub> {
  const token = env.GITHUB_TOKEN ?? '';
  if (token === '') return fail('github-token-missing', { variable: 'GITHUB_TOKEN' });
  const repository = repositoryOf(env);
  if (!repository.ok) return repository;
  const given = env.GITHUB_API_URL === undefined || env.GITHUB_API_URL === '' ? PUBLIC_API : env.GITHUB_API_URL;
  if (!isSafe(given)) {
    return fail('github-environment', { variable: 'GITHUB_API_URL', reason: 'it must be an https:// address' });
  }
  const baseUrl = given.replace(/\/+$/, '');
  return succeed(openGitHub({ baseUrl, token, totalTime: TOTAL_TIME, repository: repository.value }));
}

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}
