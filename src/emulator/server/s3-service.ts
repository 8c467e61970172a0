import { type AwsError, otherError } from '../account/aws-error.ts';
import type { Reply } from '../account/operation.ts';
import { type Params, text } from '../account/params.ts';
import { BUCKET_SETTINGS, isMissingObject, ownerOf, S3_OPERATIONS } from '../account/s3.ts';
import { authorize } from './authorize.ts';
import type { Service, ServiceCall } from './service.ts';
import { type SignedRequest, scopeOf } from './signature.ts';
import { element } from './xml.ts';

const XML = 'application/xml';
const XMLNS = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** S3's REST protocol, with the bucket in the path: 127.0.0.1 has no subdomains, and SDKs know that. */
export const S3_SERVICE: Service = {
  name: 's3',
  read: readS3Call,
  answer(_action, reply) {
    const { status = 200, headers = {}, xml, text: written, bytes } = reply as S3Reply;
    if (bytes !== undefined) {
      const contentType = headers['content-type'] ?? '';
      return { status, headers, contentType, body: Buffer.from(bytes, 'base64') };
    }
    const content = Object.entries(xml ?? {}).map(([name, value]) => element(name, value, XMLNS));
    const body = written ?? content.join('');
    return { status, headers, contentType: body.startsWith('{') ? 'application/json' : XML, body };
  },
  refuse: ({ code, status, message, more }, requestId) => ({
    status,
    contentType: XML,
    ...(more?.region === undefined ? {} : { headers: { 'x-amz-bucket-region': more.region } }),
    body: element('Error', { Code: code, Message: message, Region: more?.region, RequestId: requestId }),
  }),
};

interface S3Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** By the name of the root element. */
  readonly xml?: Reply;
  /** As it was put. */
  readonly text?: string;
  /** Base64 */
  readonly bytes?: string;
}

/** Query parameters and headers that calls take -> their names in the API. */
const QUERY: Readonly<Record<string, string>> = {
  prefix: 'Prefix',
  'max-keys': 'MaxKeys',
  'continuation-token': 'ContinuationToken',
  'key-marker': 'KeyMarker',
  versionId: 'VersionId',
};
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'x-amz-expected-bucket-owner': 'ExpectedBucketOwner',
};

function readS3Call(request: SignedRequest): ServiceCall | AwsError {
  const [, Bucket = '', ...rest] = request.path.split('/').map(decodeURIComponent);
  const Key = rest.join('/');
  const action = actionOf(request, Bucket, Key);
  const operation = S3_OPERATIONS.get(action);
  if (operation === undefined)
    return otherError('NotImplemented', 501, `This account has no ${request.method} of ${request.path}`);
  const scope = scopeOf(request);
  const body = contentOf(request);
  const params: Params = {
    Bucket,
    Region: 'region' in scope ? scope.region : '',
    ...(Key === '' ? { Body: body.toString('utf8') } : { Key, Body: body.toString('base64') }),
    ...named(QUERY, (name) => request.query.get(name)),
    ...named(HEADERS, (name) => request.headers[name]),
  };
  const version = text(params, 'VersionId') === null || !/Object$/.test(operation.permission) ? '' : 'Version';
  const bucketArn = Bucket === '' ? '*' : `arn:aws:s3:::${Bucket}`;
  return {
    action,
    params,
    writes: operation.writes,
    authorize(account, call, asked) {
      const bucket = account.state.buckets[Bucket];
      const owner = ownerOf(account.state, bucket);
      const prefix = text(params, 'Prefix');
      const context = { ...asked, 's3:ResourceAccount': owner, ...(prefix === null ? {} : { 's3:prefix': prefix }) };
      const place = { policy: bucket?.settings.policy ?? null, isForeign: owner !== account.state.accountId };
      const may = (permission: string, resource: string) =>
        authorize(account, call.caller, { action: permission, resource, context }, place);
      const denied = may(`${operation.permission}${version}`, Key === '' ? bucketArn : `${bucketArn}/${Key}`);
      if (denied !== null || operation.permission !== 's3:GetObject' || !isMissingObject(account, params, call))
        return denied;
      return may('s3:ListBucket', bucketArn);
    },
    run: (account, call) => operation.run(account, params, call),
  };
}

function named(names: Readonly<Record<string, string>>, sent: (name: string) => string | null | undefined): Params {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, parameter]) => {
      const value = sent(name);
      return value === null || value === undefined ? [] : [[parameter, value]];
    }),
  );
}

/** `x-id` is the name of the call, which SDKs send for logs. */
const OF_OBJECT = new Set(['versionId', 'x-id']);
const OF_ALL = new Set(['max-buckets', 'x-id']);
const OF_BUCKET = new Set([
  ...BUCKET_SETTINGS.map(({ query }) => query),
  ...['prefix', 'max-keys', 'continuation-token', 'key-marker', 'version-id-marker'],
  ...['list-type', 'versions', 'encoding-type', 'x-id'],
]);

/** The name of the call that a request is; none is empty. What is asked besides (`?acl`, a copy) is never left out. */
function actionOf({ method, query, headers }: SignedRequest, bucket: string, key: string): string {
  const verb = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', HEAD: 'Head' }[method];
  const known = bucket === '' ? OF_ALL : key === '' ? OF_BUCKET : OF_OBJECT;
  if ('x-amz-copy-source' in headers) return '';
  if (verb === undefined || [...query.keys()].some((name) => !known.has(name))) return '';
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : '';
  if (key !== '') return `${verb}Object`;
  const setting = BUCKET_SETTINGS.find((each) => query.has(each.query));
  if (setting !== undefined) return `${verb}${setting.call}`;
  if (method === 'PUT') return 'CreateBucket';
  if (method !== 'GET') return `${verb}Bucket`;
  if (query.has('versions')) return 'ListObjectVersions';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : '';
}

/** The content of a request; SDKs may send it in chunks with a size before each. */
function contentOf({ headers, body }: SignedRequest): Buffer {
  if (!(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (end === -1 || !(size > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
