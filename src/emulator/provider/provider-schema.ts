import { type BlockSchema, type Diagnostic, errorDiagnostic } from './messages.ts';
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

export type ProviderSettings = ReturnType<typeof readSettings>;

/** Reads a provider block; what it does not set is empty. */
export function readSettings(config: Attributes) {
  const endpoints = blocksOf(config, 'endpoints');
  const endpointOf = (service: string) =>
    endpoints.map((block) => textOf(block, service)).find((url) => url !== '') ?? '';
  const maxRetries = config.max_retries;
  const defaultTags = blocksOf(config, 'default_tags').map((block) => textMapOf(block, 'tags'));
  return {
    accessKey: textOf(config, 'access_key'),
    secretKey: textOf(config, 'secret_key'),
    token: textOf(config, 'token'),
    region: textOf(config, 'region'),
    iamEndpoint: endpointOf('iam'),
    stsEndpoint: endpointOf('sts'),
    allowedAccounts: textsOf(config, 'allowed_account_ids'),
    forbiddenAccounts: textsOf(config, 'forbidden_account_ids'),
    maxRetries: typeof maxRetries === 'number' ? maxRetries : null,
    checkCredentials: config.skip_credentials_validation !== true,
    askForAccount: config.skip_requesting_account_id !== true,
    defaultTags: Object.assign({}, ...defaultTags) as Readonly<Record<string, string>>,
  };
}

/** What is wrong with a provider block before anything is called. */
export function checkSettings(config: Attributes): readonly Diagnostic[] {
  const lists = ['allowed_account_ids', 'forbidden_account_ids'];
  const problems = lists.flatMap((name) =>
    textsOf(config, name)
      .filter((account) => !/^\d{12}$/.test(account))
      .map((account) => errorDiagnostic(`"${account}" is not an AWS account id: 12 digits`, '', name)),
  );
  if (lists.some((name) => textsOf(config, name).length === 0)) return problems;
  const detail = '"allowed_account_ids": conflicts with forbidden_account_ids';
  return [...problems, errorDiagnostic('Conflicting configuration arguments', detail, 'allowed_account_ids')];
}

/** Whether the account may be worked on, in the words of a diagnostic; null where it may. */
export function refuseAccount(settings: ProviderSettings, account: string): Diagnostic | null {
  const { allowedAccounts, forbiddenAccounts } = settings;
  const isAllowed = allowedAccounts.length === 0 || allowedAccounts.includes(account);
  if (isAllowed && !forbiddenAccounts.includes(account)) return null;
  return errorDiagnostic(`AWS account ID not allowed: ${account}`);
}

function blocksOf(config: Attributes, name: string): readonly Attributes[] {
  const blocks = config[name];
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
}
