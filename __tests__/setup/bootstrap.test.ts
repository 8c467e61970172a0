import { IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketOwnershipControlsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  type LifecycleRule,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { inspectRoles, wantedRoles } from '../../src/aws/setup/account-roles.ts';
import { inspectBucket, setUpBucket } from '../../src/aws/setup/bucket.ts';
import { inspectProvider } from '../../src/aws/setup/oidc-provider.ts';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { providerArn } from '../../src/aws/setup/roles.ts';
import { partAction, type SetupPart } from '../../src/aws/setup/setup-part.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import {
  inspectSetup,
  readAccountAccess,
  type Setup,
  type SetupAccount,
  setUpAccount,
} from '../../src/setup/bootstrap/bootstrap.ts';
import { findRemoval, removeSetup } from '../../src/setup/bootstrap/destroy.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import {
  BOUNDARY_PATH,
  ROLE_POLICY,
  WORKFLOW_ROLES,
  type WorkflowRole,
  workflowRoleArn,
} from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { callIam, createRoles } from '../emulator/clients.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { labFacts } from '../support/init-files.ts';
import { copyOf, emptyMemory, orThrow } from '../support/lab-in-test.ts';
import { sampleTeam } from '../support/sample-team.ts';

const REPOSITORY = await labFacts('ids');
const { account } = sampleTeam;
const Bucket = `perception-lab-mturk-${account}`;
const PLACE = { bucket: Bucket, region: 'eu-central-1', key: 'perception-lab' };
const LAB: Team = { ...sampleTeam, settings: { ...sampleTeam.settings, state: PLACE } };
/** Shares the bucket. */
const VISION: Team = {
  ...{ ...LAB, lab: 'vision-lab' },
  settings: { ...LAB.settings, state: { ...PLACE, key: 'vision-lab' } },
};

let emulator: Emulator;
let all: SetupAccount;
const clients: { destroy(): void }[] = [];

async function open(from: EmulatorMemory): Promise<EmulatorMemory> {
  const memory = copyOf(from);
  emulator = await openEmulator({ dir: null, memory, accountId: account, provider: false });
  const to = { endpoint: emulator.endpoint, credentials: emulator.rootCredentials, maxAttempts: 1 };
  const iam = new IAMClient({ ...to, region: 'us-east-1' });
  const s3 = new S3Client({ ...to, region: PLACE.region, forcePathStyle: true });
  clients.push(iam, s3);
  all = { iam, s3, now: () => new Date() };
  return memory;
}

async function close(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
}

let memory: EmulatorMemory;
beforeEach(async () => {
  memory = await open(emptyMemory());
});
afterEach(close);

const inspect = (team = LAB, facts = REPOSITORY) => inspectSetup(all, team, async () => ({ ok: true, value: facts }));

/** What bootstrap does through the SDK. */
async function setUp(team = LAB): Promise<Setup> {
  const setup = orThrow(await inspect(team));
  orThrow(await setUpAccount(all, team, setup));
  return setup;
}

/** What Terraform would create, made with the SDK. */
async function terraform(team = LAB): Promise<void> {
  const { state } = team.settings;
  if (state !== null) await createRoles(all.iam, wantedRoles({ ...team, state }, REPOSITORY));
  const boundary = { PolicyName: team.lab, Path: BOUNDARY_PATH, PolicyDocument: JSON.stringify(boundaryPolicy(team)) };
  await callIam(all.iam, 'CreatePolicy', boundary);
}

const actions = ({ parts }: Pick<Setup, 'parts'>) => parts.map((part) => `${partAction(part)} ${part.kind}`);
const ROLES = ['boundary', ...WORKFLOW_ROLES.map(() => 'role')];
const CREATES = ['bucket', 'provider', ...ROLES].map((kind) => `create ${kind}`);
const notAsWanted = (part: SetupPart) => part.settings.filter(({ state }) => state !== 'as-wanted').map(({ id }) => id);
/** Lets another account do something with the bucket, or with an object of it. */
async function allow(Action: string, object: string): Promise<void> {
  await state(object, { Effect: 'Allow', Principal: { AWS: '999999999999' }, Action });
}

