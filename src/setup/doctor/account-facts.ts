import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { askAws, askAwsFor, orNull } from '../../aws/client.ts';
import { inspectRoles, wantedRoles } from '../../aws/setup/account-roles.ts';
import { inspectBucket, type StateBucket, stateBucketOf } from '../../aws/setup/bucket.ts';
import { inspectProvider } from '../../aws/setup/oidc-provider.ts';
import { type FactsOf, recordedRepository, TEAM_STATE } from '../../aws/setup/record.ts';
import type { Inventory } from '../../aws/types.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import { accountHome, inspectBoundary, readAccountAccess, type SetupAccount } from '../bootstrap/bootstrap.ts';
import type { AccountFacts, WorkflowParts } from './check.ts';

/** Reads the account, each part for itself. */
export async function accountFacts(account: SetupAccount, team: Team, factsOf: FactsOf): Promise<AccountFacts> {
  const inventory = await askAwsFor(() => readAccountAccess(account, team));
  const of = <T>(value: (read: Inventory) => T): Result<T> =>
    inventory.ok ? succeed(value(inventory.value)) : inventory;
  const place = stateBucketOf(team);
  const workflows = place === null ? null : await workflowParts(account, team, place, inventory, factsOf);
  return {
    boundary: of((read) => inspectBoundary(read, team)),
    workflows,
    home: of((read) => accountHome(read, team)),
    // S3 answers a question about an object without a body: why the bucket cannot be used, only that of the bucket says.
    lockAge:
      workflows?.bucket.ok === false
        ? workflows.bucket
        : await askAws(async () => {
            const taken = place === null ? null : await lockTime(account, place);
            return taken === null ? null : Math.floor((account.now().getTime() - taken.getTime()) / 60_000);
          }),
  };
}

async function workflowParts(
  account: SetupAccount,
  team: Team,
  state: StateBucket,
  inventory: Result<Inventory>,
  factsOf: FactsOf,
): Promise<WorkflowParts> {
  const bucket = await askAwsFor(() => inspectBucket(account.s3, state));
  return {
    bucket,
    provider: await askAws(() => inspectProvider(account.iam, team.account)),
    roles: await askAwsFor(async () => {
      if (!bucket.ok) return bucket;
      if (!inventory.ok) return inventory;
      const recorded = await recordedRepository(account.s3, state, bucket.value);
      const repository = recorded.ok ? await factsOf(recorded.value) : recorded;
      if (!repository.ok) return repository;
      return succeed(inspectRoles(team, wantedRoles({ ...team, state }, repository.value), inventory.value.roles));
    }),
  };
}

/** When the lock that Terraform's S3 backend holds was taken; null if it is free. */
async function lockTime({ s3 }: SetupAccount, { bucket, key, account }: StateBucket): Promise<Date | null> {
  const command = new HeadObjectCommand({
    ...{ Bucket: bucket, Key: `${key}/${TEAM_STATE}.tflock`, ExpectedBucketOwner: account },
  });
  return (await orNull('NotFound', () => s3.send(command)))?.LastModified ?? null;
}

/** Seconds that this machine's clock is ahead of a server's, by the `Date` of its answer (RFC 9110, section 6.6.1). */
export async function clockAhead(url: string, failed: (reason: string) => Result<never>): Promise<Result<number>> {
  try {
    const { headers } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const there = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(there)) return succeed((Date.now() - there) / 1000);
    return failed(`${new URL(url).host} does not say the time`);
  } catch (error) {
    const { cause, message } = error as Error;
    return failed(cause instanceof Error ? cause.message : message);
  }
}
