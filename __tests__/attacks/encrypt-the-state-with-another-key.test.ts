import { PutBucketEncryptionCommand } from '@aws-sdk/client-s3';
import { testInTurn } from '../support/exhaustive.ts';
import { BUCKET, labWithBucket } from '../support/lab-with-bucket.ts';

const test = testInTurn(2);

const lab = labWithBucket();
afterAll(() => lab.remove());

/** Who may change the bucket's encryption, and nothing of IAM, has what an apply writes encrypted with a key of their own account. */
test("a bucket that encrypts the state with another account's key is a finding, which bootstrap resets", async () => {
  expect(await lab.bootstrap()).toMatchObject({ code: 0 });
  expect(await lab.mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(await lab.found()).toEqual([]);
  const KMSMasterKeyID = 'arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555';
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID } }];
  await lab.byHand((_iam, s3) =>
    s3.send(new PutBucketEncryptionCommand({ Bucket: BUCKET, ServerSideEncryptionConfiguration: { Rules } })),
  );
  const found = await lab.found();
  const reset = await lab.bootstrap();
  expect([found, reset.stdout]).toEqual([[`bucket-changed/${BUCKET}`], expect.stringContaining('encryption')]);
});
