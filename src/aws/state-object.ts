import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { fail, type Result } from '../diagnostics/failure.ts';
import type { StatePlace, Team } from '../team/team.ts';
import { orNull } from './client.ts';

/** One small object in the bucket of a lab's state. S3 refuses it if the bucket is not that account's, of 12 digits. */
export type StateObject = StatePlace & Pick<Team, 'account'>;

/** A text and which version it is. */
export interface StateText {
  readonly text: string;
  readonly etag: string;
}

/** The object was written by someone else since it was read. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

/** What S3 answers if an object is not the version that a write replaces: it changed, is there, or is being written. */
const CHANGED = ['PreconditionFailed', 'NoSuchKey', 'ConditionalRequestConflict'];

/** The object's text, or null if the bucket has no such key. Throws the SDK's errors. */
export async function readStateObject(object: StateObject): Promise<StateText | null> {
  return withS3({ region: object.region }, (client) => readThrough(client, object));
}

/**
 * Replaces the version with that ETag, or creates the object if it is null; encrypted with the bucket's own key. Returns the
 * new ETag. Throws `ObjectChanged`, and the SDK's errors.
 */
export async function writeStateObject(object: StateObject, text: string, replaced: string | null): Promise<string> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const input = {
    ...contentOf(object, text),
    ...(replaced === null ? { IfNoneMatch: '*' } : { IfMatch: replaced }),
  };
  try {
    return (await withS3({ region: object.region }, (client) => client.send(new PutObjectCommand(input)))).ETag ?? '';
  } catch (error) {
    if (error instanceof Error && CHANGED.includes(error.name)) throw new ObjectChanged();
    throw error;
  }
}

/** Why a bucket cannot be used, if an error of S3 says so; S3 denies a request for a bucket of another account, too. */
export function bucketFailure(bucket: string, error: unknown): Result<never> | null {
  const name = error instanceof Error ? error.name : '';
  const because = name === 'AccessDenied' ? 'denied' : name === 'NoSuchBucket' ? 'missing' : null;
  return because === null ? null : fail('bucket-unusable', { bucket, because, region: null });
}

function placeOf({ bucket, account, key }: StateObject) {
  return { Bucket: bucket, Key: key, ExpectedBucketOwner: account };
}

/** What S3 is given for an object with that text. */
export function contentOf(object: StateObject, text: string) {
  const how = { ContentType: 'application/json', ServerSideEncryption: 'AES256' } as const;
  return { ...placeOf(object), ...how, Body: text };
}

/** An object's text through a client; null if the bucket has no such key. Throws the SDK's errors. */
export async function readThrough(client: S3Client, object: StateObject): Promise<StateText | null> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const found = await orNull('NoSuchKey', () => client.send(new GetObjectCommand(placeOf(object))));
  if (found === null) return null;
  return { text: (await found.Body?.transformToString('utf-8')) ?? '', etag: found.ETag ?? '' };
}

/**
 * Gives a client for as long as `work` takes. It reads AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL itself; their host, like
 * that of an endpoint that is given, has no subdomain for the bucket.
 */
export async function withS3<Value>(
  config: S3ClientConfig,
  work: (client: S3Client) => Promise<Value>,
): Promise<Value> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const isCustom = Boolean(config.endpoint || process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new S3Client({ ...config, forcePathStyle: isCustom });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
