import { execFileSync } from 'node:child_process';
import { missing, ok, type Route, refused } from './github-answers.ts';
import { pullBody } from './github-bodies.ts';
import type { GitHubRepository } from './github-repository.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const READ = [{ contents: 'read' }] as const;
const WRITE = [{ contents: 'write' }] as const;

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** What a change by pull request asks, of the Git repository that the test serves. */
export const CHANGES_ROUTES: Readonly<Record<string, Route>> = {
  [`GET ${REPOSITORY}/branches/{branch}`]: {
    needs: READ,
    answer: ({ repository, params: { branch = '' } }) => {
      const sha = repository.branches.get(branch);
      if (sha === undefined) return missing();
      const tree = git(repository, ['rev-parse', `${sha}^{tree}`]).trim();
      return ok({ name: branch, commit: { sha, commit: { tree: { sha: tree } } } });
    },
  },
  [`GET ${REPOSITORY}/contents/{path}`]: {
    needs: READ,
    answer: ({ repository, params: { path = '' }, query }) => {
      const named = query.get('ref') ?? '';
      const ref = repository.branches.get(named) ?? named;
      const [, , size] = git(repository, ['ls-tree', '--long', ref, path]).split(/\s+/).slice(1);
      if (size === undefined) return missing();
      const content = git(repository, ['cat-file', 'blob', `${ref}:${path}`], '', 'base64');
      return ok({ type: 'file', encoding: 'base64', size: Number(size), name: path, path, content });
    },
  },
  [`POST ${REPOSITORY}/git/trees`]: {
    needs: WRITE,
    answer: ({ repository, body }) => {
      const lines = (body.tree as readonly TreeEntry[]).map(({ path, mode, content }) => {
        return `${mode} ${git(repository, ['hash-object', '-w', '--stdin'], content).trim()}\t${path}\n`;
      });
      const index = ['-c', `core.worktree=${repository.git}`];
      git(repository, [...index, 'read-tree', String(body.base_tree)]);
      git(repository, [...index, 'update-index', '--add', '--index-info'], lines.join(''));
      return { status: 201, body: { sha: git(repository, [...index, 'write-tree']).trim() } };
    },
  },
  [`POST ${REPOSITORY}/git/commits`]: {
    needs: WRITE,
    answer: ({ repository, token, body }) => {
      const parents = (body.parents as readonly string[]).flatMap((parent) => ['-p', parent]);
      const person = ['-c', `user.name=${token.login}`, '-c', 'user.email=a@b.c'];
      const args = [...person, 'commit-tree', String(body.tree), ...parents, '-m', String(body.message)];
      return { status: 201, body: { sha: git(repository, args).trim() } };
    },
  },
  [`POST ${REPOSITORY}/git/refs`]: {
    needs: WRITE,
    answer: ({ repository, body }) => {
      const branch = String(body.ref).replace('refs/heads/', '');
      if (repository.branches.has(branch)) return refused(422, 'Reference already exists');
      repository.push(branch, String(body.sha));
      return { status: 201, body: { ref: body.ref, object: { type: 'commit', sha: body.sha } } };
    },
  },
  [`DELETE ${REPOSITORY}/git/refs/{ref}`]: {
    needs: WRITE,
    answer: ({ repository, params: { ref = '' } }) => {
      repository.push(ref.replace('heads/', ''), null);
      return { status: 204 };
    },
  },
  [`POST ${REPOSITORY}/pulls`]: {
    needs: [{ pull_requests: 'write' }],
    answer: ({ repository, token, body }) => {
      const ref = String(body.head);
      const head = repository.branches.get(ref) ?? '';
      const pull = repository.openPull({
        author: token.login,
        head,
        ref,
        title: String(body.title),
        base: String(body.base),
      });
      pull.body = String(body.body);
      const url = `https://github.com/${repository.fullName}/pull/${pull.number}`;
      return { status: 201, body: { ...pullBody(repository, pull), html_url: url } };
    },
  },
};

function git(repository: GitHubRepository, args: readonly string[], input = '', encoding: 'utf8' | 'base64' = 'utf8') {
  return execFileSync('git', args, { cwd: repository.git ?? '', input, encoding, stdio: ['pipe', 'pipe', 'ignore'] });
}
