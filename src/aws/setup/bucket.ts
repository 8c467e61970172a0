import {
  BucketAlreadyExists,
  BucketAlreadyOwnedByYou,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketAclCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  S3ServiceException,
  waitUntilBucketExists,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { conservativeDocument } from '../../access/conservative.ts';
import { OPEN_KEYS } from '../../access/request-context.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { canonicalJson } from '../../iam/canonical.ts';
import { conditionsHold } from '../../iam/conditions.ts';
import { ACTION_NAMES, CONDITIONS, conditionsOf, RESOURCE_ARNS, type Statement, toList } from '../../iam/document.ts';
import { actionMatches, resourceMatches } from '../../iam/evaluate.ts';
import { hasVariables, type RequestContext, valuesOf } from '../../iam/pattern.ts';
import { iamName, WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../team/names.ts';
import type { StatePlace, Team } from '../../team/team.ts';
import { orNull } from '../client.ts';
import { missing, type Setting, type SetupPart, setting } from './setup-part.ts';

/** The bucket of a lab's state, and whose it must be. */
export interface StateBucket extends StatePlace, Pick<Team, 'lab' | 'account'> {}

/** The bucket of a lab's state; null without one. */
export function stateBucketOf({
  lab,
  account,
  settings: { state },
}: Pick<Team, 'lab' | 'account' | 'settings'>): StateBucket | null {
  return state === null ? null : { ...state, lab, account };
}

interface BucketSetting {
  isWanted(s3: S3Client, bucket: StateBucket): Promise<boolean>;
  set(s3: S3Client, bucket: StateBucket): Promise<unknown>;
}

/** In the order in which they are set. Rules and statements of others stay unless they reach this lab's objects. */
const SETTINGS = {
  'public-access': {
    async isWanted(s3, bucket) {
      const command = new GetPublicAccessBlockCommand(owned(bucket));
      const found = await orNull('NoSuchPublicAccessBlockConfiguration', () => s3.send(command));
      const { PublicAccessBlockConfiguration: block } = found ?? {};
      return Object.keys(NO_PUBLIC_ACCESS).every((each) => block?.[each as keyof typeof NO_PUBLIC_ACCESS] === true);
    },
    set: (s3, bucket) =>
      s3.send(
        new PutPublicAccessBlockCommand({ ...owned(bucket), PublicAccessBlockConfiguration: { ...NO_PUBLIC_ACCESS } }),
      ),
  },
  ownership: {
    async isWanted(s3, bucket) {
      const command = new GetBucketOwnershipControlsCommand(owned(bucket));
      const found = await orNull('OwnershipControlsNotFoundError', () => s3.send(command));
      const rules = found?.OwnershipControls?.Rules ?? [];
      return rules.some(({ ObjectOwnership }) => ObjectOwnership === 'BucketOwnerEnforced');
    },
    async set(s3, bucket) {
      const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
      const disableAcls = () => s3.send(new PutBucketOwnershipControlsCommand({ ...owned(bucket), OwnershipControls }));
      // S3 refuses while the ACL lets others in, and takes no ACL while it is disabled:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
      if ((await orNull('InvalidBucketAclWithObjectOwnership', disableAcls)) !== null) return;
      await s3.send(new PutBucketAclCommand({ ...owned(bucket), ACL: 'private' }));
      await disableAcls();
    },
  },
  versioning: {
    async isWanted(s3, bucket) {
      return (await s3.send(new GetBucketVersioningCommand(owned(bucket)))).Status === 'Enabled';
    },
    set: (s3, bucket) =>
      s3.send(new PutBucketVersioningCommand({ ...owned(bucket), VersioningConfiguration: { Status: 'Enabled' } })),
  },
  encryption: {
    async isWanted(s3, bucket) {
      const command = new GetBucketEncryptionCommand(owned(bucket));
      const found = await orNull('ServerSideEncryptionConfigurationNotFoundError', () => s3.send(command));
      const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
      const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
      return SSEAlgorithm !== undefined && KMSMasterKeyID === undefined;
    },
    set: (s3, bucket) =>
      s3.send(
        new PutBucketEncryptionCommand({
          ...owned(bucket),
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
        }),
      ),
  },
  policy: {
    async isWanted(s3, bucket) {
      const wanted = canonicalJson(tlsOnly(bucket));
      const { Statement } = await readPolicy(s3, bucket);
      const isUnwanted = (each: BucketStatement) => opens(each, bucket) || hinders(each, bucket);
      return Statement.some((each) => canonicalJson(each) === wanted) && !Statement.some(isUnwanted);
    },
    async set(s3, bucket) {
      const policy = await readPolicy(s3, bucket);
      const others = policy.Statement.filter(
        (each) => each.Sid !== TLS_ONLY && !opens(each, bucket) && !hinders(each, bucket),
      );
      const Policy = JSON.stringify({ ...policy, Statement: [...others, tlsOnly(bucket)] });
      await s3.send(new PutBucketPolicyCommand({ ...owned(bucket), Policy }));
    },
  },
  'old-versions': {
    async isWanted(s3, bucket) {
      const wanted = canonicalJson(oldVersionsExpire(bucket));
      const rules = await readRules(s3, bucket);
      return rules.some((rule) => canonicalJson(rule) === wanted) && !rules.some((rule) => expires(rule, bucket));
    },
    async set(s3, bucket) {
      const wanted = oldVersionsExpire(bucket);
      const rules = await readRules(s3, bucket);
      const others = rules.filter((rule) => rule.ID !== wanted.ID && !expires(rule, bucket));
      await writeRules(s3, bucket, [...others, wanted]);
    },
  },
} satisfies Readonly<Record<string, BucketSetting>>;

export type BucketSettingId = 'exists' | keyof typeof SETTINGS;

const IDS = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];

/** Compares the bucket with what the state needs. Throws the SDK's errors. */
export async function inspectBucket(s3: S3Client, bucket: StateBucket): Promise<Result<SetupPart<BucketSettingId>>> {
  const { bucket: name } = bucket;
  try {
    await s3.send(new HeadBucketCommand(owned(bucket)));
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    const { httpStatusCode: status } = error.$metadata;
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html: without a body, the status alone tells.
    if (status === 404) return succeed({ kind: 'bucket', name, settings: missing('exists', ...IDS) });
    if (status === 403) return fail('bucket-unusable', { bucket: name, because: 'denied', region: null });
    if (status === 301 || status === 400) {
      const region = error.$response?.headers['x-amz-bucket-region'] ?? null;
      return fail('bucket-unusable', { bucket: name, because: 'other-region', region });
    }
    throw error;
  }
  const settings: Setting<BucketSettingId>[] = [setting('exists', true)];
  for (const id of IDS) settings.push(setting(id, await SETTINGS[id].isWanted(s3, bucket)));
  return succeed({ kind: 'bucket', name, settings });
}

/** Creates the bucket, or changes what is not as wanted. Throws the SDK's errors. */
export async function setUpBucket(
  s3: S3Client,
  bucket: StateBucket,
  { settings }: SetupPart<BucketSettingId>,
): Promise<Result<null>> {
  for (const { id, state } of settings) {
    if (state === 'as-wanted') continue;
    if (id !== 'exists') {
      await SETTINGS[id].set(s3, bucket);
      continue;
    }
    const created = await createBucket(s3, bucket);
    if (!created.ok) return created;
  }
  return succeed(null);
}

async function createBucket(s3: S3Client, bucket: StateBucket): Promise<Result<null>> {
  const { bucket: Bucket, region } = bucket;
  try {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: us-east-1 is no location constraint.
    const LocationConstraint = region as BucketLocationConstraint;
    const place = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint } };
    await s3.send(new CreateBucketCommand({ Bucket, ...place }));
  } catch (error) {
    if (error instanceof BucketAlreadyExists)
      return fail('bucket-unusable', { bucket: Bucket, because: 'denied', region: null });
    // The SDK repeats a creation whose answer was lost.
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
  // A bucket that was just created is not found everywhere at once, and its settings would answer NoSuchBucket.
  await waitUntilBucketExists({ client: s3, maxWaitTime: 60 }, owned(bucket));
  return succeed(null);
}

