import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readLockFile } from '../../src/terraform/run/lock-file.ts';
import { runHere, scratch } from '../support/command.ts';
import { FIRST_TEAM, initFiles, scratchLab } from '../support/init-files.ts';

// No YAML map, so that a finding would show its first line.
const place = scratchLab(FIRST_TEAM, { secret: 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI\n', 'empty.yaml': '' });
afterAll(place.remove);
function link(name: string, directory = place.directory): void {
  rmSync(join(directory, name), { force: true });
  symlinkSync(join(place.directory, 'secret'), join(directory, name));
}
for (const name of ['team.yaml', 'opentofu.lock.hcl']) link(name);

test.each([
  ['check'],
  ['plan', '--emulator'],
  ['preview', '--base', 'empty.yaml', '--head', 'team.yaml'],
  ['preview', '--base', 'team.yaml', '--head', 'team.yaml'],
])('a team.yaml that is a link to another file: %s does not print that file', async (...args) => {
  const { code, stdout, stderr } = await runHere(args, { cwd: place.directory });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('error[file-is-link]');
  expect(stdout + stderr).not.toContain('wJalrXUtnFEMI');
});

test('a lock file that is a link is not given to Terraform, which would quote it', async () => {
  expect(await readLockFile(join(place.directory, 'team.yaml'), { flavour: 'opentofu' }, {})).toMatchObject({
    failure: { code: 'file-not-readable' },
  });
});

test.each([['codeowners'], ['codeowners', '--write']])(
  'a CODEOWNERS that is a link to another file: it is neither printed nor written (%s)',
  async (...args) => {
    const repository = scratchLab();
    link('.github/CODEOWNERS', repository.directory);
    const { code, stdout } = await runHere(args, { cwd: repository.directory });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    // GitHub follows no link, so no one owns the files.
    const checked = await runHere(['check'], { cwd: repository.directory });
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringMatching(/stale-codeowners.*[\s\S]*symbolic link/) });
    rmSync(join(repository.directory, '.github'), { recursive: true });
    symlinkSync(place.directory, join(repository.directory, '.github'));
    writeFileSync(join(place.directory, 'CODEOWNERS'), 'of another repository');
    expect(await runHere(args, { cwd: repository.directory })).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(join(place.directory, 'CODEOWNERS'), 'utf8')).toBe('of another repository');
    expect(readFileSync(join(place.directory, 'secret'), 'utf8')).toBe('AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI\n');
    repository.remove();
  },
);

test.each([
  ['plan', '--emulator', '--base', 'team.yaml', '--manifest'],
  ['drift', '--emulator', '--report'],
  ['apply', '--emulator', '--yes', '--result'],
  ['check-approval', '--commit', '0'.repeat(40), '--result'],
])('where an output file is a link to another file, that file is not written: %s', async (...args) => {
  const repository = scratchLab();
  link('out.json', repository.directory);
  const { code, stderr } = await runHere([...args, 'out.json'], { cwd: repository.directory });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[file-not-writable]') });
  expect(readFileSync(join(place.directory, 'secret'), 'utf8')).toBe('AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI\n');
  repository.remove();
});

test.each([
  ['synth', 'cdktf.out'],
  ['synth', 'cdktf.out/stacks'],
  ['synth', 'cdktf.out/stacks/team'],
  ['synth --out ../out', '../out/stacks'],
  ['synth --out a/b', 'a'],
  ['page --out a', 'a'],
  ['page --out a/b', 'a'],
  ['eject --out a', 'a'],
  ['eject --out a/b', 'a'],
  ['drift --emulator --report a/out.json', 'a'],
])('%s writes nothing where the folder %s is a link', async (command, folder) => {
  const other = scratch();
  const repository = scratch(
    Object.fromEntries(Object.entries(initFiles()).map(([path, text]) => [`lab/${path}`, text])),
  );
  const cwd = join(repository.directory, 'lab');
  mkdirSync(dirname(join(cwd, folder)), { recursive: true });
  symlinkSync(other.directory, join(cwd, folder));
  const { code, stderr } = await runHere(command.split(' '), { cwd });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[file-not-writable]') });
  expect(readdirSync(other.directory)).toEqual([]);
  repository.remove();
  other.remove();
});

