import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { RepositoryName } from './port.ts';
import { githubRequests, nullIfNotFound, type RequestSettings } from './requests.ts';

// What is read of GitHub's answers, and no more. https://docs.github.com/en/rest
const repositoryAnswer = z.object({ default_branch: z.string(), fork: z.boolean() });
const branchAnswer = z
  .object({ commit: z.object({ sha: z.string(), commit: z.object({ tree: z.object({ sha: z.string() }) }) }) })
  .transform(({ commit }) => ({ commit: commit.sha, tree: commit.commit.tree.sha }));
/** A larger file has another encoding, and no content. */
const fileAnswer = z.object({ type: z.literal('file'), encoding: z.literal('base64'), content: z.string() });
const objectAnswer = z.object({ sha: z.string() });
const pullAnswer = z.object({ html_url: z.string() });

/** The newest commit of the default branch. */
interface Start {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
}

interface Proposal {
  readonly start: Start;
  /** A branch that does not exist yet. */
  readonly branch: string;
  /** The new text of each file that changes, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly title: string;
  readonly body: string;
}

/** Changes of files by pull request, for a token with `contents: write` and `pull-requests: write`. */
export interface ChangesPort {
  /** Where a change begins. Fails in a fork, whose pull requests get no plan. */
  start(): Promise<Result<Start>>;
  /** A file of a commit; null if there is none. */
  textAt(commit: string, path: string): Promise<Result<string | null>>;
  /** Commits the files to a new branch, and opens a pull request. Without one, the branch is deleted again. */
  propose(proposal: Proposal): Promise<Result<{ readonly url: string }>>;
}

const REPOSITORY = '/repos/{owner}/{repo}';

export function openChanges(settings: RequestSettings, { owner, name }: RepositoryName): ChangesPort {
  const requests = githubRequests(settings);
  const one = <T>(route: string, parameters: object, answer: z.ZodType<T>, once = false) =>
    requests.one(route, { owner, repo: name, ...parameters }, answer, { once });
  const branchOf = (branch: string) => one(`GET ${REPOSITORY}/branches/{branch}`, { branch }, branchAnswer);

  async function commit({ start, files, title }: Proposal): Promise<Result<string>> {
    const entries = Object.entries(files).map(([path, content]) => ({ path, mode: '100644', type: 'blob', content }));
    const tree = await one(`POST ${REPOSITORY}/git/trees`, { base_tree: start.tree, tree: entries }, objectAnswer);
    if (!tree.ok) return tree;
    const parts = { message: title, tree: tree.value.sha, parents: [start.commit] };
    const made = await one(`POST ${REPOSITORY}/git/commits`, parts, objectAnswer);
    return made.ok ? succeed(made.value.sha) : made;
  }

  return {
    async start() {
      const repository = await one(`GET ${REPOSITORY}`, {}, repositoryAnswer);
      if (!repository.ok) return repository;
      const { default_branch: branch, fork: isFork } = repository.value;
      if (isFork) return fail('repository-is-fork', { repository: `${owner}/${name}` });
      const newest = await branchOf(branch);
      return newest.ok ? succeed({ branch, ...newest.value }) : newest;
    },
    async textAt(ref, path) {
      const file = nullIfNotFound(await one(`GET ${REPOSITORY}/contents/{path}`, { path, ref }, fileAnswer));
      if (!file.ok) return file;
      const bytes = file.value === null ? null : Buffer.from(file.value.content, 'base64');
      if (bytes !== null && !isUtf8(bytes))
        return fail('github-unreadable', { request: path, reason: 'it is not UTF-8' });
      return succeed(bytes?.toString('utf8') ?? null);
    },
    async propose(proposal) {
      const { start, branch, title, body } = proposal;
      const known = nullIfNotFound(await branchOf(branch));
      if (!known.ok) return known;
      if (known.value !== null) return fail('branch-exists', { repository: `${owner}/${name}`, branch });
      const sha = await commit(proposal);
      if (!sha.ok) return sha;
      const ref = { ref: `refs/heads/${branch}`, sha: sha.value };
      const created = await one(`POST ${REPOSITORY}/git/refs`, ref, z.unknown(), true);
      if (!created.ok) return created;
      const opened = await one(
        `POST ${REPOSITORY}/pulls`,
        { title, body, head: branch, base: start.branch },
        pullAnswer,
        true,
      );
      if (opened.ok) return succeed({ url: opened.value.html_url });
      await one(`DELETE ${REPOSITORY}/git/refs/{ref}`, { ref: `heads/${branch}` }, z.unknown());
      return opened;
    },
  };
}
