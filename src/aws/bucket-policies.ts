import { GetBucketPolicyCommand, paginateListBuckets, type S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Result } from '../diagnostics/failure.ts';
import { jsonOf } from '../diagnostics/parse-data.ts';
import { askAws, inParallel, orNull } from './client.ts';
import { withS3 } from './state-object.ts';

export interface BucketPolicy {
  readonly bucket: string;
  /** As JSON; the text if it is none, empty without a policy. */
  readonly policy: Result<unknown>;
}

/** The policies of all buckets of the account, a call each. Throws the SDK's errors about the list. */
export function readBucketPolicies(connection: S3ClientConfig): Promise<readonly BucketPolicy[]> {
  return withS3({ region: 'us-east-1', followRegionRedirects: true, ...connection }, policiesOf);
}

async function policiesOf(s3: S3Client): Promise<readonly BucketPolicy[]> {
  const names: string[] = [];
  for await (const { Buckets = [] } of paginateListBuckets({ client: s3 }, { MaxBuckets: 1000 })) {
    names.push(...Buckets.flatMap(({ Name }) => Name ?? []));
  }
  return inParallel(names, async (Bucket) => {
    const read = () => orNull('NoSuchBucketPolicy', () => s3.send(new GetBucketPolicyCommand({ Bucket })));
    const policy = await askAws(async () => {
      const { Policy: text = '' } = (await read()) ?? {};
      return jsonOf(text) ?? text;
    });
    return { bucket: Bucket, policy };
  });
}
