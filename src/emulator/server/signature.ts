import { createHash, timingSafeEqual } from 'node:crypto';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Account, KeyOwner } from '../account/account.ts';
import { type AwsError, otherError } from '../account/aws-error.ts';
import { sessionOwner } from '../account/roles.ts';

/** A request as it came in; header names are lower-case. */
export interface SignedRequest {
  readonly method: string;
  /** Path without the query, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name of the service: `iam`, `sts`, `mturk-requester`. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** What a request says of its own signature, or why the caller cannot be identified. */
export function scopeOf(request: SignedRequest): Scope | AwsError {
  const header = request.headers.authorization;
  if (header === undefined) {
    return otherError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
  const match = AUTHORIZATION.exec(header.trim());
  if (match === null)
    return otherError('IncompleteSignature', 400, 'The request signature does not conform to AWS standards.');
  const [, accessKeyId = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/** Who signed a request, or AWS's refusal: unknown or inactive keys and wrong secrets are different errors, as with AWS. */
export async function authenticate(
  account: Account,
  request: SignedRequest,
  scope: Scope,
  now: string,
): Promise<KeyOwner | AwsError> {
  const token = request.headers['x-amz-security-token'];
  const owner =
    token === undefined ? account.keys.get(scope.accessKeyId) : sessionOwner(account, token, scope.accessKeyId);
  if (owner?.key.status !== 'Active') {
    return otherError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  }
  const expected = await signatureOf(owner.key.secret, scope, request);
  if (expected !== null && sameText(expected, scope.signature)) {
    if (owner.caller.kind !== 'role' || owner.caller.session.expires > now) return owner;
    return otherError('ExpiredToken', 403, 'The security token included in the request is expired');
  }
  return otherError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

async function signatureOf(secret: string, scope: Scope, request: SignedRequest): Promise<string | null> {
  const date = signingDate(request.headers['x-amz-date']);
  if (date === null) return null;
  const stated = request.headers['x-amz-content-sha256'];
  const actual = createHash('sha256').update(request.body).digest('hex');
  if (stated !== undefined && /^[0-9a-f]{64}$/.test(stated) && stated !== actual) return null;
  const headers: Record<string, string> = {};
  for (const name of scope.signedHeaders) headers[name] = (request.headers[name] ?? '').replaceAll(/\s+/g, ' ').trim();
  const query: Record<string, string | string[]> = {};
  for (const key of new Set(request.query.keys())) query[key] = request.query.getAll(key);
  const signer = new SignatureV4({
    credentials: { accessKeyId: scope.accessKeyId, secretAccessKey: secret },
    region: scope.region,
    service: scope.service,
    sha256: Hash.bind(null, 'sha256'),
    // S3 takes the path as it was sent.
    uriEscapePath: scope.service !== 's3',
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: headers.host ?? '',
      path: request.path,
      query,
      headers,
      body: request.body,
    },
    { signingDate: date, signableHeaders: new Set(scope.signedHeaders) },
  );
  return /Signature=([0-9a-f]{64})/.exec(signed.headers.authorization ?? '')?.[1] ?? null;
}

function signingDate(written: string | undefined): Date | null {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(written ?? '') ?? [];
  if (day === undefined || time === undefined) return null;
  return new Date(`${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