/** Adds a statement to the policy of the bucket. */
async function state(object: string, statement: object): Promise<void> {
  const { Policy = '' } = await all.s3.send(new GetBucketPolicyCommand({ Bucket }));
  const written = JSON.parse(Policy);
  written.Statement.push({ Resource: `arn:aws:s3:::${Bucket}${object}`, ...statement });
  await all.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(written) }));
}

async function addRule(rule: LifecycleRule): Promise<void> {
  const { Rules = [] } = await all.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  const LifecycleConfiguration = { Rules: [...Rules, rule] };
  await all.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}

const bucketOf = async () => orThrow(await inspectBucket(all.s3, { ...PLACE, lab: LAB.lab, account }));

describe('what bootstrap sets up', () => {
  test('is all missing in an empty account, then as wanted, and changed by nothing any more', async () => {
    expect(actions(await setUp())).toEqual(CREATES);
    await terraform();
    const done = orThrow(await inspect());
    expect(actions(done)).toEqual(['bucket', 'provider', ...ROLES].map((kind) => `as-wanted ${kind}`));
    const before = emulator.calls.length;
    orThrow(await setUpAccount(all, LAB, done));
    expect(emulator.calls.slice(before).map(({ action }) => action)).toEqual(['PutObject']);
  });

  test.each(
    sampleOf<[string, () => Promise<unknown>, () => Promise<SetupPart>, string[]]>(
      [
        [
          'versioning off',
          () =>
            all.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
          bucketOf,
          ['versioning'],
        ],
        [
          'access control lists enabled',
          () => {
            const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
            return all.s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
          },
          bucketOf,
          ['ownership'],
        ],
        [
          'plain HTTP allowed, and old versions kept',
          async () => {
            const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [FOREIGN_STATEMENT] });
            await all.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
            const LifecycleConfiguration = { Rules: [FOREIGN_RULE] };
            await all.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
          },
          bucketOf,
          ['policy', 'old-versions'],
        ],
        [
          'the state open to another account',
          () => allow('s3:PutObject', `/${PLACE.key}/team.tfstate`),
          bucketOf,
          ['policy'],
        ],
        ['the markers of delivered keys', () => allow('s3:PutObject', `/${PLACE.key}/keys/*`), bucketOf, ['policy']],
        ['its lock', () => allow('s3:PutObject', `/${PLACE.key}/team.tfstate.tflock`), bucketOf, ['policy']],
        ['the rules of expiry', () => allow('s3:PutLifecycleConfiguration', ''), bucketOf, ['policy']],
        ['the rules of replication', () => allow('s3:PutRepl*', ''), bucketOf, ['policy']],
        [
          'a rule by which the state expires',
          () => addRule({ ...{ ID: 'tidy', Status: 'Enabled' }, Filter: { Prefix: '' }, Expiration: { Days: 1 } }),
          bucketOf,
          ['old-versions'],
        ],
        [
          'a rule by which what has a tag expires',
          () => {
            const Filter = { Tag: { Key: 'a', Value: 'b' } };
            return addRule({ ...{ ID: 'tidy', Status: 'Enabled' }, Filter, Expiration: { Days: 1 } });
          },
          bucketOf,
          ['old-versions'],
        ],
        [
          'a rule by which old versions expire after a day',
          () => {
            const NoncurrentVersionExpiration = { NoncurrentDays: 1 };
            return addRule({
              ...{ ID: 'tidy', Status: 'Enabled' },
              Filter: { Prefix: '' },
              NoncurrentVersionExpiration,
            });
          },
          bucketOf,
          ['old-versions'],
        ],
        [
          'a rule that archives the state',
          () => {
            const Transitions = [{ Days: 1, StorageClass: 'DEEP_ARCHIVE' as const }];
            return addRule({ ...{ ID: 'cold', Status: 'Enabled' }, Filter: { ObjectSizeGreaterThan: 1 }, Transitions });
          },
          bucketOf,
          ['old-versions'],
        ],
        [
          'the audience gone',
          () =>
            callIam(all.iam, 'RemoveClientIDFromOpenIDConnectProvider', {
              ...{ OpenIDConnectProviderArn: providerArn(account), ClientID: 'sts.amazonaws.com' },
            }),
          () => inspectProvider(all.iam, account),
          ['audience'],
        ],
      ],
      5,
    ),
  )('%s: found and set again', async (_name, breaks, part, ids) => {
    await setUp();
    await breaks();
    expect(notAsWanted(await part())).toEqual(ids);
    await setUp();
    expect(notAsWanted(await part())).toEqual([]);
  });

  test('finds each statement that a policy variable opens to another account', async () => {
    await setUp();
    const own = `/${PLACE.key}/`;
    for (const [Action, object] of [
      ['s3:PutObject', '/${aws:UserAgent}'],
      ['s3:PutObject', `${own}\${aws:SourceIdentity, 'apply-record.json'}`],
      ['s3:PutBucketPolicy', "${aws:SourceIdentity, ''}"],
      ['s3:PutObject', `/\${aws:SourceIdentity}/apply-record.json`],
    ] as const) {
      await allow(Action, object);
      expect(notAsWanted(await bucketOf())).toEqual(['policy']);
      await setUp();
    }
    await allow('s3:PutObject', '/others/${aws:username}/*');
    expect(notAsWanted(await bucketOf())).toEqual([]);
  });

  test('ends each Deny that keeps a workflow from its objects, and no other', async () => {
    await setUp();
    const role = (key: WorkflowRole) => workflowRoleArn(LAB, key);
    const deny = { ...{ Effect: 'Deny', Principal: '*' }, Action: 's3:PutObject' };
    const tls = (operator: string, version: string) => ({ Condition: { [operator]: { 's3:TlsVersion': version } } });
    const found = async (object: string, statement: object) => {
      await state(object, { ...deny, ...statement });
      return [statement, notAsWanted(await bucketOf())];
    };
    for (const [object, statement] of [
      ['/*', {}],
      ['/*', { Principal: { AWS: role('apply') } }],
      ['/*', { Principal: { AWS: [`arn:aws:iam::${account}:root`] } }],
      [`/${PLACE.key}/team.tfstate.tflock`, { Action: 's3:Delete*' }],
      ['', { Action: 's3:ListBucket' }],
      ['', { Action: 's3:GetLifecycleConfiguration', Principal: { AWS: role('scan') } }],
      ['/*', { Condition: { StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } } }],
      ['/*', { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } } }],
      ['/*', { Condition: { ArnNotLike: { 'aws:PrincipalArn': role('plan') } } }],
      ['/*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:SourceAccount}' } } }],
      ['/*', { Condition: { Bool: { 'aws:SecureTransport': true } } }],
      ['/*', { Action: 's3:*', Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } } }],
      ['/*', tls('NumericEquals', '1.3')],
    ] as const) {
      expect(await found(object, statement)).toEqual([statement, ['policy']]);
      await setUp();
      expect(notAsWanted(await bucketOf())).toEqual([]);
    }
    for (const [object, statement] of [
      ['/*', { Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': false } } }],
      ['/*', { Action: 's3:*', ...tls('NumericLessThan', '1.2') }],
      ['/*', { Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } } }],
      ['/*', { Condition: { ArnNotLike: { 'aws:PrincipalArn': role('apply').replace('-apply', '-*') } } }],
      ['/*', { Condition: { StringNotEqualsIfExists: { 'aws:PrincipalAccount': account } } }],
      ['/*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-lab' } } }],
      ['/*', { Principal: { AWS: `arn:aws:iam::${account}:user/mallory` } }],
      ['/*', { Principal: { AWS: '999999999999' } }],
      ['/*', { Principal: { Service: 'logging.s3.amazonaws.com' } }],
      ['', { Action: ['s3:DeleteBucket', 's3:PutBucketPolicy'] }],
      [`/${PLACE.key}/team.tfstate`, { Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'] }],
      ['/others/*', {}],
    ] as const) {
      expect(await found(object, statement)).toEqual([statement, []]);
    }
  });

  test('takes back what an access control list grants, which keeps S3 from disabling it', async () => {
    await setUp();
    await all.s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(notAsWanted(await bucketOf())).toEqual(['ownership']);
    let acl = 'public-read-write';
    all.s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'PutBucketAclCommand') {
            acl = (args.input as { readonly ACL: string }).ACL;
            return { response: {}, output: { $metadata: {} } };
          }
          const fault = { name: 'InvalidBucketAclWithObjectOwnership', $fault: 'client' as const, $metadata: {} };
          if (commandName === 'PutBucketOwnershipControlsCommand' && acl !== 'private')
            throw new S3ServiceException(fault);
          return next(args);
        },
      { step: 'initialize' },
    );
    await setUp();
    expect([acl, notAsWanted(await bucketOf())]).toEqual(['private', []]);
  });

  test('keeps the statements and rules of others in a bucket that it finds', async () => {
    await all.s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [FOREIGN_STATEMENT] });
    await all.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const LifecycleConfiguration = { Rules: [FOREIGN_RULE] };
    await all.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
    await setUp();
    await setUp(VISION);
    const { Policy: now = '' } = await all.s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(now).Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['Others', 'MturkTeamTlsOnly']);
    const { Rules = [] } = await all.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules.map(({ ID }) => ID)).toEqual(['others', 'mturk-team perception-lab', 'mturk-team vision-lab']);
  });

  test('a bucket whose creation is sent again, because the answer was lost, is set up all the same', async () => {
    const missing = await bucketOf();
    for (const _attempt of [1, 2]) orThrow(await setUpBucket(all.s3, { ...PLACE, lab: LAB.lab, account }, missing));
    expect(notAsWanted(await bucketOf())).toEqual([]);
  });

  const rolesNow = async () => orThrow(await readAccountAccess(all, LAB)).roles;
  const wrongRoles = async () =>
    inspectRoles(LAB, wantedRoles({ ...LAB, state: PLACE }, REPOSITORY), await rolesNow()).filter(
      (part) => partAction(part) !== 'as-wanted',
    );

  test('a role of an earlier version is shown, and deleted with its policies; another lab’s role stays', async () => {
    await setUp();
    await terraform();
    await terraform(VISION);
    const RoleName = 'perception-lab-audit';
    const role = { RoleName, Path: '/mturk-roles/perception-lab/', AssumeRolePolicyDocument: TRUST_ALL };
    await callIam(all.iam, 'CreateRole', role);
    await callIam(all.iam, 'PutRolePolicy', { RoleName, PolicyName: ROLE_POLICY, PolicyDocument: ANY });
    expect((await wrongRoles()).map((part) => [partAction(part), part.name])).toEqual([['delete', RoleName]]);
    await setUp();
    expect(await wrongRoles()).toEqual([]);
    expect((await rolesNow()).map(({ name }) => name)).toHaveLength(2 * WORKFLOW_ROLES.length);
  });

  test('a lab of a version without a role of this one lacks that role alone', async () => {
    await terraform();
    const RoleName = 'perception-lab-keys';
    await callIam(all.iam, 'DeleteRolePolicy', { RoleName, PolicyName: ROLE_POLICY });
    await callIam(all.iam, 'DeleteRole', { RoleName });
    expect((await wrongRoles()).map((part) => [partAction(part), part.name])).toEqual([['create', RoleName]]);
  });

  test.each(
    sampleOf<[string, (role: string) => readonly [string, object], string[]]>(
      [
        ['trust', (RoleName) => ['UpdateAssumeRolePolicy', { RoleName, PolicyDocument: TRUST_ALL }], ['trust']],
        [
          'permissions',
          (RoleName) => ['PutRolePolicy', { RoleName, PolicyName: ROLE_POLICY, PolicyDocument: ANY }],
          ['permissions'],
        ],
        ['no permissions', (RoleName) => ['DeleteRolePolicy', { RoleName, PolicyName: ROLE_POLICY }], ['permissions']],
        [
          'another inline policy',
          (RoleName) => ['PutRolePolicy', { RoleName, PolicyName: 'more', PolicyDocument: ANY }],
          ['other-policies'],
        ],
        [
          'a boundary',
          (RoleName) => ['PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: ADMINISTRATOR }],
          ['boundary'],
        ],
        [
          'another policy attached',
          (RoleName) => ['AttachRolePolicy', { RoleName, PolicyArn: ADMINISTRATOR }],
          ['other-policies'],
        ],
      ],
      2,
    ),
  )('a role with %s that is not ours is found', async (_name, change, ids) => {
    await terraform();
    await callIam(all.iam, ...change('perception-lab-apply'));
    expect((await wrongRoles()).map((part) => [part.name, notAsWanted(part)])).toEqual([['perception-lab-apply', ids]]);
  });

  test('refuses a place that holds another lab, by its record or by its state', async () => {
    await setUp();
    const same: Team = { ...VISION, settings: LAB.settings };
    expect(await inspect(same)).toMatchObject({
      ok: false,
      failure: { code: 'state-of-another-lab', args: { lab: LAB.lab } },
    });
    const state = {
      resources: [{ type: 'aws_iam_user', name: 'x', instances: [{ attributes: { path: '/mturk/old-lab/' } }] }],
    };
    const Key = 'vision-lab/team.tfstate';
    await all.s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(state, null, 2) }));
    expect(await inspect(VISION)).toMatchObject({
      ok: false,
      failure: { code: 'state-of-another-lab', args: { lab: 'old-lab' } },
    });
  });

  test('knows the repository from the record, and another region as such', async () => {
    await setUp();
    const recorded: (RepositoryFacts | null)[] = [];
    await inspectSetup(all, LAB, async (found) => {
      recorded.push(found);
      return { ok: true, value: REPOSITORY };
    });
    expect(recorded).toEqual([REPOSITORY]);
    const elsewhere = new S3Client({
      ...{ endpoint: emulator.endpoint, credentials: emulator.rootCredentials, maxAttempts: 1 },
      ...{ region: 'us-west-2', forcePathStyle: true },
    });
    clients.push(elsewhere);
    expect(
      await inspectSetup({ ...all, s3: elsewhere }, LAB, async () => ({ ok: true, value: REPOSITORY })),
    ).toMatchObject({
      failure: { code: 'bucket-unusable', args: { because: 'other-region', region: PLACE.region } },
    });
  });
});

