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

/** Fetches commits with their history into a bare repository of its own: nothing of a checkout is believed. */
export async function withHistory<T>(
  { serverUrl, token, repository: { owner, name } }: Origin,
  commits: readonly string[],
  use: (history: History) => Promise<Result<T>>,
): Promise<Result<T>> {
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-history-'));
  try {
    const git = gitIn(directory, {
      ...settingsOf({
        // As actions/checkout passes it: not as an argument, which every process could read.
        [`http.${serverUrl}/.extraheader`]: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
        'http.followRedirects': 'false',
      }),
    });
    const address = `${serverUrl}/${owner}/${name}.git`;
    const made = await git('init', '--quiet', '--bare', '--template=', directory);
    const fetched = made.ok ? await git('fetch', '--quiet', '--no-tags', address, ...commits) : made;
    if (!fetched.ok)
      return fail('github-unavailable', { request: `git fetch ${owner}/${name}`, reason: fetched.reason });
    return await use(historyIn(git));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Git = (
  ...args: readonly string[]
) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }>;

function historyIn(git: Git): History {
  const line = async (...args: readonly string[]) => {
    const answered = await git(...args);
    return answered.ok ? answered.text.trim() : '';
  };
  const parents = async (commit: string) =>
    COMMIT.test(commit)
      ? (await line('show', '--no-patch', '--format=%P', commit)).split(' ').filter((each) => COMMIT.test(each))
      : [];
  return {
    parents,
    async authoredAt(commit) {
      const seconds = await line('show', '--no-patch', '--format=%at', commit);
      return /^\d+$/.test(seconds) ? seconds : null;
    },
    isWithin: async (one, other) =>
      COMMIT.test(one) && COMMIT.test(other) && (await git('merge-base', '--is-ancestor', one, other)).ok,
    async textAt(commit, path) {
      const answered = await git('cat-file', 'blob', `${commit}:${path}`);
      return answered.ok ? answered.text : null;
    },
    async isCleanMerge(commit) {
      const both = await parents(commit);
      if (both.length !== 2) return false;
      // It fails at a conflict, and where Git is older than 2.38.
      const tree = await line('merge-tree', '--write-tree', ...both);
      return tree !== '' && tree === (await line('rev-parse', `${commit}^{tree}`));
    },
  };
}

/** Git with no settings but these: neither the user's nor the machine's. */
function gitIn(directory: string, settings: Readonly<Record<string, string>>): Git {
  const env = {
    ...process.env,
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...settings,
  };
  return (...args) =>
    new Promise((resolve) => {
      execFile('git', args, { env, timeout: TIME, maxBuffer: LARGEST_OUTPUT }, (error, text, errors) => {
        const words = errors.trim().split('\n').at(-1) ?? '';
        resolve(error === null ? { ok: true, text } : { ok: false, reason: words === '' ? error.message : words });
      });
    });
}

/** Settings for Git as variables: https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT */
function settingsOf(settings: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(settings);
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(pairs.length)],
    ...pairs.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
