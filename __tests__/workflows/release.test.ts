import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testInTurn } from '../support/exhaustive.ts';
import { GitHubRepository } from '../support/github-repository.ts';
import { runWorkflow } from './run-workflow.ts';
import { standIns } from './stand-ins.ts';
import { readWorkflow } from './workflow-file.ts';

const REPOSITORY = 'mturk-tools/mturk-team';
const PATH = '.github/workflows/release.yml';
const SOURCES = [
  ...['src', 'scripts', 'docs', '.github/workflows', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc'],
  ...['.gitignore', 'team.yaml', 'team.schema.json', 'README.md', 'LICENSE'],
];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mturk-team-release-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync('git', ['-C', join(directory, 'repository'), ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

function program(name: string, script: string): void {
  const file = join(directory, 'bin', name);
  writeFileSync(file, `#!/bin/bash\nset -e\n${script}\n`);
  chmodSync(file, 0o755);
}

testInTurn(3)('a release is a commit with the built tool, which a tag names, and a package that knows it', async () => {
  for (const source of SOURCES) cpSync(source, join(directory, 'repository', source), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  for (const [key, value] of [
    ...[['user.name', 'A test'] as const, ['user.email', 'test@example.invalid'] as const],
    ['uploadpack.allowAnySHA1InWant', 'true'] as const,
  ])
    git('config', key, value);
  git('add', '.');
  git('commit', '--quiet', '-m', 'The tool');
  const main = git('rev-parse', 'main');

  mkdirSync(join(directory, 'bin'));
  const npm = execFileSync('bash', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  program('npm', `if [ "$1" = ci ]; then exec ln -s '${resolve('node_modules')}' node_modules; fi\nexec '${npm}' "$@"`);
  program('gh', `printf '%s\\n' "$@" > '${directory}/gh.txt'\ncp package/*.tgz '${directory}/'`);
  const repository = new GitHubRepository();
  const attested: string[] = [];
  const source = { repository: REPOSITORY, path: PATH, ref: 'refs/heads/main', sha: main };
  const run = await runWorkflow({
    source,
    read: () => readWorkflow(PATH),
    github: { ref: source.ref, sha: main, repository: REPOSITORY, event: {}, run_attempt: 1 },
    uses: {
      ...standIns({
        ...{ repository, run: 1, become: async () => null, tofu: '' },
        origins: { [repository.fullName]: join(directory, 'repository') },
      }),
      'actions/attest-build-provenance': (inputs) => {
        attested.push(inputs['subject-path'] ?? '');
        return {};
      },
    },
    directory: join(directory, 'run'),
    environment: { PATH: `${join(directory, 'bin')}:${process.env.PATH}`, GITHUB_REPOSITORY: REPOSITORY },
    tokenFor: () => 'none',
  });
  if (run.conclusion !== 'success') throw new Error(run.log);

  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const commit = git('rev-parse', `v${version}`);
  expect(git('rev-parse', `${commit}^`)).toBe(main);
  expect(git('rev-parse', 'main')).toBe(main);
  expect(git('diff', '--name-only', main, commit).split('\n')).toEqual(['dist/emulator.cjs', 'dist/mturk-team.cjs']);
  expect(git('rev-parse', `${commit}:dist/mturk-team.cjs`)).toBe(git('hash-object', resolve('dist/mturk-team.cjs')));

  const tarball = join(directory, `mturk-team-${version}.tgz`);
  const packed = (path: string) =>
    JSON.parse(execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' }));
  expect(packed('dist/release.json')).toEqual({ version, repository: REPOSITORY, commit });
  expect(Object.keys(packed('package.json'))).not.toContain('scripts');
  expect(attested).toEqual(['dist/*.cjs\npackage/*.tgz\n']);
  expect(readFileSync(join(directory, 'gh.txt'), 'utf8')).toContain(`release\ncreate\nv${version}\n`);
});
