import type { S3Client } from '@aws-sdk/client-s3';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import type { StateBucket } from './bucket.ts';
import { type RepositoryFacts, readBootstrapRecord } from './record.ts';
import { partAction, type SetupPart } from './setup-part.ts';

/** The bucket of a lab's state; null without one. */
export function stateBucketOf({
  account,
  settings: { state },
}: Pick<Team, 'account' | 'settings'>): StateBucket | null {
  return state === null ? null : { ...state, account };
}

/** Gives the facts about the repository, from those of the last bootstrap. */
export type FactsOf = (recorded: RepositoryFacts | null) => Promise<Result<RepositoryFacts>>;

/** The repository that the roles are to trust. Throws the SDK's errors. */
export async function trustedRepository(
  { s3 }: { readonly s3: S3Client },
  team: Pick<Team, 'lab' | 'account' | 'settings'>,
  bucket: SetupPart,
  factsOf: FactsOf,
): Promise<Result<RepositoryFacts>> {
  const place = stateBucketOf(team);
  const isRecorded = place !== null && partAction(bucket) !== 'create';
  const record = isRecorded ? await readBootstrapRecord(s3, place, team.lab) : succeed(null);
  return record.ok ? factsOf(record.value?.repository ?? null) : record;
}
