import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { askAws, askAwsFor, orNull } from '../../aws/client.ts';
import type { Inventory } from '../../aws/inventory/types.ts';
import type { StateBucket } from '../../aws/setup/bucket.ts';
import { type FactsOf, inspectWorkflows, stateBucketOf } from '../../aws/setup/inspect.ts';
import { TEAM_STATE } from '../../aws/setup/record.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import { accountHome } from '../bootstrap/account-home.ts';
import { inspectBoundary, readAccess, type SetupAccount } from '../bootstrap/bootstrap.ts';
import type { AccountFacts } from './check.ts';

/** Reads the account, each part for itself. */
export async function accountFacts(account: SetupAccount, team: Team, factsOf: FactsOf): Promise<AccountFacts> {
  const inventory = await askAwsFor(() => readAccess(account, team));
  const of = <T>(value: (read: Inventory) => T): Result<T> =>
    inventory.ok ? succeed(value(inventory.value)) : inventory;
  const place = stateBucketOf(team);
  const workflows = await inspectWorkflows(account, team, factsOf);
  return {
    boundary: of((read) => inspectBoundary(read, team)),
    workflows,
    home: of((read) => accountHome(read, [], team)),
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
