import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { testInTurn } from '../support/exhaustive.ts';
import { BUCKET, labWithBucket } from '../support/lab-with-bucket.ts';

const test = testInTurn(4);

const lab = labWithBucket();
afterAll(() => lab.remove());

async function allow(s3: S3Client, of: string) {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  const policy = JSON.parse(Policy);
  const Principal = { AWS: 'arn:aws:iam::999999999999:root' };
  const Resource = `arn:aws:s3:::${BUCKET}/${of}`;
  policy.Statement.push({ Effect: 'Allow', Principal, Action: 's3:PutObject', Resource });
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify(policy) }));
}

async function expire(s3: S3Client, Prefix: string) {
  const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
  Rules.push({ ID: 'tidy', Status: 'Enabled', Filter: { Prefix }, Expiration: { Days: 1 } });
  const LifecycleConfiguration = { Rules };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: BUCKET, LifecycleConfiguration }));
}

/** Markers of delivered keys are `KEY/keys/USER/TIME.json`. */
test.each<[string, string, (s3: S3Client) => Promise<void>]>([
  ['that lets another account write markers', '/policy', (s3) => allow(s3, 'perception-lab/keys/*')],
  ['that lets it write those of one member', '/policy', (s3) => allow(s3, 'perception-lab/keys/perception-lab-bo/*')],
  ['by which markers expire', '', (s3) => expire(s3, 'perception-lab/keys/')],
  ['by which those of one member expire', '', (s3) => expire(s3, 'perception-lab/keys/perception-lab-bo/')],
])('a setting of the bucket %s is a finding', async (_what, setting, change) => {
  expect(await lab.bootstrap()).toMatchObject({ code: 0 });
  expect(await lab.mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
  await lab.byHand((_iam, s3) => change(s3));
  expect(await lab.found()).toEqual([`bucket-changed/${BUCKET}${setting}`]);
});
