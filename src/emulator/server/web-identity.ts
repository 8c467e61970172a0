import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { evaluate } from '../../iam/evaluate.ts';
import type { RequestContext } from '../../iam/pattern.ts';
import { parseTrustPolicy, policyAbout } from '../../iam/resource-policy.ts';
import type { Account } from '../account/account.ts';
import { type AwsError, isAwsError, otherError, validationError } from '../account/aws-error.ts';
import { type Params, text } from '../account/params.ts';
import { assumedRoleArn, assumedRoleId, openSession } from '../account/roles.ts';
import { type OidcProviderRecord, oidcProviderArn, type RoleRecord, roleArn } from '../account/state.ts';
import { readQuery } from './query-service.ts';
import type { SignedRequest } from './signature.ts';

/** URL of an identity provider, as its tokens have it in `iss` -> URL of what answers in its place. */
export type Issuers = Readonly<Record<string, string>>;

const ACTION = 'AssumeRoleWithWebIdentity';

/** The call that needs no signature; null if the request is another one. */
export function webIdentityCall({ body, headers }: SignedRequest): { action: string; params: Params } | null {
  if (!(headers['content-type'] ?? '').includes('x-www-form-urlencoded')) return null;
  const call = readQuery(new URLSearchParams(body.toString('utf8')));
  return call.action === ACTION ? call : null;
}

const invalidToken = (message: string): AwsError => otherError('InvalidIdentityToken', 400, message);

/**
 * Gives a role's credentials for a token of an identity provider of the account: signed by it with RS256, for one of the
 * provider's audiences, not expired, and trusted by the role.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRole(account: Account, issuers: Issuers, params: Params, now: string) {
  const { state } = account;
  const name = text(params, 'RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) return validationError('The specified value for roleSessionName is invalid.');
  // A session policy that was ignored would give more than was asked for.
  if ('Policy' in params || 'PolicyArns' in params) return validationError('This account has no session policies.');
  const token = readToken(text(params, 'WebIdentityToken') ?? '');
  if (token === null) return invalidToken('The ID Token provided is not a valid JWT.');
  const { iss, aud, sub, exp } = token.claims;
  const provider = state.oidcProviders[oidcProviderArn(state, String(iss))];
  if (provider === undefined) return invalidToken(`No OpenIDConnect provider found in your account for ${iss}`);
  const signed = await isSigned(token, issuers[String(iss)]);
  if (isAwsError(signed)) return signed;
  if (Number(exp) <= Date.parse(now) / 1_000)
    return otherError('ExpiredTokenException', 400, `Token expired: current date/time must be before ${exp}`);
  if (!provider.clientIds.includes(String(aud))) return invalidToken('Incorrect token audience');

  const arn = text(params, 'RoleArn') ?? '';
  const role = [...account.roles.values()].find((each) => roleArn(state, each) === arn);
  if (role === undefined || !trusts(role, provider, arn, contextOf(provider, token.claims, name, now)))
    return otherError('AccessDenied', 403, `Not authorized to perform sts:${ACTION}`);
  const duration = Number(text(params, 'DurationSeconds') ?? 3_600);
  if (!(duration >= 900 && duration <= role.maxSession))
    return validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const expires = `${new Date(Date.parse(now) + duration * 1_000).toISOString().slice(0, 19)}Z`;
  return {
    Credentials: openSession(account, { roleId: role.id, name, provider: provider.arn, issued: now, expires }),
    SubjectFromWebIdentityToken: String(sub),
    AssumedRoleUser: {
      AssumedRoleId: assumedRoleId(role, { name }),
      Arn: assumedRoleArn(state, role, { name }),
    },
    Provider: provider.arn,
    Audience: String(aud),
  };
}

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

function readToken(written: string): Token | null {
  const [header = '', claims = '', signature = '', ...rest] = written.split('.');
  const part = (base64: string) => JSON.parse(Buffer.from(base64, 'base64url').toString()) as Token['claims'];
  try {
    if (rest.length > 0) return null;
    const signed = Buffer.from(`${header}.${claims}`);
    return { header: part(header), claims: part(claims), signed, signature: Buffer.from(signature, 'base64url') };
  } catch {
    return null;
  }
}

/** Whether the provider's key of that id signed a token. */
async function isSigned({ header, signed, signature }: Token, issuer: string | undefined): Promise<true | AwsError> {
  const noKey = "Couldn't retrieve verification key from your identity provider";
  if (header.alg !== 'RS256') return invalidToken('The ID Token is not signed with RS256.');
  if (issuer === undefined) return otherError('IDPCommunicationError', 400, noKey);
  try {
    const { jwks_uri } = await jsonAt(`${issuer}/.well-known/openid-configuration`);
    const { keys } = await jsonAt(String(jwks_uri));
    const key = (keys as (JsonWebKey & { kid?: string })[]).find(({ kid }) => kid === header.kid);
    if (key === undefined) return invalidToken(noKey);
    if (verify('RSA-SHA256', signed, createPublicKey({ key, format: 'jwk' }), signature)) return true;
  } catch {
    return otherError('IDPCommunicationError', 400, noKey);
  }
  return invalidToken('The ID Token signature is invalid.');
}

async function jsonAt(url: string): Promise<Readonly<Record<string, unknown>>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}

function trusts(role: RoleRecord, provider: OidcProviderRecord, arn: string, context: RequestContext): boolean {
  const trust = parseTrustPolicy(role.trust);
  if (trust === null) return false;
  const source = { policy: 'trust', document: policyAbout(trust, [provider.arn]) };
  const request = { action: `sts:${ACTION}`, resource: arn, context };
  return evaluate({ identity: [source], boundary: null }, request).outcome === 'allowed';
}

/** GitHub's claims that are condition keys: the service authorization reference of AWS STS names them. */
const GITHUB_CLAIMS = [
  ...['actor', 'actor_id', 'enterprise_id', 'environment', 'job_workflow_ref', 'ref', 'repository', 'repository_id'],
  ...['repository_owner_id', 'workflow'],
];
const GITHUB = 'token.actions.githubusercontent.com';

/** What conditions of a trust policy are held against. Other claims of a token are no condition keys. */
function contextOf({ url, arn }: OidcProviderRecord, claims: Token['claims'], session: string, now: string) {
  const names = ['sub', 'aud', ...(url === GITHUB ? GITHUB_CLAIMS : [])];
  const found = names.flatMap((name) => (name in claims ? [[`${url}:${name}`, String(claims[name])]] : []));
  return {
    ...Object.fromEntries(found),
    'aws:CurrentTime': now,
    'aws:FederatedProvider': arn,
    'sts:RoleSessionName': session,
  };
}
