import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, type Result } from '../diagnostics/failure.ts';
import type { History, RepositoryName } from './port.ts';

interface Origin {
  readonly serverUrl: string;
  readonly token: string;
  readonly repository: RepositoryName;
}

/** Milliseconds for one call of Git; a lab's history is small. */
const TIME = 120_000;
const LARGEST_OUTPUT = 16 * 1024 * 1024;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Fetches a commit with its history into a bare repository of its own: nothing of a checkout is believed. */
export async function withHistory<T>(
  { serverUrl, token, repository: { owner, name } }: Origin,
  commit: string,
  use: (history: History) => Promise<Result<T>>,
): Promise<Result<T>> {
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-history-'));
  try {
    // As actions/checkout passes the token: not as an argument, which every process could read.
    const secret = Buffer.from(`x-access-token:${token}`).toString('base64');
    const git = gitIn(directory, {
      [`http.${serverUrl}/.extraheader`]: `AUTHORIZATION: basic ${secret}`,
      'http.followRedirects': 'false',
    });
    const fetch = (sha: string) => git('fetch', '--quiet', '--no-tags', `${serverUrl}/${owner}/${name}.git`, sha);
    const made = await git('init', '--quiet', '--bare', '--template=', directory);
    const fetched = made.ok ? await fetch(commit) : made;
    if (!fetched.ok)
      return fail('github-unavailable', { request: `git fetch ${owner}/${name}`, reason: fetched.reason });
    return await use(historyIn(git, fetch));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };
type Git = (...args: readonly string[]) => Promise<Answer>;

function historyIn(git: Git, fetch: (sha: string) => Promise<Answer>): History {
  const treeOf = async (commit: string) => {
    if (!COMMIT.test(commit)) return null;
    const tree = () => git('rev-parse', '--verify', '--quiet', `${commit}^{tree}`);
    const known = await tree();
    // No branch may have the head of a pull request that was squashed.
    const found = known.ok || !(await fetch(commit)).ok ? known : await tree();
    return found.ok ? found.text.trim() : null;
  };
  return {
    async firstParents(commit) {
      const answered = await git('rev-list', '--first-parent', commit);
      if (!answered.ok) throw new Error(answered.reason);
      return answered.text.trim().split('\n');
    },
    differs: async (one, other, paths) => !(await git('diff-tree', '--quiet', one, other, '--', ...paths)).ok,
    async hasSameTree(one, other) {
      const tree = await treeOf(one);
      return tree !== null && tree === (await treeOf(other));
    },
    isWithin: async (one, other) => (await git('merge-base', '--is-ancestor', one, other)).ok,
    async textAt(commit, path) {
      const answered = await git('cat-file', 'blob', `${commit}:${path}`);
      return answered.ok ? answered.text : null;
    },
  };
}

/** Git with no settings but these, which are given as variables: neither the user's nor the machine's. */
function gitIn(directory: string, settings: Readonly<Record<string, string>>): Git {
  const pairs = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const env = {
    ...process.env,
    ...{ GIT_DIR: directory, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', GIT_CONFIG_COUNT: String(Object.keys(settings).length) },
    ...Object.fromEntries(pairs),
  };
  return (...args) =>
    new Promise((resolve) => {
      execFile('git', args, { env, timeout: TIME, maxBuffer: LARGEST_OUTPUT }, (error, text, errors) => {
        const words = errors.trim().split('\n').at(-1) ?? '';
        resolve(error === null ? { ok: true, text } : { ok: false, reason: words === '' ? error.message : words });
      });
    });
}
