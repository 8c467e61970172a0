import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, entityAlreadyExists, isAwsError, limitExceeded, validationError } from './aws-error.ts';
import { named } from './lookup.ts';
import { operation, type Reader, type Run } from './operation.ts';
import { constraint, type Params, required, text, texts } from './params.ts';
import { type OidcProviderRecord, oidcProviderArn } from './state.ts';
import { newTags, tagsReply } from './tags.ts';

const PROVIDERS_LIMIT = QUOTAS.identityProvidersPerAccount;
const CLIENT_IDS_LIMIT = QUOTAS.clientIdsPerProvider;

export const namedProvider = named(
  'OpenIDConnectProviderArn',
  ({ state }, arn) => state.oidcProviders[arn],
  (arn) => `OpenIDConnect Provider not found for arn ${arn}`,
);

/** Reads the URL of a new provider, without `https://`. */
const urlOf: Reader<string> = (_account, params) => {
  const url = text(params, 'Url');
  if (url === null) return constraint('url', 'Member must not be null');
  if (!URL.canParse(url) || !/^https:\/\/[^?#]+$/.test(url))
    return validationError('Invalid Open ID Connect Provider URL');
  return url.slice('https://'.length).replace(/\/$/, '');
};

/** Reads SHA-1 thumbprints of certificates: hexadecimal, five at most. */
function thumbprintsOf(_account: unknown, params: Params): readonly string[] | AwsError {
  const given = texts(params, 'ThumbprintList');
  if (given.length > 5) return constraint('thumbprintList', 'Member must have length less than or equal to 5');
  return given.every((each) => /^[0-9a-f]{40}$/i.test(each))
    ? given
    : validationError('Thumbprint must be 40 characters');
}

export const createProvider = operation(
  { url: urlOf, thumbprints: thumbprintsOf, tags: newTags },
  ({ account: { state }, params, call, url, thumbprints, tags }) => {
    const arn = oidcProviderArn(state, url);
    if (arn in state.oidcProviders) return entityAlreadyExists(`Provider with url https://${url} already exists.`);
    if (Object.keys(state.oidcProviders).length >= PROVIDERS_LIMIT)
      return limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${PROVIDERS_LIMIT}`);
    const provider: OidcProviderRecord = { arn, url, created: call.now, clientIds: [], thumbprints, tags };
    const refusal = setClientIds(provider, texts(params, 'ClientIDList'));
    if (refusal !== null) return refusal;
    state.oidcProviders[arn] = provider;
    return { OpenIDConnectProviderArn: arn, Tags: tagsReply(tags) };
  },
);

function setClientIds(provider: OidcProviderRecord, given: readonly string[]): AwsError | null {
  const clientIds = [...new Set(given)];
  if (clientIds.length > CLIENT_IDS_LIMIT)
    return limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${CLIENT_IDS_LIMIT}`);
  provider.clientIds = clientIds;
  return null;
}

export const getProvider = operation({ provider: namedProvider }, ({ provider }) => ({
  Url: provider.url,
  ClientIDList: provider.clientIds,
  ThumbprintList: provider.thumbprints,
  CreateDate: provider.created,
  Tags: tagsReply(provider.tags),
}));

export const listProviders: Run = ({ state }) => ({
  OpenIDConnectProviderList: Object.keys(state.oidcProviders).map((Arn) => ({ Arn })),
});

const changed = { provider: namedProvider, clientId: required('ClientID') };

// Adding an audience that is there, and removing one that is not, are answered as if done (IAM API reference).
export const addClientId = operation(
  changed,
  ({ provider, clientId }) => setClientIds(provider, [...provider.clientIds, clientId]) ?? {},
);

export const removeClientId = operation(changed, ({ provider, clientId }) => {
  provider.clientIds = provider.clientIds.filter((other) => other !== clientId);
  return {};
});

/** Deletes a provider, whatever roles trust it; one that does not exist is no error (IAM API reference). */
export const deleteProvider: Run = (account, params, call) => {
  const provider = namedProvider(account, params, call);
  if (!isAwsError(provider)) delete account.state.oidcProviders[provider.arn];
  return isAwsError(provider) && provider.code !== 'NoSuchEntity' ? provider : {};
};
