import { createHash } from 'node:crypto';
import { parseBucketPolicy } from '../../iam/resource-policy.ts';
import { isAwsError, otherError } from './aws-error.ts';
import { operation, type Reader, type Reply, type Run } from './operation.ts';
import { type Params, text } from './params.ts';
import { type AccountState, type BucketRecord, type ObjectVersionRecord, secretOf } from './state.ts';

/** An answer of S3: `headers`, and as its content one of `xml` (to be written), `text` (as it was put) and `bytes` (base64). */
interface S3Operation {
  readonly run: Run;
  readonly writes: boolean;
  /** `s3:GetObject` */
  readonly permission: string;
}

/** A setting of a bucket. It is kept as the text that was put, and answered as it is. */
export interface BucketSetting {
  /** How a request names it: `?versioning`. */
  readonly query: string;
  /** What follows `Put` and `Get` in the name of the call, and of the permission if that is not another. */
  readonly call: string;
  readonly permission?: string;
  /** Root element of the XML; null for a policy, which is JSON. */
  readonly root: string | null;
  /** S3's code where nothing was put; null where that is no error. */
  readonly missing: string | null;
  /** What a new bucket has: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
  readonly initial?: string;
}

const AES256 =
  '<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>';
const BLOCKED = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
  .map((each) => `<${each}>true</${each}>`)
  .join('');

export const BUCKET_SETTINGS: readonly BucketSetting[] = [
  { query: 'versioning', call: 'BucketVersioning', root: 'VersioningConfiguration', missing: null },
  {
    ...{ query: 'encryption', call: 'BucketEncryption', permission: 'EncryptionConfiguration' },
    ...{ root: 'ServerSideEncryptionConfiguration', missing: 'ServerSideEncryptionConfigurationNotFoundError' },
    initial: `<ServerSideEncryptionConfiguration>${AES256}</ServerSideEncryptionConfiguration>`,
  },
  {
    ...{ query: 'publicAccessBlock', call: 'PublicAccessBlock', permission: 'BucketPublicAccessBlock' },
    ...{ root: 'PublicAccessBlockConfiguration', missing: 'NoSuchPublicAccessBlockConfiguration' },
    initial: `<PublicAccessBlockConfiguration>${BLOCKED}</PublicAccessBlockConfiguration>`,
  },
  {
    ...{ query: 'lifecycle', call: 'BucketLifecycleConfiguration', permission: 'LifecycleConfiguration' },
    ...{ root: 'LifecycleConfiguration', missing: 'NoSuchLifecycleConfiguration' },
  },
  {
    ...{ query: 'ownershipControls', call: 'BucketOwnershipControls', root: 'OwnershipControls' },
    missing: 'OwnershipControlsNotFoundError',
    initial: `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
  },
  { query: 'tagging', call: 'BucketTagging', root: 'Tagging', missing: 'NoSuchTagSet' },
  { query: 'policy', call: 'BucketPolicy', root: null, missing: 'NoSuchBucketPolicy' },
];

/** The account that a bucket belongs to. */
export function ownerOf({ accountId }: AccountState, bucket: BucketRecord | undefined): string {
  return bucket?.owner ?? accountId;
}

const bucketOf: Reader<BucketRecord> = ({ state }, params) => {
  const bucket = state.buckets[text(params, 'Bucket') ?? ''];
  if (bucket === undefined) return otherError('NoSuchBucket', 404, 'The specified bucket does not exist');
  if ((text(params, 'ExpectedBucketOwner') ?? ownerOf(state, bucket)) !== ownerOf(state, bucket))
    return otherError('AccessDenied', 403, 'Access Denied');
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
  if (region !== signedFor && signedFor !== 'us-east-1')
    return otherError('IllegalLocationConstraintException', 400, `The region ${region} is not the endpoint's.`);
  // In us-east-1, creating a bucket of one's own again is no error.
  const known = state.buckets[name];
  if (ownerOf(state, known) !== state.accountId)
    return otherError('BucketAlreadyExists', 409, 'The requested bucket name is not available.');
  const own = known?.region ?? null;
  if (own !== null && (own !== 'us-east-1' || region !== 'us-east-1'))
    return otherError('BucketAlreadyOwnedByYou', 409, 'You already own the bucket.');
  const initial = BUCKET_SETTINGS.flatMap(({ query, initial: given }) => (given === undefined ? [] : [[query, given]]));
  state.buckets[name] ??= { name, region, created: call.now, settings: Object.fromEntries(initial), objects: {} };
  return { headers: { location: `/${name}` } };
};

const listBuckets: Run = ({ state }) => ({
  xml: {
    ListAllMyBucketsResult: {
      Owner: { ID: state.accountId },
      Buckets: {
        Bucket: Object.values(state.buckets)
          .filter((bucket) => ownerOf(state, bucket) === state.accountId)
          .map(({ name, created, region }) => ({ Name: name, CreationDate: created, BucketRegion: region })),
      },
    },
  },
});

const headBucket = operation({ bucket: bucketOf }, ({ bucket: { region } }) => ({
  headers: { 'x-amz-bucket-region': region },
}));

const deleteBucket = operation({ bucket: bucketOf }, ({ account, bucket: { name, objects } }) => {
  if (Object.keys(objects).length > 0)
    return otherError('BucketNotEmpty', 409, 'You must delete all versions in the bucket.');
  delete account.state.buckets[name];
  return { status: 204 };
});

function settingOperations(setting: BucketSetting): [string, S3Operation][] {
  const { query, call, permission = call, root, missing, initial } = setting;
  const put = operation({ bucket: bucketOf }, ({ bucket, params }) => {
    const body = text(params, 'Body') ?? '';
    if (root === null && parseBucketPolicy(body) === null)
      return otherError('MalformedPolicy', 400, "Policies must be valid JSON and the first byte must be '{'");
    if (root !== null && !body.includes(`<${root}`))
      return otherError('MalformedXML', 400, 'The XML you provided was not well-formed');
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
    // A bucket is never without encryption.
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
  const replaced = text(params, 'IfMatch');
  if (replaced !== null && current === null) return otherError('NoSuchKey', 404, 'The specified key does not exist.');
  if ((text(params, 'IfNoneMatch') !== null && current !== null) || (replaced ?? current?.etag) !== current?.etag)
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

/** A page of keys that begin with a prefix. It is continued by key, so that what is deleted between two pages hides nothing. */
function pageOf(keys: readonly string[], params: Params, after: string | null) {
  const prefix = text(params, 'Prefix') ?? '';
  const size = Math.min(Number(text(params, 'MaxKeys') ?? 1_000), 1_000);
  const left = keys.filter((key) => key.startsWith(prefix) && (after === null || key > after)).sort();
  const [page, isMore] = [left.slice(0, size), left.length > size];
  return { page, next: isMore ? page.at(-1) : undefined, rest: { Prefix: prefix, MaxKeys: size, IsTruncated: isMore } };
}

function listed(key: string, { etag, modified, body }: ObjectVersionRecord): Reply {
  const Size = Buffer.byteLength(body ?? '', 'base64');
  return { Key: key, LastModified: modified, ETag: etag, Size, StorageClass: 'STANDARD' };
}

const listObjects = operation({ bucket: bucketOf }, ({ bucket, params }) => {
  const current = Object.keys(bucket.objects).filter((key) => objectOf(bucket, { Key: key }) !== null);
  const token = text(params, 'ContinuationToken');
  const after = token === null ? null : Buffer.from(token, 'base64url').toString();
  const { page, rest, next } = pageOf(current, params, after);
  const NextContinuationToken = next === undefined ? undefined : Buffer.from(next).toString('base64url');
  const Contents = page.flatMap((key) => (bucket.objects[key] ?? []).slice(-1).map((version) => listed(key, version)));
  return {
    xml: { ListBucketResult: { Name: bucket.name, ...rest, KeyCount: page.length, NextContinuationToken, Contents } },
  };
});

/** All versions of a key are on one page, whatever the number that was asked for. */
const listVersions = operation({ bucket: bucketOf }, ({ bucket, params }) => {
  const { page, rest, next } = pageOf(Object.keys(bucket.objects), params, text(params, 'KeyMarker'));
  const all = page.flatMap((key) =>
    (bucket.objects[key] ?? []).toReversed().map((version, index) => ({
      isMarker: version.body === null,
      entry: { ...listed(key, version), VersionId: version.id, IsLatest: index === 0 },
    })),
  );
  const Version = all.filter(({ isMarker }) => !isMarker).map(({ entry }) => entry);
  const DeleteMarker = all.filter(({ isMarker }) => isMarker).map(({ entry }) => entry);
  return { xml: { ListVersionsResult: { Name: bucket.name, ...rest, NextKeyMarker: next, Version, DeleteMarker } } };
});

const read = (permission: string, run: Run): S3Operation => ({ run, writes: false, permission: `s3:${permission}` });
const write = (permission: string, run: Run): S3Operation => ({ run, writes: true, permission: `s3:${permission}` });

/** Every call of S3 that the account answers, by its name. */
export const S3_OPERATIONS: ReadonlyMap<string, S3Operation> = new Map([
  ...Object.entries({
    ListBuckets: read('ListAllMyBuckets', listBuckets),
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
