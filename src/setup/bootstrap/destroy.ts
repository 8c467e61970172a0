import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  type IAMClient,
  paginateListPolicyVersions,
} from '@aws-sdk/client-iam';
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
import type { AccountRole } from '../../access/account-role.ts';
import { inParallel } from '../../aws/client.ts';
import { deleteRole, rolesOf, servedElsewhere, wantedRoles } from '../../aws/setup/account-roles.ts';
import { forgetOldVersions, inspectBucket, owned, type StateBucket, stateBucketOf } from '../../aws/setup/bucket.ts';
import { deleteProvider, isProviderOurs } from '../../aws/setup/oidc-provider.ts';
import {
  BOOTSTRAP_RECORD,
  type FactsOf,
  type RepositoryFacts,
  readText,
  recordedRepository,
  TEAM_STATE,
} from '../../aws/setup/record.ts';
import { providerArn } from '../../aws/setup/roles.ts';
import { partAction } from '../../aws/setup/setup-part.ts';
import { type FailureArgs, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { jsonOf } from '../../diagnostics/parse-data.ts';
import { iamArn } from '../../iam/arn.ts';
import { boundaryArn, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { readAccountAccess, type SetupAccount, setUpElsewhere } from './bootstrap.ts';

/** What bootstrap made for a lab, and nothing of another lab or team. */
export interface Removal {
  readonly roles: readonly AccountRole[];
  /** ARN; null if there is none. */
  readonly boundary: string | null;
  /** ARN; null if there is none, bootstrap did not make it, or another role trusts it. */
  readonly provider: string | null;
  /** `s3://BUCKET/KEY/`, of which every version is deleted; null if there is no record of bootstrap, and the bucket stays. */
  readonly objects: string | null;
}

/** How what the lab holds is destroyed. */
export type TeamStack = FailureArgs['lab-in-use']['stack'];

/**
 * Finds what is to be removed. Fails while the lab holds anything, or if its roles serve another repository or a state elsewhere;
 * `factsOf` is null if an administrator named the repository. Throws the SDK's errors.
 */
export async function findRemoval(
  account: SetupAccount,
  team: Team,
  stack: TeamStack,
  factsOf: FactsOf | null,
): Promise<Result<Removal>> {
  const read = await readAccountAccess(account, team);
  if (!read.ok) return read;
  const { access, roles } = read.value;
  const boundary = boundaryArn(team);
  const by = [
    ...access.users
      .filter((user) => user.path.startsWith(labPath(team.lab)) || user.boundary === boundary)
      .map(({ path, name }) => iamArn(team.account, 'user', path, name)),
    ...access.groups
      .filter(({ path }) => path.startsWith(labPath(team.lab)))
      .map(({ path, name }) => iamArn(team.account, 'group', path, name)),
    ...access.policies.filter(({ arn }) => arn.includes(`:policy${labPath(team.lab)}`)).map(({ arn }) => arn),
  ];
  if (by.length > 0) return fail('lab-in-use', { lab: team.lab, by, stack });
  const found = await findObjects(account, team, stack);
  if (!found.ok) return found;
  const { recorded, objects } = found.value;
  const own = rolesOf(team.lab, roles);
  const isAsked = factsOf === null || own.length === 0;
  const served = isAsked ? succeed(null) : checkServed(team, own, await factsOf(recorded));
  if (!served.ok) return served;
  const others = roles.filter((role) => !own.includes(role));
  const isProviderLeft = await isProviderOurs(account.iam, team.account, others);
  return succeed({
    roles: own,
    boundary: access.policies.some(({ arn }) => arn === boundary) ? boundary : null,
    provider: isProviderLeft ? providerArn(team.account) : null,
    objects,
  });
}

/** What a lab's roles reach whose file has no `settings.state`. */
const NOWHERE = { bucket: '', key: '', region: '' };

function checkServed(team: Team, roles: readonly AccountRole[], repository: Result<RepositoryFacts>): Result<null> {
  if (!repository.ok) return repository;
  const wanted = wantedRoles({ ...team, state: team.settings.state ?? NOWHERE }, repository.value);
  const elsewhere = servedElsewhere(wanted, roles);
  return elsewhere === null ? succeed(null) : setUpElsewhere(team, elsewhere, repository.value, null);
}

/** What bootstrap has at the place of the state: without a record, nothing there is its own but an empty bucket. */
async function findObjects({ s3 }: SetupAccount, team: Team, stack: TeamStack) {
  const place = stateBucketOf(team);
  if (place === null) return succeed({ recorded: null, objects: null });
  const bucket = await inspectBucket(s3, place);
  if (!bucket.ok) return bucket;
  if (partAction(bucket.value) === 'create') return succeed({ recorded: null, objects: null });
  const recorded = await recordedRepository(s3, place, bucket.value);
  if (!recorded.ok) return recorded;
  const addresses = await addressesInState(s3, place);
  if (!addresses.ok) return addresses;
  const by = addresses.value;
  if (by.length > 0) return fail('lab-in-use', { lab: team.lab, by, stack });
  const isOurs = recorded.value !== null || (await isEmpty(s3, place));
  return succeed({ recorded: recorded.value, objects: isOurs ? `s3://${place.bucket}/${place.key}/` : null });
}

/**
 * Removes it: the roles first, so that no workflow runs any more, and the record with the last of the objects. It can be run
 * again after any interruption. Throws the SDK's errors.
 */
export async function removeSetup({ iam, s3 }: SetupAccount, team: Team, removal: Removal): Promise<void> {
  for (const role of removal.roles) await deleteRole(iam, role);
  if (removal.provider !== null) await deleteProvider(iam, team.account);
  if (removal.boundary !== null) await deletePolicy(iam, removal.boundary);
  const place = stateBucketOf(team);
  if (place === null || removal.objects === null) return;
  await forgetOldVersions(s3, place);
  await emptyBucket(s3, place);
}

/** Deletes a policy that nothing has, with its other versions. Throws the SDK's errors. */
export async function deletePolicy(client: IAMClient, PolicyArn: string): Promise<void> {
  for await (const { Versions = [] } of paginateListPolicyVersions({ client }, { PolicyArn })) {
    for (const { VersionId, IsDefaultVersion } of Versions) {
      if (!IsDefaultVersion) await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
  }
  await client.send(new DeletePolicyCommand({ PolicyArn }));
}

/** Addresses in the state of the team stack. Fails if it is damaged or encrypted. Throws the SDK's errors. */
async function addressesInState(s3: S3Client, bucket: StateBucket): Promise<Result<readonly string[]>> {
  const text = await readText(s3, bucket, TEAM_STATE);
  // Terraform takes an empty object for no state, too.
  if (text === null || text === '') return succeed([]);
  const state = STATE.safeParse(jsonOf(text));
  if (!state.success) return fail('state-damaged', { state: `s3://${bucket.bucket}/${bucket.key}/${TEAM_STATE}` });
  return succeed(state.data.resources.map(({ type, name }) => `${type}.${name}`));
}

/** Terraform writes the list even if it is empty; an encrypted state of OpenTofu has none. */
const STATE = z.object({ resources: z.array(z.object({ type: z.string(), name: z.string() })) });

/** Deletes every version of the lab's objects, the record last, and the bucket if nothing else is in it. */
async function emptyBucket(s3: S3Client, bucket: StateBucket): Promise<void> {
  const remove = (version: Version) => s3.send(new DeleteObjectCommand({ ...owned(bucket), ...version }));
  const versions = await versionsIn(s3, bucket);
  const isRecord = ({ Key = '' }: Version) => Key.endsWith(`/${BOOTSTRAP_RECORD}`);
  await inParallel(
    versions.filter((version) => !isRecord(version)),
    remove,
  );
  for (const version of versions.filter(isRecord)) await remove(version);
  if (await isEmpty(s3, bucket)) await s3.send(new DeleteBucketCommand(owned(bucket)));
}

async function isEmpty(s3: S3Client, bucket: StateBucket): Promise<boolean> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ ...owned(bucket), MaxKeys: 1 }),
  );
  return Versions.length + DeleteMarkers.length === 0;
}

type Version = Pick<DeleteObjectCommandInput, 'Key' | 'VersionId'>;

/** Delete markers included: a bucket that has one cannot be deleted. */
async function versionsIn(s3: S3Client, bucket: StateBucket) {
  const place = { ...owned(bucket), Prefix: `${bucket.key}/` };
  const found: Version[] = [];
  let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | null = {};
  while (next !== null) {
    const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand({ ...place, ...next }));
    for (const { Key = '', VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      found.push({ Key, VersionId });
    }
    const { IsTruncated = false, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    next = IsTruncated ? { KeyMarker, VersionIdMarker } : null;
  }
  return found;
}
