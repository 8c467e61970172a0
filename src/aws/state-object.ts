import type { S3Client } from '@aws-sdk/client-s3';

/** One small object in the bucket of a lab's state. */
export interface StateObject {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
}

/** The object's text, or null if the bucket has no such key. Throws the SDK's errors. */
export async function readStateObject({ bucket, region, key }: StateObject): Promise<string | null> {
  const { GetObjectCommand, NoSuchKey } = await import('@aws-sdk/client-s3');
  return withClient(region, async (client) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString('utf-8')) ?? '';
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  });
}

/** Replaces the object, encrypted with the bucket's own key. Throws the SDK's errors. */
export async function writeStateObject({ bucket, region, key }: StateObject, text: string): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const input = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
  await withClient(region, (client) => client.send(new PutObjectCommand({ ...input, ServerSideEncryption: 'AES256' })));
}

/** The client reads AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL itself; their host has no subdomain for the bucket. */
async function withClient<Value>(region: string, work: (client: S3Client) => Promise<Value>): Promise<Value> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const isCustomEndpoint = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new S3Client({ region, forcePathStyle: isCustomEndpoint });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