// A comment that is none in the commit: the checkout writes a space in place of one that YAML takes for a letter.
const SUSPENDED = FIRST_TEAM.replace(
  /^( *)ada: \{.*$/m,
  '$&\n$1bo: { roles: [results-reader], name: Bo\u00a0#2, suspended: true\n$1  }',
);

test.each([
  ['team.yaml', 'working-tree-encoding=US-ASCII//TRANSLIT', SUSPENDED],
  ['.github/CODEOWNERS', 'working-tree-encoding=US-ASCII//TRANSLIT', '* @\uff41daoneill\n'],
  ['opentofu.lock.hcl', 'ident', '# $Id$\n'],
])(
  'a %s of which .gitattributes makes another file than was committed is an error: %s',
  async (file, attribute, text) => {
    const origin = scratchLab(FIRST_TEAM, { [file]: text, attributes: `${file} ${attribute}\n` });
    const clone = scratch();
    const git = (directory: string, ...args: string[]) =>
      execFileSync('git', ['-C', directory, '-c', 'user.name=Bo', '-c', 'user.email=bo@lab.edu', ...args], {
        encoding: 'utf8',
      });
    git(origin.directory, 'init', '--quiet', '--initial-branch=main');
    git(origin.directory, 'add', '.');
    git(origin.directory, 'mv', 'attributes', '.gitattributes');
    git(origin.directory, 'commit', '--quiet', '--message', 'Suspend Bo');
    // As the workflows check out.
    git(clone.directory, 'clone', '--quiet', '--no-checkout', origin.directory, '.');
    git(clone.directory, 'sparse-checkout', 'set', '--no-cone', '/team.yaml', '/*.lock.hcl', '/.github/CODEOWNERS');
    git(clone.directory, 'checkout', '--quiet', 'main');
    expect(readFileSync(join(clone.directory, file), 'utf8')).not.toBe(text);
    for (const args of [['check'], ['preview', '--base', 'team.yaml', '--head', 'team.yaml'], ['plan', '--emulator']]) {
      const { code, stdout, stderr } = await runHere(args, { cwd: clone.directory });
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(stdout + stderr).toMatch(new RegExp(`error\\[file-converted\\].*${file}`));
    }
    writeFileSync(join(clone.directory, '.gitattributes'), '* text eol=crlf\n');
    git(clone.directory, 'add', '--sparse', '.gitattributes');
    expect((await runHere(['check'], { cwd: clone.directory })).stdout).not.toContain('file-converted');
    origin.remove();
    clone.remove();
  },
);

describe('attributes that Git does not tell of a work tree', () => {
  const git = (directory: string, ...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=Bo', '-c', 'user.email=bo@lab.edu', ...args]);
  const checked = async (cwd: string) => {
    const { code, stdout, stderr } = await runHere(['check'], { cwd });
    return { code, said: stdout + stderr };
  };

  test('by a .gitattributes that converts itself', async () => {
    const origin = scratchLab(FIRST_TEAM, {
      'team.yaml': SUSPENDED,
      attributes:
        'team.yaml text working-tree-encoding=US-ASCII//TRANSLIT\n.gitattributes text working-tree-encoding=UTF-16LE\n',
    });
    const clone = scratch();
    git(origin.directory, 'init', '--quiet', '--initial-branch=main');
    git(origin.directory, 'add', '.');
    git(origin.directory, 'mv', 'attributes', '.gitattributes');
    // It is not converted back: the commit has the bytes as they are.
    const { directory } = origin;
    const blob = execFileSync('git', ['-C', directory, 'hash-object', '-w', '--no-filters', '.gitattributes'])
      .toString()
      .trim();
    git(directory, 'update-index', '--cacheinfo', `100644,${blob},.gitattributes`);
    git(directory, 'commit', '--quiet', '--message', 'Suspend Bo');
    git(clone.directory, 'clone', '--quiet', directory, '.');
    expect(readFileSync(join(clone.directory, 'team.yaml'), 'utf8')).not.toBe(SUSPENDED);
    expect(await checked(clone.directory)).toEqual({ code: 1, said: expect.stringContaining('error[file-converted]') });
    origin.remove();
    clone.remove();
  });

  test('because it does not answer in a folder laid out as a bare repository', async () => {
    const lab = scratchLab(undefined, { 'pilot/team.yaml': FIRST_TEAM, 'pilot/HEAD': `${'0'.repeat(40)}\n` });
    for (const folder of ['objects', 'refs']) mkdirSync(join(lab.directory, 'pilot', folder));
    git(lab.directory, 'init', '--quiet');
    const { code, said } = await checked(join(lab.directory, 'pilot'));
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringContaining('Git does not say whether a checkout of'),
    });
    lab.remove();
  });
});
