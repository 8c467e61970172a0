import type { BlockSchema } from './messages.ts';
import { type Diagnostic, errorDiagnostic } from './messages.ts';
import { type Attributes, isRecord, textMapOf, textOf, textsOf } from './value.ts';

const optionalString = { type: 'string', optional: true } as const;
const optionalBool = { type: 'bool', optional: true } as const;

/**
 * The settings of hashicorp/aws that mean something for the local AWS emulator. The others (profiles, roles,
 * proxies) are left out, so that the engine refuses them rather than that they silently do nothing.
 */
export const PROVIDER_SCHEMA: BlockSchema = {
  attributes: {
    access_key: optionalString,
    allowed_account_ids: { type: ['set', 'string'], optional: true },
    forbidden_account_ids: { type: ['set', 'string'], optional: true },
    max_retries: { type: 'number', optional: true },
    region: optionalString,
    s3_use_path_style: optionalBool,
    secret_key: optionalString,
    skip_credentials_validation: optionalBool,
    skip_metadata_api_check: optionalString,
    skip_region_validation: optionalBool,
    skip_requesting_account_id: optionalBool,
    token: optionalString,
  },
  blocks: {
    default_tags: {
      nesting: 'list',
      maxItems: 1,
      block: { attributes: { tags: { type: ['map', 'string'], optional: true } } },
    },
    endpoints: {
      nesting: 'set',
      maxItems: 0,
      block: { attributes: { iam: optionalString, s3: optionalString, sts: optionalString } },
    },
  },
};

export interface ProviderSettings {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly token: string;
  readonly region: string;
  readonly iamEndpoint: string;
  readonly stsEndpoint: string;
  readonly allowedAccounts: readonly string[];
  readonly forbiddenAccounts: readonly string[];
  readonly maxRetries: number | null;
  readonly checkCredentials: boolean;
  readonly askForAccount: boolean;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Reads a provider block; what it does not set is empty. */
export function readSettings(config: Attributes): ProviderSettings {
  const endpoints = blocksOf(config, 'endpoints');
  const maxRetries = config.max_retries;
  return {
    accessKey: textOf(config, 'access_key'),
    secretKey: textOf(config, 'secret_key'),
    token: textOf(config, 'token'),
    region: textOf(config, 'region'),
    iamEndpoint: endpoints.map((block) => textOf(block, 'iam')).find((url) => url !== '') ?? '',
    stsEndpoint: endpoints.map((block) => textOf(block, 'sts')).find((url) => url !== '') ?? '',
    allowedAccounts: textsOf(config, 'allowed_account_ids'),
    forbiddenAccounts: textsOf(config, 'forbidden_account_ids'),
    maxRetries: typeof maxRetries === 'number' ? maxRetries : null,
    checkCredentials: config.skip_credentials_validation !== true,
    askForAccount: config.skip_requesting_account_id !== true,
    defaultTags: Object.assign({}, ...blocksOf(config, 'default_tags').map((block) => textMapOf(block, 'tags'))),
  };
}

/** What is wrong with a provider block before anything is called. */
export function checkSettings(config: Attributes): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const name of ['allowed_account_ids', 'forbidden_account_ids']) {
    for (const account of textsOf(config, name)) {
      if (!/^\d{12}$/.test(account)) {
        problems.push(errorDiagnostic(`"${account}" is not an AWS account id: 12 digits`, '', name));
      }
    }
  }
  const both = ['allowed_account_ids', 'forbidden_account_ids'].every((name) => textsOf(config, name).length > 0);
  if (both) {
    const detail = '"allowed_account_ids": conflicts with forbidden_account_ids';
    problems.push(errorDiagnostic('Conflicting configuration arguments', detail, 'allowed_account_ids'));
  }
  return problems;
}

/** Whether the account may be worked on, in the words of a diagnostic; null where it may. */
export function refuseAccount(settings: ProviderSettings, account: string): Diagnostic | null {
  const { allowedAccounts, forbiddenAccounts } = settings;
  if (allowedAccounts.length > 0 && !allowedAccounts.includes(account)) {
    return errorDiagnostic(`AWS account ID not allowed: ${account}`);
  }
  return forbiddenAccounts.includes(account) ? errorDiagnostic(`AWS account ID not allowed: ${account}`) : null;
}

function blocksOf(config: Attributes, name: string): readonly Attributes[] {
  const blocks = config[name];
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
}