test('without settings.state there is the boundary alone', async () => {
  const none: Team = { ...LAB, settings: { ...LAB.settings, state: null } };
  expect(actions(await setUp(none))).toEqual(['create boundary']);
});

test('what makes the account a bad home: users without a boundary, other labs', async () => {
  await terraform(VISION);
  await callIam(all.iam, 'CreateUser', { UserName: 'old-admin' });
  await callIam(all.iam, 'CreateUser', { UserName: 'kim' });
  await callIam(all.iam, 'CreateGroup', { GroupName: 'x', Path: '/mturk/audio-lab/' });
  const administrators = [`arn:aws:iam::${account}:user/kim`];
  const { home } = orThrow(await inspect({ ...LAB, settings: { ...LAB.settings, administrators } }));
  expect(home).toEqual({
    usersWithoutBoundary: ['old-admin'],
    hasRootKeys: false,
    otherLabs: ['audio-lab', 'vision-lab'],
  });
});

/**
 * Runs it in copies of the account as it is now: each time another of its calls fails that change anything, and then again
 * to its end, followed by `check`. Gives how many these are.
 */
async function interruptedAtEachWrite(work: () => Promise<unknown>, check: () => Promise<void>): Promise<number> {
  const start = memory;
  const again = async (failCall: number) => {
    await close();
    await open(start);
    emulator.faults = { failCall };
    await work().catch(() => {});
  };
  await again(0);
  const isWrite = /^(Create|Put|Delete|Add|Detach)/;
  const writes = emulator.calls.flatMap(({ action }, index) => (isWrite.test(action) ? [index + 1] : []));
  for (const write of sampleOf(writes, 2)) {
    await again(write);
    emulator.faults = {};
    await work();
    await check();
  }
  return writes.length;
}

