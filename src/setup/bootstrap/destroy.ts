import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  type IAMClient,
  paginateListPolicyVersions,
} from '@aws-sdk/client-iam';
import type { AccountRole } from '../../access/account-role.ts';
import { deleteRole, rolesOf } from '../../aws/setup/account-roles.ts';
import { forgetOldVersions, inspectBucket } from '../../aws/setup/bucket.ts';
import { stateBucketOf } from '../../aws/setup/inspect.ts';
import { deleteProvider, isProviderOurs } from '../../aws/setup/oidc-provider.ts';
import { readBootstrapRecord } from '../../aws/setup/record.ts';
import { providerArn } from '../../aws/setup/roles.ts';
import { partAction } from '../../aws/setup/setup-part.ts';
import { type FailureArgs, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { iamArn } from '../../iam/arn.ts';
import { boundaryArn, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { readAccountAccess, type SetupAccount } from './bootstrap.ts';
import { addressesInState, emptyBucket, hasObjects } from './bucket-objects.ts';

/** What bootstrap made for a lab, and nothing of another lab or team. */
export interface Removal {
  readonly roles: readonly AccountRole[];
  /** ARN; null if there is none. */
  readonly boundary: string | null;
  /** ARN; null if there is none, bootstrap did not make it, or another role trusts it. */
  readonly provider: string | null;
  /** `s3://BUCKET/KEY/`, of which every version is deleted; null if there is none, and the bucket stays. */
  readonly objects: string | null;
}

/** How what the lab holds is destroyed. */
export type TeamStack = FailureArgs['lab-in-use']['stack'];

/** Finds what is to be removed. Fails while the lab holds anything. Throws the SDK's errors. */
export async function findRemoval(account: SetupAccount, team: Team, stack: TeamStack): Promise<Result<Removal>> {
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
  const own = rolesOf(team.lab, roles);
  const isProviderLeft = await isProviderOurs(
    account.iam,
    team.account,
    roles.filter((role) => !own.includes(role)),
  );
  const objects = await findObjects(account, team, stack);
  if (!objects.ok) return objects;
  return succeed({
    roles: own,
    boundary: access.policies.some(({ arn }) => arn === boundary) ? boundary : null,
    provider: isProviderLeft ? providerArn(team.account) : null,
    objects: objects.value,
  });
}

async function findObjects({ s3 }: SetupAccount, team: Team, stack: TeamStack): Promise<Result<string | null>> {
  const place = stateBucketOf(team);
  if (place === null) return succeed(null);
  const bucket = await inspectBucket(s3, place);
  if (!bucket.ok) return bucket;
  if (partAction(bucket.value) === 'create') return succeed(null);
  // It fails if the objects are another lab's.
  const record = await readBootstrapRecord(s3, place, team.lab);
  if (!record.ok) return record;
  const addresses = await addressesInState(s3, place);
  if (!addresses.ok) return addresses;
  const by = addresses.value;
  if (by.length > 0) return fail('lab-in-use', { lab: team.lab, by, stack });
  return succeed((await hasObjects(s3, place)) ? `s3://${place.bucket}/${place.key}/` : null);
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

async function deletePolicy(client: IAMClient, PolicyArn: string): Promise<void> {
  for await (const { Versions = [] } of paginateListPolicyVersions({ client }, { PolicyArn })) {
    for (const { VersionId, IsDefaultVersion } of Versions) {
      if (!IsDefaultVersion) await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
  }
  await client.send(new DeletePolicyCommand({ PolicyArn }));
}