/** Ends the rule about this lab's old versions, in a bucket that stays. */
export async function forgetOldVersions(s3: S3Client, bucket: StateBucket): Promise<void> {
  const { ID } = oldVersionsExpire(bucket);
  const rules = await readRules(s3, bucket);
  const others = rules.filter((rule) => rule.ID !== ID);
  if (others.length < rules.length) await writeRules(s3, bucket, others);
}

/** How S3 is asked about the bucket, and only as that of the account. */
export function owned({ bucket, account }: StateBucket) {
  return { Bucket: bucket, ExpectedBucketOwner: account };
}

const NO_PUBLIC_ACCESS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const TLS_ONLY = 'MturkTeamTlsOnly';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS */
function tlsOnly({ bucket }: StateBucket) {
  const arn = `arn:aws:s3:::${bucket}`;
  return {
    Sid: TLS_ONLY,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

const WHO = z.union([z.string(), z.array(z.string()).readonly()]);
const VERSION = '2012-10-17';
const POLICY = z.looseObject({
  Version: z.string().default(VERSION),
  Statement: z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]),
    z.array(
      z.looseObject({
        Sid: z.string().optional(),
        Effect: z.enum(['Allow', 'Deny']),
        Action: ACTION_NAMES,
        NotAction: ACTION_NAMES,
        Resource: RESOURCE_ARNS,
        NotResource: RESOURCE_ARNS,
        Principal: z.union([z.string(), z.record(z.string(), WHO)]).optional(),
        Condition: CONDITIONS.optional(),
      }),
    ),
  ),
});

