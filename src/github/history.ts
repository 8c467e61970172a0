import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, type Result } from '../diagnostics/failure.ts';
import { type Git, isolatedGit } from './git.ts';
import type { History, RepositoryName } from './port.ts';

interface Origin {
  readonly serverUrl: string;
  readonly token: string;
  readonly repository: RepositoryName;
}

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
    const git = isolatedGit(directory, {
      [`http.${serverUrl}/.extraheader`]: `AUTHORIZATION: basic ${secret}`,
      'http.followRedirects': 'false',
    });
    const fetch = (sha: string, ...filter: readonly string[]) =>
      git('fetch', '--quiet', '--no-tags', ...filter, `${serverUrl}/${owner}/${name}.git`, sha);
    const made = await git('init', '--quiet', '--bare', '--template=', directory);
    const fetched = made.ok ? await fetch(commit) : made;
    if (!fetched.ok)
      return fail('github-unavailable', { request: `git fetch ${owner}/${name}`, reason: fetched.reason });
    // Of heads the commits alone: no one reviewed what earlier ones held. Git would fetch the rest when it is read.
    const reading = isolatedGit(directory, { 'protocol.allow': 'never' });
    return await use(historyIn(reading, (sha) => fetch(sha, '--filter=tree:0')));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function historyIn(git: Git, fetch: (sha: string) => ReturnType<Git>): History {
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
      const answered = await git('rev-list', '--first-parent', '--parents', commit);
      if (!answered.ok) throw new Error(answered.reason);
      const lines = answered.text.trim().split('\n');
      return lines.map((line) => {
        const [each = '', ...parents] = line.split(' ');
        return { commit: each, parents };
      });
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
