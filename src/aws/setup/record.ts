import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { jsonOf } from '../../diagnostics/parse-data.ts';
import { contentOf, readThrough, type StateObject } from '../state-object.ts';
import type { StateBucket } from './bucket.ts';
import { partAction, type SetupPart } from './setup-part.ts';

const DIGITS = z.string().regex(/^\d+$/);
export const OWNER_NAME = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/);
export const NAME = z.string().regex(/^[A-Za-z0-9._-]+$/);

/** What GitHub says about a lab's repository and the workflows that it calls. */
const REPOSITORY_FACTS = z.strictObject({
  owner: OWNER_NAME,
  name: NAME,
  /** GitHub's number of the owner, in digits; empty if it is not known, which only a classic subject allows. */
  ownerId: DIGITS.or(z.literal('')),
  /** GitHub's number of the repository, in digits: a new repository of the same name has another. */
  repositoryId: DIGITS,
  /**
   * The form of the subject: repositories created, renamed or moved on or after 15 July 2026 have ids in it. GitHub
   * answers `use_immutable_subject` (GET /repos/OWNER/REPO/actions/oidc/customization/sub).
   */
  subject: z.enum(['classic', 'ids']),
  /**
   * Where the called workflows are, those of the directory first: `refs/heads/main`, or the commit that the callers pin.
   * During an upgrade, the pin of the default branch follows.
   */
  workflows: z
    .array(z.strictObject({ owner: OWNER_NAME, name: NAME, ref: z.string().regex(/^[\w./-]+$/) }))
    .min(1)
    .readonly(),
});

export type RepositoryFacts = Readonly<z.infer<typeof REPOSITORY_FACTS>>;

/** Whose objects these are, and what the roles trust. It is beside the state, and no role of the workflows may write it. */
const RECORD = z.strictObject({ version: z.literal(1), lab: z.string(), repository: REPOSITORY_FACTS });

type BootstrapRecord = z.infer<typeof RECORD>;

export const BOOTSTRAP_RECORD = 'bootstrap.json';
/** Where the markers of delivered access keys are, beside the state. */
export const KEY_MARKERS = 'keys/';
export const TEAM_STATE = 'team.tfstate';

/**
 * The record of the last bootstrap at this place; null if there is none. Fails if the place is another lab's. Throws the
 * SDK's errors.
 */
export async function readBootstrapRecord(s3: S3Client, bucket: StateBucket): Promise<Result<BootstrapRecord | null>> {
  const { lab } = bucket;
  const place = `s3://${bucket.bucket}/${bucket.key}/`;
  const text = await readText(s3, bucket, BOOTSTRAP_RECORD);
  if (text === null) {
    // A lab that was set up by hand has a state, and no record.
    const state = (await readText(s3, bucket, TEAM_STATE)) ?? '';
    const [, other = lab] = /"path": ?"\/mturk\/([^/"]+)\//.exec(state) ?? [];
    return other === lab ? succeed(null) : fail('state-of-another-lab', { state: place, lab: other });
  }
  const read = RECORD.safeParse(jsonOf(text));
  if (!read.success)
    return fail('record-unusable', { file: `${place}${BOOTSTRAP_RECORD}`, reason: 'it is not readable' });
  return read.data.lab === lab
    ? succeed(read.data)
    : fail('state-of-another-lab', { state: place, lab: read.data.lab });
}

export async function writeBootstrapRecord(s3: S3Client, bucket: StateBucket, record: BootstrapRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await s3.send(new PutObjectCommand(contentOf(objectIn(bucket, BOOTSTRAP_RECORD), text)));
}

function objectIn(bucket: StateBucket, name: string): StateObject {
  return { ...bucket, key: `${bucket.key}/${name}` };
}

/** The text of an object beside the state; null if there is none. */
export async function readText(s3: S3Client, bucket: StateBucket, name: string): Promise<string | null> {
  return (await readThrough(s3, objectIn(bucket, name)))?.text ?? null;
}

/** Gives the facts about the repository, from those of the last bootstrap. */
export type FactsOf = (recorded: RepositoryFacts | null) => Promise<Result<RepositoryFacts>>;

/** The repository of the last bootstrap at this place; null if there was none. Throws the SDK's errors. */
export async function recordedRepository(
  s3: S3Client,
  place: StateBucket,
  bucket: SetupPart,
): Promise<Result<RepositoryFacts | null>> {
  const record = partAction(bucket) === 'create' ? succeed(null) : await readBootstrapRecord(s3, place);
  return record.ok ? succeed(record.value?.repository ?? null) : record;
}
