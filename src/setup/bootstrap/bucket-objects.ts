import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { inParallel } from '../../aws/client.ts';
import type { StateBucket } from '../../aws/setup/bucket.ts';
import { BOOTSTRAP_RECORD, readText, TEAM_STATE } from '../../aws/setup/record.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { jsonOf } from '../../diagnostics/parse-data.ts';

/** Addresses in the state of the team stack. Fails if it is damaged or encrypted. Throws the SDK's errors. */
export async function addressesInState(s3: S3Client, bucket: StateBucket): Promise<Result<readonly string[]>> {
  const text = await readText(s3, bucket, TEAM_STATE);
  // Terraform takes an empty object for no state, too.
  if (text === null || text === '') return succeed([]);
  const state = STATE.safeParse(jsonOf(text));
  if (!state.success) return fail('state-damaged', { state: `s3://${bucket.bucket}/${bucket.key}/${TEAM_STATE}` });
  return succeed(state.data.resources.map(({ type, name }) => `${type}.${name}`));
}

/** Terraform writes the list even if it is empty; an encrypted state of OpenTofu has none. */
const STATE = z.object({ resources: z.array(z.object({ type: z.string(), name: z.string() })) });

const OBJECTS_AT_A_TIME = 8;

/** Deletes every version of the lab's objects, the record last, and the bucket if nothing else is in it. */
export async function emptyBucket(s3: S3Client, bucket: StateBucket): Promise<void> {
  const place = { Bucket: bucket.bucket, ExpectedBucketOwner: bucket.account };
  const remove = (version: Version) => s3.send(new DeleteObjectCommand({ ...place, ...version }));
  const versions = await versionsIn(s3, place, `${bucket.key}/`);
  const isRecord = ({ Key = '' }: Version) => Key.endsWith(`/${BOOTSTRAP_RECORD}`);
  await inParallel(
    versions.filter((version) => !isRecord(version)),
    OBJECTS_AT_A_TIME,
    remove,
  );
  for (const version of versions.filter(isRecord)) await remove(version);
  if (await isEmpty(s3, place, '')) await s3.send(new DeleteBucketCommand(place));
}

/** Whether `emptyBucket` has anything to delete. */
export async function hasObjects(s3: S3Client, bucket: StateBucket): Promise<boolean> {
  const place = { Bucket: bucket.bucket, ExpectedBucketOwner: bucket.account };
  return !(await isEmpty(s3, place, `${bucket.key}/`)) || (await isEmpty(s3, place, ''));
}

async function isEmpty(s3: S3Client, place: { readonly Bucket: string }, Prefix: string): Promise<boolean> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ ...place, Prefix, MaxKeys: 1 }),
  );
  return Versions.length + DeleteMarkers.length === 0;
}

type Version = Pick<DeleteObjectCommandInput, 'Key' | 'VersionId'>;

/** Delete markers included: a bucket that has one cannot be deleted. */
async function versionsIn(s3: S3Client, place: { readonly Bucket: string }, Prefix: string) {
  const found: Version[] = [];
  let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | null = {};
  while (next !== null) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ ...place, ...next, Prefix }),
    );
    for (const { Key = '', VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      found.push({ Key, VersionId });
    }
    const { IsTruncated = false, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    next = IsTruncated ? { KeyMarker, VersionIdMarker } : null;
  }
  return found;
}
