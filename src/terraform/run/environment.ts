import type { AccountKind } from './engine.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const ALWAYS = ['PATH', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot'];

// Nothing that changes what our commands mean (TF_CLI_ARGS, TF_WORKSPACE, TF_VAR_*), mixes into their output (TF_LOG) or
// hands the account to another provider (TF_REATTACH_PROVIDERS): those come from `extra` or not at all.
const FOR_REAL =
  /^(HOME|USERPROFILE|AWS_.+|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO|ALL)_PROXY|TF_CLI_CONFIG_FILE|TF_PLUGIN_CACHE_.+|TF_REGISTRY_.+|TF_PROVIDER_.+|TF_TOKEN_.+|(TF|TOFU)_ENCRYPTION)$/i;

/**
 * The whole environment of an engine. For the local AWS emulator it holds no AWS_* of the user and another HOME (the
 * workspace), so that a repackaged engine never sees a real account's credentials.
 */
export function engineEnvironment(options: {
  readonly account: AccountKind;
  readonly from: Environment;
  readonly home: string;
  readonly extra?: Environment;
}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.from)) {
    const passed = ALWAYS.includes(name) || (options.account === 'real' && FOR_REAL.test(name));
    if (passed && value !== undefined) environment[name] = value;
  }
  if (options.account === 'emulator') environment.HOME = options.home;
  Object.assign(environment, { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' });
  for (const [name, value] of Object.entries(options.extra ?? {})) {
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
