import { engineEnvironment } from '../../../src/terraform/run/environment.ts';

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
    TF_CLI_CONFIG_FILE: '/home/ada/.tofurc',
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