test('bootstrap can be run again, whichever call failed', async () => {
  const writes = await interruptedAtEachWrite(
    () => setUp(),
    async () => {
      expect(actions(orThrow(await inspect())).slice(0, 2)).toEqual(['as-wanted bucket', 'as-wanted provider']);
    },
  );
  expect(writes).toBe(9);
});

describe('what --destroy removes', () => {
  const find = (team = LAB) => findRemoval(all, team, STACK, async () => ({ ok: true, value: REPOSITORY }));
  const destroy = async (team = LAB) => {
    const removal = orThrow(await find(team));
    await removeSetup(all, team, removal);
    return removal;
  };

  test('is this lab alone: another one keeps bucket, provider, roles and boundary; then the last one takes them along', async () => {
    for (const team of [LAB, VISION]) {
      await setUp(team);
      await terraform(team);
    }
    const others = await inspect(VISION);
    expect(await destroy()).toMatchObject({ provider: null, roles: { length: WORKFLOW_ROLES.length } });
    expect(actions(orThrow(await inspect()))).toEqual([
      ...['change bucket', 'as-wanted provider'],
      ...ROLES.map((kind) => `create ${kind}`),
    ]);
    const withoutHome = ({ home: _home, ...rest }: Setup) => rest;
    expect(withoutHome(orThrow(await inspect(VISION)))).toEqual(withoutHome(orThrow(others)));
    const { Versions = [] } = await all.s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(new Set(Versions.map(({ Key }) => Key))).toEqual(new Set(['vision-lab/bootstrap.json']));
    expect(await destroy()).toEqual({ roles: [], boundary: null, provider: null, objects: null });
    await destroy(VISION);
    expect(actions(orThrow(await inspect(VISION)))).toEqual(CREATES);
  });

  test('is not a provider that was found, nor one that another role trusts', async () => {
    await callIam(all.iam, 'CreateOpenIDConnectProvider', {
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['another'],
    });
    await setUp();
    expect((await destroy()).provider).toBeNull();
    await callIam(all.iam, 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: providerArn(account) });
    await setUp();
    await callIam(all.iam, 'CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: TRUST_ALL });
    expect((await destroy()).provider).toBeNull();
    await callIam(all.iam, 'DeleteRole', { RoleName: 'deploy' });
    expect((await destroy()).provider).toBe(providerArn(account));
  });

  test('is nothing while the lab holds anything, in IAM or in its state', async () => {
    await setUp();
    await terraform();
    await callIam(all.iam, 'CreateGroup', { GroupName: 'perception-lab-x', Path: '/mturk/perception-lab/' });
    const inUse = (by: string) => ({ ok: false, failure: { code: 'lab-in-use', args: { by: [by] } } });
    expect(await find()).toMatchObject(inUse(`arn:aws:iam::${account}:group/mturk/perception-lab/perception-lab-x`));
    await callIam(all.iam, 'DeleteGroup', { GroupName: 'perception-lab-x' });
    const Body = JSON.stringify({ resources: [{ type: 'aws_iam_user', name: 'member_bo' }] });
    await all.s3.send(new PutObjectCommand({ Bucket, Key: 'perception-lab/team.tfstate', Body }));
    expect(await find()).toMatchObject(inUse('aws_iam_user.member_bo'));
  });

  test.each(['{"version": 4, "resour', 'null', '{"serial": 1, "encrypted_data": "YQ=="}'])(
    'is nothing while the state cannot be read: %s',
    async (Body) => {
      await setUp();
      await all.s3.send(new PutObjectCommand({ Bucket, Key: 'perception-lab/team.tfstate', Body }));
      const failure = { code: 'state-damaged', args: { state: `s3://${Bucket}/perception-lab/team.tfstate` } };
      expect(await find()).toEqual({ ok: false, failure });
    },
  );

  test('can be removed again, whichever call failed', async () => {
    await setUp();
    await terraform();
    await all.s3.send(new PutObjectCommand({ Bucket, Key: 'perception-lab/bootstrap.tfstate', Body: '{}' }));
    const writes = await interruptedAtEachWrite(
      () => destroy(),
      async () => {
        expect(actions(orThrow(await inspect()))).toEqual(CREATES);
      },
    );
    expect(writes).toBe(14);
  });
});

const STACK = { emulator: null, program: 'terraform', state: null };
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const ANY = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
const TRUST_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: providerArn(account) },
    Action: 'sts:AssumeRoleWithWebIdentity',
  },
});
const FOREIGN_STATEMENT = {
  ...{ Sid: 'Others', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` } },
  ...{ Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/others/*` },
};
const FOREIGN_RULE = {
  ID: 'others',
  Status: 'Enabled' as const,
  Filter: { Prefix: 'others/' },
  Expiration: { Days: 3 },
};
