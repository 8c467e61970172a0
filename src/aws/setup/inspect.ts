import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import { askAws, askAwsFor } from '../client.ts';
import { inspectRoles, readRoles, wantedRoles } from './account-roles.ts';
import { inspectBucket, type StateBucket } from './bucket.ts';
import { inspectProvider } from './oidc-provider.ts';
import { actionOf, type Part } from './part.ts';
import { type RepositoryFacts, readBootstrapRecord } from './record.ts';

/** Clients of the account; `s3` is for the region of the bucket. */
export interface SetupClients {
  readonly iam: IAMClient;
  readonly s3: S3Client;
}

/** What bootstrap makes for the workflows of a lab, compared with what this version writes; or why that is not known. */
export interface WorkflowParts {
  readonly bucket: Result<Part>;
  readonly provider: Result<Part>;
  readonly roles: Result<readonly Part[]>;
}

/** The bucket of a lab's state; null without one. */
export function stateBucketOf({
  account,
  settings: { state },
}: Pick<Team, 'account' | 'settings'>): StateBucket | null {
  return state === null ? null : { ...state, account };
}

/** Gives the facts about the repository, from those of the last bootstrap. */
export type FactsOf = (recorded: RepositoryFacts | null) => Promise<Result<RepositoryFacts>>;

/** Those of the last bootstrap alone, as the scheduled check knows them: during an upgrade, with the old pin and the new one. */
export const recordedFacts: FactsOf = async (recorded) =>
  recorded === null ? fail('repository-unknown', { options: ['--repository'] }) : succeed(recorded);

/** Compares bucket, identity provider and roles, each for itself; null if the lab has no bucket, and so no workflows. */
export async function inspectWorkflows(
  clients: SetupClients,
  team: Pick<Team, 'lab' | 'account' | 'settings'>,
  factsOf: FactsOf,
): Promise<WorkflowParts | null> {
  const state = stateBucketOf(team);
  if (state === null) return null;
  const bucket = await askAwsFor(() => inspectBucket(clients.s3, state));
  return {
    bucket,
    provider: await askAws(() => inspectProvider(clients.iam, team.account)),
    roles: await askAwsFor(async () => {
      if (!bucket.ok) return bucket;
      const repository = await trustedRepository(clients, team, bucket.value, factsOf);
      if (!repository.ok) return repository;
      const wanted = wantedRoles({ ...team, state }, repository.value);
      return succeed(inspectRoles(team, wanted, await readRoles(clients.iam)));
    }),
  };
}

/** The repository that the roles are to trust. Throws the SDK's errors. */
export async function trustedRepository(
  { s3 }: Pick<SetupClients, 's3'>,
  team: Pick<Team, 'lab' | 'account' | 'settings'>,
  bucket: Part,
  factsOf: FactsOf,
): Promise<Result<RepositoryFacts>> {
  const place = stateBucketOf(team);
  const isRecorded = place !== null && actionOf(bucket) !== 'create';
  const record = isRecorded ? await readBootstrapRecord(s3, place, team.lab) : succeed(null);
  return record.ok ? factsOf(record.value?.repository ?? null) : record;
}
