import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { codeownersBlock, isUpToDate, withCodeowners } from '../../src/team/codeowners.ts';
import { codeOwnersOf } from '../support/code-owners.ts';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { initFiles } from '../support/init-files.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { ownJobs, readWorkflow } from '../workflows/workflow-file.ts';

const test = testInTurn(1);

/** The job that makes what later runs beside a role, in this repository alone: others call a release. */
const { tool } = ownJobs(readWorkflow('.github/workflows/called-build.yml'));
const runs = tool?.steps.flatMap(({ run }) => run ?? []) ?? [];
const [INSTALL = '', BUILD = ''] = runs;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mturk-team-build-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

/** Runs a step of the workflow as the runner does. */
function run(command: string): void {
  const { PATH = '' } = process.env;
  execFileSync('bash', ['-e', '-c', command], { cwd: directory, env: { PATH, HOME: directory }, stdio: 'pipe' });
}

const LEAK = 'leak.txt';
const leaked = () => existsSync(join(directory, LEAK));
/** What npm would give to scripts: a module that Node loads first, and another shell. */
function writeHostileNpmrc(): void {
  write('docs/x.cjs', `require('node:fs').appendFileSync(${JSON.stringify(join(directory, LEAK))}, 'node-options ')`);
  write('docs/sh', `#!/bin/bash\necho script-shell >> ${join(directory, LEAK)}\nexec /bin/sh "$@"\n`);
  execFileSync('chmod', ['+x', join(directory, 'docs/sh')]);
  write(
    '.npmrc',
    `node-options=--require ${directory}/docs/x.cjs\nscript-shell=${directory}/docs/sh\nignore-scripts=false\n`,
  );
}

test('settings of npm and of TypeScript at the top of the repository put nothing into the build', () => {
  for (const source of ['src', 'scripts', 'package.json', '.github/workflows'])
    cpSync(resolve(source), join(directory, source), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  writeHostileNpmrc();
  write(
    'docs/hijack.ts',
    'export const zipSync = "HIJACKED"; export const unzipSync = zipSync; export const strFromU8 = zipSync;',
  );
  const hijack = {
    paths: Object.fromEntries(['fflate', 'yaml', 'esbuild'].map((name) => [name, ['./docs/hijack.ts']])),
  };
  write('docs/tsconfig.json', JSON.stringify({ compilerOptions: { ...hijack, baseUrl: '..' } }));
  write('tsconfig.json', JSON.stringify({ extends: './docs/tsconfig.json', compilerOptions: hijack }));
  run(BUILD);
  expect(readFileSync(join(directory, 'dist/mturk-team.cjs'), 'utf8')).not.toContain('HIJACKED');
  expect(leaked()).toBe(false);
});

test('an installation runs no script, and no settings of the repository', () => {
  write(
    'package.json',
    JSON.stringify({ name: 'lab', version: '1.0.0', scripts: { preinstall: `echo script >> ${LEAK}` } }),
  );
  write(
    'package-lock.json',
    JSON.stringify({ name: 'lab', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'lab' } } }),
  );
  writeHostileNpmrc();
  run(INSTALL);
  expect(leaked()).toBe(false);
});

test('what is built is the default branch without either file, and no step goes through a script of package.json', () => {
  const [checkout] = tool?.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')) ?? [];
  expect(checkout?.with).toMatchObject({
    ref: 'refs/heads/${{ github.event.repository.default_branch }}',
    'sparse-checkout': '/*\n!/.npmrc\n!/tsconfig.json\n',
  });
  expect(runs).toEqual([INSTALL, BUILD]);
  expect(runs.filter((each) => /\bnpm (run|exec|test|x)\b|\bnpx\b/.test(each))).toEqual([]);
});

const block = codeownersBlock(sampleTeam) ?? '';
const OWNED = withCodeowners('', block);

test.each([
  ['names the files that were thought to matter', OWNED.replace('* ', '/src/ ')],
  ['gives one file to all writers', `${OWNED}/.npmrc\n`],
  ['gives a folder to another', `${OWNED}docs/ @mallory\n`],
  ['gives one kind of files to all writers', `${OWNED}*.cjs\n`],
])('a CODEOWNERS that %s is stale', (_what, file) => {
  expect(isUpToDate(file, block)).toBe(false);
  expect(['.npmrc', 'docs/x.cjs'].every((path) => codeOwnersOf(file, path).includes('@adaoneill'))).toBe(false);
});

test('a CODEOWNERS that GitHub does not read, because it has 3 MB or more, is stale', async () => {
  write('team.yaml', readFileSync('team.yaml', 'utf8'));
  write('.github/CODEOWNERS', `${'#'.repeat(2_999_999 - block.length)}\n${block}`);
  const { code, stdout } = await runHere(['check'], { cwd: directory });
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/stale-codeowners[\s\S]*3 MB/) });
});

test('lines before the block, and files in any folder, change nothing of who owns what', () => {
  const file = withCodeowners('/.npmrc @mallory\ndocs/\n', block);
  expect(isUpToDate(file, block)).toBe(true);
  for (const path of ['.npmrc', 'docs/x.cjs', 'src/cli/main.ts', '.github/workflows/plan.yml'])
    expect(codeOwnersOf(file, path)).toEqual(['@adaoneill']);
});

test('every file at the top of this repository has an owner, and every file that init writes', () => {
  const atTop = readdirSync('.', { withFileTypes: true }).filter((entry) => entry.isFile());
  const lab = initFiles();
  for (const [file, paths] of [
    [readFileSync('.github/CODEOWNERS', 'utf8'), atTop.map(({ name }) => name)],
    [lab['.github/CODEOWNERS'] ?? '', Object.keys(lab)],
  ] as const) {
    expect(isUpToDate(file, block)).toBe(true);
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((path) => codeOwnersOf(file, path).length === 0)).toEqual([]);
  }
});
