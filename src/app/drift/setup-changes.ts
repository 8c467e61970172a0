import { askAws, askAwsFor } from '../../aws/client.ts';
import { inspectRoles, rolesOf, wantedRoles } from '../../aws/setup/account-roles.ts';
import { inspectBucket, stateBucketOf } from '../../aws/setup/bucket.ts';
import { inspectProvider } from '../../aws/setup/oidc-provider.ts';
import type { RepositoryFacts } from '../../aws/setup/record.ts';
import { readBootstrapRecord } from '../../aws/setup/record.ts';
import { partAction, type SetupPart } from '../../aws/setup/setup-part.ts';
import { withS3 } from '../../aws/state-object.ts';
import type { Inventory, NotChecked } from '../../aws/types.ts';
import type { Result } from '../../diagnostics/failure.ts';
import type { SetupChange, SetupSetting } from '../../drift/finding.ts';
import type { ScanInput } from '../../drift/scan/scan.ts';
import type { Environment } from '../../terraform/run/engine.ts';
import type { AccountSession } from '../session/account-session.ts';

/**
 * The roles, the bucket and the identity provider that are there, compared with what this version writes. A role that may
 * not read bucket and provider, as the plan role, leaves them out: only a full check says that they were not checked.
 */
export async function readSetup(
  { team, iam, connection }: Pick<AccountSession, 'team' | 'iam' | 'connection'>,
  { roles, isAccessKnown }: Pick<Inventory, 'roles' | 'isAccessKnown'>,
  isFull: boolean,
  env: Environment,
): Promise<ScanInput['setup']> {
  const place = stateBucketOf(team);
  if (place === null) return null;
  const { bucket, provider, record } = await withS3({ region: place.region, ...connection }, async (s3) => ({
    bucket: await askAwsFor(() => inspectBucket(s3, place)),
    provider: await askAws(() => inspectProvider(iam, team.account)),
    record: await askAwsFor(() => readBootstrapRecord(s3, place)),
  }));
  const recorded = record.ok ? (record.value?.repository ?? null) : null;
  const own = rolesOf(team.lab, roles).map(({ trust }) => trust);
  const facts = ofThisRepository(recorded ?? trustedIn(own), env);
  const parts = inspectRoles(team, wantedRoles({ ...team, state: place }, facts), roles);
  const notChecked = (what: string, read: Result<SetupPart>): readonly NotChecked[] =>
    read.ok || !isFull ? [] : [{ what, failure: read.failure }];
  return {
    roles: isAccessKnown ? parts.flatMap(changesOf) : null,
    bucket: bucket.ok ? (changesOf(bucket.value)[0] ?? null) : null,
    provider: provider.ok ? (changesOf(provider.value)[0] ?? null) : null,
    notChecked: [...notChecked('the bucket of the state', bucket), ...notChecked('the identity provider', provider)],
  };
}

/** What differs in a part that is there; nothing of one that is missing, without which no workflow changes anything. */
function changesOf(part: SetupPart): readonly SetupChange[] {
  if (['as-wanted', 'create'].includes(partAction(part))) return [];
  const settings = part.settings.filter(({ state }) => state !== 'as-wanted').map(({ id }) => id as SetupSetting);
  return [{ name: part.name, settings }];
}

/** In a workflow, the repositories are the one that runs it and the one of the called workflow, whatever a record says. */
function ofThisRepository(facts: RepositoryFacts, env: Environment): RepositoryFacts {
  const [owner, name] = env.GITHUB_REPOSITORY?.split('/') ?? [];
  const { GITHUB_REPOSITORY_ID: repositoryId, GITHUB_REPOSITORY_OWNER_ID: ownerId, CALLED_REPOSITORY: called } = env;
  if (owner === undefined || name === undefined || repositoryId === undefined) return facts;
  const workflows = facts.workflows.filter((each) => [undefined, `${each.owner}/${each.name}`].includes(called));
  return { ...facts, owner, name, repositoryId, ownerId: ownerId ?? facts.ownerId, workflows };
}

const CALLED = /"([\w-]+)\/([\w.-]+)\/\.github\/workflows\/called-[a-z]+\.yml@([\w./-]+)"/;

/**
 * The repository that trust policies name, so that each is compared at least in its form, and with the others. One in another
 * form is compared with a repository that no trust policy names.
 */
function trustedIn(trusts: readonly unknown[]): RepositoryFacts {
  const text = JSON.stringify(trusts);
  const [, owner = '-', ownerId = '', name = '-', inSubject] =
    /"repo:([\w-]+)(?:@(\d+))?\/([\w.-]+?)(?:@(\d+))?:/.exec(text) ?? [];
  const [, repositoryId = '0'] = /:repository_id":\[?"(\d+)"/.exec(text) ?? [];
  const [, toolOwner = '-', tool = '-', ref = '-'] = CALLED.exec(text) ?? [];
  const subject = inSubject === undefined ? ('classic' as const) : ('ids' as const);
  return { owner, name, ownerId, repositoryId, subject, workflows: [{ owner: toolOwner, name: tool, ref }] };
}
