import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { inParallel } from '../../aws/client.ts';
import { textOf } from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { REPOSITORY_FACTS } from '../repository.ts';
import type { StateBucket } from './bucket.ts';

/** Whose objects these are, and what the roles trust. It is beside the state, and no role of the workflows may write it. */
const RECORD = z.strictObject({ version: z.literal(1), lab: z.string(), repository: REPOSITORY_FACTS });

type BootstrapRecord = z.infer<typeof RECORD>;

/**
 * The record of the last bootstrap at this place; null if there is none. Fails if the place is another lab's. Throws the
 * SDK's errors.
 */
export async function readBootstrapRecord(
  s3: S3Client,
  bucket: StateBucket,
  lab: string,
): Promise<Result<BootstrapRecord | null>> {
  const place = `s3://${bucket.bucket}/${bucket.key}/`;
  const text = await readText(s3, bucket, RECORD_FILE);
  if (text === null) {
    // A lab that was set up by hand has a state, and no record.
    const state = (await readText(s3, bucket, TEAM_STATE)) ?? '';
    const [, other = lab] = /"path": ?"\/mturk\/([^/"]+)\//.exec(state) ?? [];
    return other === lab ? succeed(null) : fail('state-of-another-lab', { state: place, lab: other });
  }
  const read = RECORD.safeParse(jsonOf(text));
  if (!read.success) return fail('record-unusable', { file: `${place}${RECORD_FILE}`, reason: 'it is not readable' });
  return read.data.lab === lab
    ? succeed(read.data)
    : fail('state-of-another-lab', { state: place, lab: read.data.lab });
}

const RECORD_FILE = 'bootstrap.json';
const TEAM_STATE = 'team.tfstate';

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

export async function writeBootstrapRecord(s3: S3Client, bucket: StateBucket, record: BootstrapRecord): Promise<void> {
  const Body = `${JSON.stringify(record, null, 2)}\n`;
  await s3.send(
    new PutObjectCommand({
      ...objectOf(bucket, RECORD_FILE),
      ...{ Body, ContentType: 'application/json', ServerSideEncryption: 'AES256' },
    }),
  );
}

function objectOf({ bucket, key, account }: StateBucket, name: string) {
  return { Bucket: bucket, Key: `${key}/${name}`, ExpectedBucketOwner: account };
}

function readText(s3: S3Client, bucket: StateBucket, name: string): Promise<string | null> {
  return textOf(s3, new GetObjectCommand(objectOf(bucket, name)));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const OBJECTS_AT_A_TIME = 8;

/** Deletes every version of the lab's objects, the record last, and the bucket if nothing else is in it. */
export async function emptyBucket(s3: S3Client, bucket: StateBucket): Promise<void> {
  const place = { Bucket: bucket.bucket, ExpectedBucketOwner: bucket.account };
  const remove = (version: Version) => s3.send(new DeleteObjectCommand({ ...place, ...version }));
  const versions = await versionsIn(s3, place, `${bucket.key}/`);
  const isRecord = ({ Key = '' }: Version) => Key.endsWith(`/${RECORD_FILE}`);
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
