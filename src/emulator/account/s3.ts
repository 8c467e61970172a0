import { createHash } from 'node:crypto';
import { parseBucketPolicy } from '../../iam/resource-policy.ts';
import { type AwsError, isAwsError, otherError } from './aws-error.ts';
import { operation, type Reader, type Reply, type Run } from './operation.ts';
import { type Params, text } from './params.ts';
import { type BucketRecord, type ObjectVersionRecord, secretOf } from './state.ts';

/** An answer of S3: `headers`, and as its content one of `xml` (to be written), `text` (as it was put) and `bytes` (base64). */
interface S3Operation {
  readonly run: Run;
  readonly writes: boolean;
  /** `s3:GetObject` */
  readonly permission: string;
}

const XMLNS = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A bucket's settings. Each is kept as the text that was put, and answered as it is. */
export interface BucketSetting {
  /** How a request names it: `?versioning`. */
  readonly query: string;
  /** What follows `Put` and `Get` in the name of the call. */
  readonly call: string;
  readonly permission: string;
  /** Root element of the XML; null for a policy, which is JSON. */
  readonly root: string | null;
  /** S3's code where nothing was put; null where that is no error. */
  readonly missing: string | null;
  /** What a new bucket has: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
  readonly initial?: string;
}

const BLOCKED = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

export const BUCKET_SETTINGS: readonly BucketSetting[] = [
  {
    query: 'versioning',
    call: 'BucketVersioning',
    permission: 'BucketVersioning',
    root: 'VersioningConfiguration',
    missing: null,
  },
  {
    query: 'encryption',
    call: 'BucketEncryption',
    permission: 'EncryptionConfiguration',
    root: 'ServerSideEncryptionConfiguration',
    missing: 'ServerSideEncryptionConfigurationNotFoundError',
    initial: `<ServerSideEncryptionConfiguration xmlns="${XMLNS}"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
  },
  {
    query: 'publicAccessBlock',
    call: 'PublicAccessBlock',
    permission: 'BucketPublicAccessBlock',
    root: 'PublicAccessBlockConfiguration',
    missing: 'NoSuchPublicAccessBlockConfiguration',
    initial: `<PublicAccessBlockConfiguration xmlns="${XMLNS}">${BLOCKED.map((each) => `<${each}>true</${each}>`).join('')}</PublicAccessBlockConfiguration>`,
  },
  {
    query: 'lifecycle',
    call: 'BucketLifecycleConfiguration',
    permission: 'LifecycleConfiguration',
    root: 'LifecycleConfiguration',
    missing: 'NoSuchLifecycleConfiguration',
  },
  { query: 'tagging', call: 'BucketTagging', permission: 'BucketTagging', root: 'Tagging', missing: 'NoSuchTagSet' },
  { query: 'policy', call: 'BucketPolicy', permission: 'BucketPolicy', root: null, missing: 'NoSuchBucketPolicy' },
];

const bucketOf: Reader<BucketRecord> = ({ state }, params) => {
  const bucket = state.buckets[text(params, 'Bucket') ?? ''];
  if (bucket === undefined) return otherError('NoSuchBucket', 404, 'The specified bucket does not exist');
  if (bucket.region === text(params, 'Region')) return bucket;
  const message = 'The bucket you are attempting to access must be addressed using the specified endpoint.';
  return { ...otherError('PermanentRedirect', 301, message), more: { region: bucket.region } };
};

const createBucket: Run = ({ state }, params, call) => {
  const name = text(params, 'Bucket') ?? '';
  const signedFor = text(params, 'Region') ?? '';
  const constraint = /<LocationConstraint>([^<]*)</.exec(text(params, 'Body') ?? '')?.[1] ?? null;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    return otherError('InvalidBucketName', 400, 'The specified bucket is not valid.');
  if (constraint === 'us-east-1')
    return otherError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid');
  const region = constraint ?? 'us-east-1';
  if (region !== signedFor && signedFor !== 'us-east-1') {
    const message = `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    return otherError('IllegalLocationConstraintException', 400, message);
  }
  // In us-east-1, creating a bucket of one's own again is no error.
  const own = state.buckets[name];
  if (own !== undefined && (own.region !== 'us-east-1' || region !== 'us-east-1'))
    return otherError(
      'BucketAlreadyOwnedByYou',
      409,
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  const initial = BUCKET_SETTINGS.flatMap(({ query, initial: given }) => (given === undefined ? [] : [[query, given]]));
  state.buckets[name] ??= { name, region, created: call.now, settings: Object.fromEntries(initial), objects: {} };
  return { headers: { location: `/${name}` } };
};

const headBucket = operation({ bucket: bucketOf }, ({ bucket: { region } }) => ({
  headers: { 'x-amz-bucket-region': region },
}));

const deleteBucket = operation({ bucket: bucketOf }, ({ account, bucket: { name, objects } }) => {
  if (Object.keys(objects).length > 0)
    return otherError(
      'BucketNotEmpty',
      409,
      'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    );
  delete account.state.buckets[name];
  return { status: 204 };
});

function settingOperations({
  query,
  call,
  permission,
  root,
  missing,
  initial,
}: BucketSetting): [string, S3Operation][] {
  const put = operation({ bucket: bucketOf }, ({ bucket, params }) => {
    const body = text(params, 'Body') ?? '';
    if (root === null && parseBucketPolicy(body) === null)
      return otherError('MalformedPolicy', 400, "Policies must be valid JSON and the first byte must be '{'");
    if (root !== null && !body.includes(`<${root}`))
      return otherError(
        'MalformedXML',
        400,
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    bucket.settings[query] = body;
    return root === null ? { status: 204 } : {};
  });
  const get = operation({ bucket: bucketOf }, ({ bucket }) => {
    const given = bucket.settings[query];
    if (given !== undefined) return { text: given };
    return missing === null
      ? { xml: { [root ?? '']: {} } }
      : otherError(missing, 404, `The ${query} configuration does not exist`);
  });
  const remove = operation({ bucket: bucketOf }, ({ bucket }) => {
    delete bucket.settings[query];
    if (query === 'encryption' && initial !== undefined) bucket.settings[query] = initial;
    return { status: 204 };
  });
  return [
    [`Put${call}`, { run: put, writes: true, permission: `s3:Put${permission}` }],
    [`Get${call}`, { run: get, writes: false, permission: `s3:Get${permission}` }],
    // Only a policy has a permission of its own for this.
    [`Delete${call}`, { run: remove, writes: true, permission: `s3:${root === null ? 'Delete' : 'Put'}${permission}` }],
  ];
}

function keepsVersions({ settings }: BucketRecord): boolean {
  return /<Status>Enabled</.test(settings.versioning ?? '');
}

/** What a bucket has under a key: its newest version, or the one that is asked for. Null for none, or a delete marker. */
function objectOf({ objects }: BucketRecord, params: Params): (ObjectVersionRecord & { readonly body: string }) | null {
  const versions = objects[text(params, 'Key') ?? ''] ?? [];
  const asked = text(params, 'VersionId');
  const found = asked === null ? versions.at(-1) : versions.find(({ id }) => id === asked);
  return found === undefined || found.body === null ? null : { ...found, body: found.body };
}

/** Whether a read would find nothing, which S3 says only to those who may list the bucket. */
export const isMissingObject: (...asked: Parameters<Run>) => boolean = (account, params, call) => {
  const bucket = bucketOf(account, params, call);
  return !isAwsError(bucket) && objectOf(bucket, params) === null;
};

const getObject = operation({ bucket: bucketOf }, ({ bucket, params }) => {
  const found = objectOf(bucket, params);
  if (found === null) return otherError('NoSuchKey', 404, 'The specified key does not exist.');
  const { body, type, modified } = found;
  const time = new Date(modified).toUTCString();
  return { headers: { ...written(found), 'content-type': type, 'last-modified': time }, bytes: body };
});

function written({ id, etag }: ObjectVersionRecord): Record<string, string> {
  const headers = { etag, 'x-amz-server-side-encryption': 'AES256' };
  return id === 'null' ? headers : { ...headers, 'x-amz-version-id': id };
}

const putObject = operation({ bucket: bucketOf }, ({ account, bucket, params, call }) => {
  const current = objectOf(bucket, { Key: params.Key ?? '' });
  const [ifNone, ifMatch] = [text(params, 'IfNoneMatch'), text(params, 'IfMatch')];
  if ((ifNone !== null && current !== null) || (ifMatch !== null && current?.etag !== ifMatch))
    return otherError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold');
  const body = text(params, 'Body') ?? '';
  const etag = `"${createHash('md5').update(body, 'base64').digest('hex')}"`;
  const type = text(params, 'ContentType') ?? 'binary/octet-stream';
  const version = { id: 'null', body, type, etag, modified: call.now };
  return { headers: written(addVersion(account.state, bucket, text(params, 'Key') ?? '', version)) };
});

/** Adds a version, or replaces the one without an id where the bucket keeps no versions. */
function addVersion(
  state: { ids: number; readonly seed: string },
  bucket: BucketRecord,
  key: string,
  given: ObjectVersionRecord,
): ObjectVersionRecord {
  let version = given;
  if (keepsVersions(bucket)) {
    state.ids += 1;
    version = { ...given, id: secretOf(state.seed, `version ${state.ids}`).replaceAll(/[+/]/g, '_').slice(0, 32) };
  }
  const others = (bucket.objects[key] ?? []).filter(({ id }) => id !== version.id);
  bucket.objects[key] = [...others, version];
  return version;
}

const deleteObject = operation({ bucket: bucketOf }, ({ account, bucket, params, call }) => {
  const [key, asked] = [text(params, 'Key') ?? '', text(params, 'VersionId')];
  if (asked === null && bucket.settings.versioning !== undefined) {
    const marker = { id: 'null', body: null, type: '', etag: '', modified: call.now };
    const { id } = addVersion(account.state, bucket, key, marker);
    return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': id } };
  }
  const left = (bucket.objects[key] ?? []).filter(({ id }) => id !== (asked ?? 'null'));
  if (left.length > 0) bucket.objects[key] = left;
  else delete bucket.objects[key];
  return { status: 204, headers: asked === null ? {} : { 'x-amz-version-id': asked } };
});

/** A page of a bucket's keys that begin with a prefix; `placeOf` gives the place of an item, by which a page is continued. */
function keysOf<T extends { readonly key: string }>(
  all: readonly T[],
  params: Params,
  placeOf: (item: T) => string,
  after: string | null,
): { readonly page: readonly T[]; readonly rest: Reply; readonly last: T | undefined } | AwsError {
  const prefix = text(params, 'Prefix') ?? '';
  const size = Number(text(params, 'MaxKeys') ?? 1_000);
  const wanted = all.filter(({ key }) => key.startsWith(prefix));
  const start = after === null ? 0 : wanted.findIndex((item) => placeOf(item) === after) + 1;
  if (after !== null && start === 0)
    return otherError('InvalidArgument', 400, 'The continuation token provided is incorrect');
  const page = wanted.slice(start, start + Math.min(size, 1_000));
  const last = start + page.length < wanted.length ? page.at(-1) : undefined;
  return { page, last, rest: { Prefix: prefix, MaxKeys: size, IsTruncated: last !== undefined } };
}

function listed(key: string, { etag, modified, body }: ObjectVersionRecord): Reply {
  const Size = Buffer.byteLength(body ?? '', 'base64');
  return { Key: key, LastModified: modified, ETag: etag, Size, StorageClass: 'STANDARD' };
}

const sortedKeys = ({ objects }: BucketRecord): string[] =>
  Object.keys(objects).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

const listObjects = operation({ bucket: bucketOf }, ({ bucket, params }) => {
  const current = sortedKeys(bucket).flatMap((key) => {
    const version = objectOf(bucket, { Key: key });
    return version === null ? [] : [{ key, version }];
  });
  const token = text(params, 'ContinuationToken');
  const after = token === null ? null : Buffer.from(token, 'base64url').toString();
  const found = keysOf(current, params, ({ key }) => key, after);
  if (isAwsError(found)) return found;
  const { page, rest, last } = found;
  const NextContinuationToken = last === undefined ? undefined : Buffer.from(last.key).toString('base64url');
  const Contents = page.map(({ key, version }) => listed(key, version));
  return {
    xml: { ListBucketResult: { Name: bucket.name, ...rest, KeyCount: page.length, NextContinuationToken, Contents } },
  };
});

const listVersions = operation({ bucket: bucketOf }, ({ bucket, params }) => {
  const all = sortedKeys(bucket).flatMap((key) =>
    (bucket.objects[key] ?? []).toReversed().map((version, index) => ({ key, version, isLatest: index === 0 })),
  );
  const [key, id] = [text(params, 'KeyMarker'), text(params, 'VersionIdMarker')];
  const found = keysOf(all, params, (each) => `${each.key} ${each.version.id}`, key === null ? null : `${key} ${id}`);
  if (isAwsError(found)) return found;
  const { page, rest, last } = found;
  const entry = ({ key: Key, version, isLatest }: (typeof all)[number]): Reply => ({
    ...(version.body === null ? { Key, LastModified: version.modified } : listed(Key, version)),
    VersionId: version.id,
    IsLatest: isLatest,
  });
  const next = last === undefined ? {} : { NextKeyMarker: last.key, NextVersionIdMarker: last.version.id };
  const Version = page.filter(({ version }) => version.body !== null).map(entry);
  const DeleteMarker = page.filter(({ version }) => version.body === null).map(entry);
  return { xml: { ListVersionsResult: { Name: bucket.name, ...rest, ...next, Version, DeleteMarker } } };
});

const read = (permission: string, run: Run): S3Operation => ({ run, writes: false, permission: `s3:${permission}` });
const write = (permission: string, run: Run): S3Operation => ({ run, writes: true, permission: `s3:${permission}` });

/** Every call of S3 that the account answers, by its name. */
export const S3_OPERATIONS: ReadonlyMap<string, S3Operation> = new Map([
  ...Object.entries({
    CreateBucket: write('CreateBucket', createBucket),
    HeadBucket: read('ListBucket', headBucket),
    DeleteBucket: write('DeleteBucket', deleteBucket),
    GetObject: read('GetObject', getObject),
    HeadObject: read('GetObject', getObject),
    PutObject: write('PutObject', putObject),
    DeleteObject: write('DeleteObject', deleteObject),
    ListObjectsV2: read('ListBucket', listObjects),
    ListObjectVersions: read('ListBucketVersions', listVersions),
  }),
  ...BUCKET_SETTINGS.flatMap(settingOperations),
]);
