import type { GetObjectCommand, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { orNull } from './client.ts';

/** One small object in the bucket of a lab's state. */
export interface StateObject {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
}

/** The object's text, or null if the bucket has no such key. Throws the SDK's errors. */
export async function readStateObject({ bucket, region, key }: StateObject): Promise<string | null> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  return withS3({ region }, (client) => textOf(client, new GetObjectCommand({ Bucket: bucket, Key: key })));
}

/** Replaces the object, encrypted with the bucket's own key. Throws the SDK's errors. */
export async function writeStateObject({ bucket, region, key }: StateObject, text: string): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const input = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
  await withS3({ region }, (client) => client.send(new PutObjectCommand({ ...input, ServerSideEncryption: 'AES256' })));
}

/** An object's text, or null if the bucket has no such key. Throws the SDK's errors. */
export async function textOf(client: S3Client, command: GetObjectCommand): Promise<string | null> {
  const found = await orNull('NoSuchKey', () => client.send(command));
  return found === null ? null : ((await found.Body?.transformToString('utf-8')) ?? '');
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
