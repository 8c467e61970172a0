import type { Failure, Result } from '../../src/diagnostics/failure.ts';
import { type GitHubSettings, openGitHub } from '../../src/github/client.ts';
import type { GitHub } from '../../src/github/port.ts';
import { GitHubRepository } from './github-repository.ts';
import { type GitHubServer, startGitHub } from './github-server.ts';

/** Forty hex digits out of one. */
export function sha(digit: string): string {
  return digit.repeat(40);
}

/**
 * A stand-in for GitHub for each test, and clients for it whose seconds are short. After each test nothing may have
 * been asked or answered that GitHub's descriptions do not have; `expectViolations` is for tests of exactly that.
 */
export function githubInTest(options: { readonly enterprise?: boolean } = {}) {
  let server: GitHubServer | null = null;
  let expected = false;
  beforeEach(async () => {
    expected = false;
    server = await startGitHub(new GitHubRepository(), options);
  });
  afterEach(async () => {
    await server?.close();
    if (!expected) expect(server?.violations).toEqual([]);
  });
  const running = (): GitHubServer => {
    if (server === null) throw new Error('the server runs within tests only');
    return server;
  };
  return {
    server: running,
    repository: () => running().repository,
    client(given: Partial<GitHubSettings> = {}): GitHub {
      const repository = { owner: 'perception', name: 'lab' };
      return openGitHub({
        baseUrl: running().url,
        serverUrl: running().environment().GITHUB_SERVER_URL ?? '',
        token: 'job-token',
        totalTime: 10_000,
        second: 5,
        repository,
        ...given,
      });
    },
    expectViolations(): void {
      expected = true;
    },
  };
}

/** The value, or a failed test that says why there is none. */
export function obtained<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

export function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error(`it went well: ${JSON.stringify(result.value)}`);
  return result.failure;
}