type BucketStatement = z.infer<typeof POLICY>['Statement'][number];

/** What `inspectBucket` reads. */
export const BUCKET_READS = [
  's3:GetBucketOwnershipControls',
  's3:GetBucketPolicy',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
];

/** What decides who may write the objects of a bucket, how long they stay, and what copies or old versions there are. */
const BUCKET_WRITES = [
  ...['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketAcl', 's3:PutBucketOwnershipControls'],
  ...['s3:PutBucketPublicAccessBlock', 's3:PutBucketVersioning', 's3:PutEncryptionConfiguration', 's3:DeleteBucket'],
  ...['s3:PutLifecycleConfiguration', 's3:PutReplicationConfiguration'],
];
const OBJECTS = ['team.tfstate', 'team.tfstate.tflock', 'apply-record.json', 'bootstrap.json', 'keys/*'];

/**
 * Whether a statement lets anyone use the lab's objects or change the bucket, besides whom IAM lets. Another account chooses
 * what a policy variable stands for: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function opens(statement: BucketStatement, { bucket, key }: StateBucket): boolean {
  const arn = `arn:aws:s3:::${bucket}`;
  const isOfBucket = isAbout(statement, arn) && BUCKET_WRITES.some((action) => actionMatches(statement, action));
  const isBelow = toList(statement.Resource).some((resource) => resource.startsWith(`${arn}/${key}/`));
  const isOfObject = () => isBelow || OBJECTS.some((name) => isAbout(statement, `${arn}/${key}/${name}`));
  return statement.Effect === 'Allow' && (isOfBucket || isOfObject());
}

/** Whether a statement can be about a resource, whatever the values of policy variables. */
function isAbout(statement: BucketStatement, resource: string): boolean {
  const open: Statement = { ...statement, Effect: 'Allow' };
  const { Version, Statement } = conservativeDocument({ Version: VERSION, Statement: open }, () => false);
  return toList(Statement).some((each) => resourceMatches(each, Version, resource, {}, OPEN_KEYS));
}

/** Whether a statement keeps a workflow from the lab's objects or from checking the bucket. Conditions on what is not known hold. */
function hinders(statement: BucketStatement, { bucket, key, ...lab }: StateBucket): boolean {
  const arn = `arn:aws:s3:::${bucket}`;
  const calls = [
    ...['s3:ListBucket', ...BUCKET_READS].map((action) => ({ action, resource: arn })),
    ...OBJECTS.flatMap((name) => {
      const actions = ['s3:GetObject', 's3:PutObject', ...(name.endsWith('.tflock') ? ['s3:DeleteObject'] : [])];
      return actions.map((action) => ({ action, resource: `${arn}/${key}/${name}` }));
    }),
  ];
  return (
    statement.Effect === 'Deny' &&
    calls.some(
      ({ action, resource }) =>
        actionMatches(statement, action) &&
        isAbout(statement, resource) &&
        WORKFLOW_ROLES.some(
          (role) =>
            isOfRole(statement, lab, role) &&
            workflowContexts(lab, role, action).some((context) => canHold(statement, context)),
        ),
    )
  );
}

/** What S3 knows of the calls of a workflow, which may come with either version of TLS. */
function workflowContexts(lab: Pick<Team, 'lab' | 'account'>, role: WorkflowRole, action: string) {
  return ['1.2', '1.3'].map((tls) => ({
    'aws:PrincipalArn': workflowRoleArn(lab, role),
    'aws:PrincipalAccount': lab.account,
    'aws:ResourceAccount': lab.account,
    's3:ResourceAccount': lab.account,
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:SecureTransport': 'true',
    's3:TlsVersion': tls,
    ...(action === 's3:PutObject' ? { 's3:x-amz-server-side-encryption': 'AES256' } : {}),
  }));
}

