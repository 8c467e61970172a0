import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import type { AccountRole } from '../../access/account-role.ts';
import { boundaryState } from '../../aws/inventory/boundary.ts';
import { takeInventory } from '../../aws/inventory/inventory.ts';
import {
  deleteRole,
  inspectRoles,
  type Served,
  servedElsewhere,
  type WantedRole,
  wantedRoles,
} from '../../aws/setup/account-roles.ts';
import { type BucketSettingId, inspectBucket, setUpBucket, stateBucketOf } from '../../aws/setup/bucket.ts';
import { inspectProvider, setUpProvider } from '../../aws/setup/oidc-provider.ts';
import {
  type FactsOf,
  type RepositoryFacts,
  recordedRepository,
  writeBootstrapRecord,
} from '../../aws/setup/record.ts';
import { missing, partAction, type SetupPart, setting } from '../../aws/setup/setup-part.ts';
import type { Inventory } from '../../aws/types.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { usersWithoutBoundary } from '../../drift/rules/user-without-boundary.ts';
import { BOUNDARY_PATH, labOfPath, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';

/** An account of which an administrator has the credentials. */
export interface SetupAccount {
  readonly iam: IAMClient;
  /** For the region of the bucket. */
  readonly s3: S3Client;
  readonly now: () => Date;
}

/** What makes an account a bad home for a lab: see `docs/security/threat-model.md`. */
export interface AccountHome {
  /** Names of IAM users whom a stolen apply role could give everything. */
  readonly usersWithoutBoundary: readonly string[];
  /** Whether the root user has access keys; null if it is not known. */
  readonly hasRootKeys: boolean | null;
  /** Other labs that have a boundary, a role, a user or a group here, sorted. */
  readonly otherLabs: readonly string[];
}

/** What a lab needs besides its team stack, compared with what is there. */
export interface Setup {
  /** Null without `settings.state`: workflows need a state in a bucket, and have no roles without it. */
  readonly workflows: {
    readonly bucket: SetupPart<BucketSettingId>;
    readonly provider: SetupPart;
    readonly repository: RepositoryFacts;
    /** What the roles serve now, and not any more. */
    readonly elsewhere: Served | null;
    readonly roles: readonly WantedRole[];
    /** Those of an earlier version, which are deleted. */
    readonly unwanted: readonly AccountRole[];
  } | null;
  readonly parts: readonly SetupPart[];
  readonly home: AccountHome;
}

/**
 * Compares the account with what this version wants. Fails if the roles serve another repository or a state elsewhere,
 * unless an administrator named this repository. Throws the SDK's errors.
 */
export async function inspectSetup(
  account: SetupAccount,
  team: Team,
  factsOf: FactsOf,
  isNamed = false,
): Promise<Result<Setup>> {
  const inventory = await readAccountAccess(account, team);
  if (!inventory.ok) return inventory;
  const { roles } = inventory.value;
  const home = accountHome(inventory.value, team);
  const boundary = inspectBoundary(inventory.value, team);
  const place = stateBucketOf(team);
  if (place === null) return succeed({ workflows: null, parts: [boundary], home });
  const bucket = await inspectBucket(account.s3, place);
  if (!bucket.ok) return bucket;
  const recorded = await recordedRepository(account.s3, place, bucket.value);
  if (!recorded.ok) return recorded;
  const repository = await factsOf(recorded.value);
  if (!repository.ok) return repository;
  const provider = await inspectProvider(account.iam, team.account);
  const wanted = wantedRoles({ ...team, state: place }, repository.value);
  const elsewhere = servedElsewhere(wanted, roles);
  if (elsewhere !== null && !isNamed)
    return setUpElsewhere(team, elsewhere, repository.value, `${place.bucket}/${place.key}`);
  const parts = inspectRoles(team, wanted, roles);
  const unwanted = roles.filter(({ name }) =>
    parts.some((part) => part.name === name && partAction(part) === 'delete'),
  );
  return succeed({
    workflows: { bucket: bucket.value, provider, repository: repository.value, elsewhere, roles: wanted, unwanted },
    parts: [bucket.value, provider, boundary, ...parts],
    home,
  });
}

/** `state` is null if the roles are to be deleted. */
export function setUpElsewhere(
  { lab }: Team,
  elsewhere: Served,
  { owner, name }: RepositoryFacts,
  state: string | null,
): Result<never> {
  return fail('set-up-elsewhere', { lab, ...elsewhere, here: { repository: `${owner}/${name}`, state } });
}

/** Who may do what in the account, or why that is not known. */
export async function readAccountAccess(
  { iam }: Pick<SetupAccount, 'iam'>,
  { account }: Team,
): Promise<Result<Inventory>> {
  const inventory = await takeInventory(iam, {
    ...{ account, managed: () => false, scope: 'access', credentialReport: false },
  });
  const [notChecked] = inventory.isAccessKnown ? [] : inventory.notChecked;
  return notChecked === undefined ? succeed(inventory) : { ok: false, failure: notChecked.failure };
}

export function accountHome(
  { access, roles, rootKeys }: Pick<Inventory, 'access' | 'roles' | 'rootKeys'>,
  { lab, settings }: Pick<Team, 'lab' | 'settings'>,
): AccountHome {
  const boundaries = access.policies.filter(({ arn }) => arn.includes(`:policy${BOUNDARY_PATH}`));
  const paths = [...access.users, ...access.groups, ...roles].map(({ path }) => path);
  const labs = [...boundaries.map(({ name }) => name), ...paths.flatMap((path) => labOfPath(path) ?? [])];
  return {
    // A member without one is drift, and the next apply restores it.
    usersWithoutBoundary: usersWithoutBoundary(access, { settings }, ({ path }) => path === labPath(lab)).map(
      ({ name }) => name,
    ),
    hasRootKeys: rootKeys === null ? null : rootKeys.length > 0,
    otherLabs: [...new Set(labs)].filter((other) => other !== lab).sort(),
  };
}

/** The boundary as a part: its policy is as this version writes it. */
export function inspectBoundary(inventory: Inventory, team: Team): SetupPart {
  const { state, arn } = boundaryState(inventory, team);
  return {
    kind: 'boundary',
    name: arn,
    settings:
      state === 'missing'
        ? missing('exists', 'permissions')
        : [setting('exists', true), setting('permissions', state === 'unchanged')],
  };
}

/**
 * Carries out what Terraform cannot: bucket, identity provider and record, because its state is kept in the bucket, and roles
 * that its state may not know any more. What is as wanted is left alone, so that it can be run again after any interruption.
 * Throws the SDK's errors.
 */
export async function setUpAccount({ iam, s3 }: SetupAccount, team: Team, { workflows }: Setup): Promise<Result<null>> {
  const place = stateBucketOf(team);
  if (workflows === null || place === null) return succeed(null);
  const made = await setUpBucket(s3, place, workflows.bucket);
  if (!made.ok) return made;
  await writeBootstrapRecord(s3, place, { version: 1, lab: team.lab, repository: workflows.repository });
  await setUpProvider(iam, team.account, workflows.provider);
  for (const role of workflows.unwanted) await deleteRole(iam, role);
  return succeed(null);
}