/** An account lets its own organization in by these; whether that is the one that a policy names, no call here says. */
const ORGANIZATION = ['aws:principalorgid', 'aws:principalorgpaths'];

function canHold(statement: BucketStatement, context: RequestContext): boolean {
  return conditionsOf(statement).every(({ operator, key, values }) => {
    if (ORGANIZATION.includes(key.toLowerCase())) return false;
    const isKnown = valuesOf(context, key) !== null && !values.some((value) => hasVariables(value, VERSION));
    const Condition = { [operator]: { [key]: values } };
    return !isKnown || conditionsHold({ Effect: 'Deny', Condition }, VERSION, context);
  });
}

/** Whether the principal of a statement can be a workflow's role: all but those of `NotPrincipal` count. */
function isOfRole({ Principal = '*' }: BucketStatement, lab: Pick<Team, 'lab' | 'account'>, role: WorkflowRole) {
  const { account } = lab;
  const session = `arn:aws:sts::${account}:assumed-role/${iamName(lab.lab, role)}/`;
  const own = ['*', account, `arn:aws:iam::${account}:root`, workflowRoleArn(lab, role)];
  const kinds = typeof Principal === 'string' ? { AWS: Principal } : Principal;
  return Object.entries(kinds).some(
    ([kind, who]) =>
      kind !== 'Service' &&
      (kind !== 'AWS' || toList(who).some((each) => own.includes(each) || each.startsWith(session))),
  );
}

async function readPolicy(s3: S3Client, bucket: StateBucket): Promise<z.infer<typeof POLICY>> {
  const found = await orNull('NoSuchBucketPolicy', () => s3.send(new GetBucketPolicyCommand(owned(bucket))));
  return POLICY.parse(found?.Policy === undefined ? { Statement: [] } : JSON.parse(found.Policy));
}

/** Three months to find out that a state was damaged. */
const OLD_VERSION_DAYS = 90;

/** For this lab's objects alone: the bucket may hold what another team keeps for longer. */
function oldVersionsExpire({ key }: StateBucket): LifecycleRule {
  return {
    ID: `mturk-team ${key}`,
    Status: 'Enabled',
    Filter: { Prefix: `${key}/` },
    NoncurrentVersionExpiration: { NoncurrentDays: OLD_VERSION_DAYS },
    // A lock that was given back leaves a marker, once its versions have expired.
    Expiration: { ExpiredObjectDeleteMarker: true },
  };
}

/**
 * Whether a rule lets the lab's objects expire, or old versions of them too soon, or archives them, so that no call reads them:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, InvalidObjectState. Any object can have any tag.
 */
function expires(
  { Status, Expiration, NoncurrentVersionExpiration: old, Transitions, Filter, Prefix }: LifecycleRule,
  { key }: StateBucket,
): boolean {
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
  const isOfLab = prefix.startsWith(`${key}/`) || OBJECTS.some((name) => `${key}/${name}`.startsWith(prefix));
  const isArchived = Transitions?.some(({ StorageClass: to }) => to === 'GLACIER' || to === 'DEEP_ARCHIVE');
  const isSoon = (old?.NoncurrentDays ?? OLD_VERSION_DAYS) < OLD_VERSION_DAYS;
  const isGone = (Expiration?.Days ?? Expiration?.Date) !== undefined || isArchived === true || isSoon;
  return Status === 'Enabled' && isOfLab && isGone;
}

async function readRules(s3: S3Client, bucket: StateBucket): Promise<readonly LifecycleRule[]> {
  const command = new GetBucketLifecycleConfigurationCommand(owned(bucket));
  return (await orNull('NoSuchLifecycleConfiguration', () => s3.send(command)))?.Rules ?? [];
}

async function writeRules(s3: S3Client, bucket: StateBucket, rules: readonly LifecycleRule[]): Promise<void> {
  const command =
    rules.length === 0
      ? new DeleteBucketLifecycleCommand(owned(bucket))
      : new PutBucketLifecycleConfigurationCommand({ ...owned(bucket), LifecycleConfiguration: { Rules: [...rules] } });
  await s3.send(command);
}
