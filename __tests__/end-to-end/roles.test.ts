import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyVersionCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeletePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  EnableMFADeviceCommand,
  GetUserCommand,
  IAMClient,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
  TagPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
  UploadSigningCertificateCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { CERTIFICATE, SSH_PUBLIC_KEY } from '../../conformance/scenarios-credentials.ts';
import { applyStack } from '../../src/app/apply/carry-out.ts';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { checkApplied, fullScan, quickCheck, quickScan } from '../../src/app/drift/run-scan.ts';
import { readSetup } from '../../src/app/drift/setup-changes.ts';
import { noChanges, planStack } from '../../src/app/plan/plan.ts';
import { emulatorSession, type LabSession } from '../../src/app/session/lab-session.ts';
import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import { type RepositoryFacts, writeBootstrapRecord } from '../../src/aws/setup/record.ts';
import { readStateObject, writeStateObject } from '../../src/aws/state-object.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import type { Reconciled } from '../../src/drift/report/terminal.ts';
import { awsEnvironment } from '../../src/emulator/emulator.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import { toList } from '../../src/iam/document.ts';
import { keyAccount } from '../../src/keys/account.ts';
import { readAccountAccess } from '../../src/setup/bootstrap/bootstrap.ts';
import {
  boundaryArn,
  iamName,
  labPath,
  rolePolicyArn,
  WORKFLOW_ROLES,
  type WorkflowRole,
  workflowRoleArn,
} from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { createRoles, iamOf, type Key, outcome, stsOf } from '../emulator/clients.ts';
import { allInTurn } from '../support/exhaustive.ts';
import { GITHUB_ISSUER, type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import {
  applied,
  bootstrapped,
  copyOf,
  type LabInTest,
  type LabMemory,
  orThrow,
  withLab,
} from '../support/lab-in-test.ts';
import { document, type ManualChange } from '../support/manual-changes/manual-change.ts';
import { RECONCILED_TEAM as team } from '../support/manual-changes/outcome.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { enginesAtHand, runEngine } from '../support/raw-engine.ts';
import { member } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { allowing, STATE } from '../support/workflow-roles.ts';

const test = allInTurn();

const TODAY = '2026-11-25';
const NOON = '2026-11-25T12:00:00Z';

let count = 0;
let now = NOON;
/** The actions that the calls of a role needed. */
const used: Readonly<Record<WorkflowRole, Set<string>>> = {
  ...{ plan: new Set<string>(), scan: new Set<string>(), apply: new Set<string>(), keys: new Set<string>() },
};
let github: GitHubOidc;

const REPOSITORY: RepositoryFacts = {
  ...{ owner: 'lab', name: 'access', ownerId: '11', repositoryId: '22', subject: 'classic' },
  workflows: [{ owner: 'tools', name: 'mturk-team', ref: '0123456789012345678901234567890123456789' }],
};

/** The claims of the jobs that take the roles. */
const called = (file: string) => `tools/mturk-team/.github/workflows/${file}@${'0123456789'.repeat(4)}`;
const MAIN = 'repo:lab/access:ref:refs/heads/main';
const JOBS: Readonly<Record<WorkflowRole, Readonly<Record<string, string>>>> = {
  plan: { sub: 'repo:lab/access:pull_request', job_workflow_ref: called('called-plan.yml') },
  scan: { sub: MAIN, job_workflow_ref: called('called-drift.yml') },
  apply: { sub: MAIN, job_workflow_ref: called('called-apply.yml') },
  keys: { sub: MAIN, job_workflow_ref: called('called-apply.yml') },
};

/** Creates GitHub's identity provider and the roles, as bootstrap does. */
async function bootstrapRoles({ emulator }: LabInTest): Promise<void> {
  const root = iamOf(emulator);
  const ClientIDList = ['sts.amazonaws.com'];
  await root.send(new CreateOpenIDConnectProviderCommand({ Url: GITHUB_ISSUER, ClientIDList }));
  await createRoles(root, wantedRoles({ ...team, state: STATE }, REPOSITORY));
  root.destroy();
}

/** Credentials of a role, for a token of the job that takes it. */
async function take({ emulator }: LabInTest, role: WorkflowRole) {
  const sts = stsOf(emulator);
  count += 1;
  const { Credentials, AssumedRoleUser } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      ...{ RoleArn: workflowRoleArn(team, role), RoleSessionName: `run-${count}` },
      WebIdentityToken: github.token({ ...JOBS[role], repository_id: '22' }, new Date(now)),
    }),
  );
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    principal: AssumedRoleUser?.Arn ?? '',
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
}

/**
 * A lab opened by a caller that has taken a role of the workflows with a token of GitHub. Every call of ours and of the
 * provider is signed by it, and none may be denied, but those that the test expects.
 */
async function labAs<T>(
  test: LabInTest,
  role: WorkflowRole,
  work: (lab: LabSession) => Promise<T>,
  of = team,
  denied: readonly string[] = [],
): Promise<T> {
  const { endpoint } = test.emulator;
  const { principal, credentials } = await take(test, role);
  const provider = await startProvider({ endpoint, credentials, region: 'us-east-1', maxAttempts: 2 });
  const emulator = {
    ...test.emulator,
    get rootCredentials() {
      return { ...credentials };
    },
    engineEnv: (stack: string) => ({
      ...test.emulator.engineEnv(stack),
      TF_REATTACH_PROVIDERS: JSON.stringify(provider.reattach),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    }),
  };
  const { records } = test.lab(of);
  const directory = records.kind === 'directory' ? records.directory : '';
  const lab = emulatorSession(
    of,
    { today: now.slice(0, 10), stack: 'team', parallelism: null, directory },
    test.engine,
    emulator,
  );
  try {
    return await work(lab);
  } finally {
    await lab.close();
    await provider.close();
    expect(deniedOf(test, role, principal)).toEqual(denied);
  }
}

/** Calls that need an action of another name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const NEEDED: Readonly<Record<string, string>> = {
  's3:HeadObject': 's3:GetObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
};

/** Notes what a role has called, and gives the calls that were denied. */
function deniedOf({ emulator }: LabInTest, role: WorkflowRole, principal: string): readonly string[] {
  const calls = emulator.calls.filter((call) => call.principal === principal);
  expect(calls.length).toBeGreaterThan(3);
  for (const { service, action, error } of calls) {
    if (error !== 'AccessDenied') used[role].add(NEEDED[`${service}:${action}`] ?? `${service}:${action}`);
  }
  return calls.flatMap(({ action, error }) => (error === 'AccessDenied' ? [action] : []));
}

/** Plans and applies, and plans again: nothing may be left to do. */
async function applyAs(test: LabInTest, of: Team): Promise<void> {
  await labAs(
    test,
    'apply',
    async (lab) => {
      await applied(lab);
      expect(noChanges(orThrow(await planStack(lab)))).toBe(true);
      const check = await checkApplied(lab, null, SILENT);
      expect(check).toMatchObject({ isAccessKnown: true, notChecked: [] });
    },
    of,
  );
}

let start: LabMemory;
beforeAll(async () => {
  github = await startGitHubOidc();
  start = await inLab(await bootstrapped(), async (test) => {
    await bootstrapRoles(test);
    await applyAs(test, team);
    return copyOf(test.memory);
  });
});

afterAll(() => github.close());

/** At noon, with an account that knows GitHub's keys. */
function inLab<T>(from: LabMemory, work: (test: LabInTest) => Promise<T>): Promise<T> {
  return withLab(
    from,
    (test) => {
      test.setClock(NOON);
      return work(test);
    },
    { issuers: github.issuers },
  );
}

const bo = iamName(team.lab, 'bo');
const INLINE = { PolicyName: 'extra', PolicyDocument: document('Allow', 'mechanicalturk:GetHIT') };

test('the plan role plans a pull request, with a user to be imported who has a key, and checks the account', async () => {
  await inLab(start, async (test) => {
    const { iam } = test.lab(team);
    const UserName = iamName(team.lab, 'zoe');
    await iam.send(new CreateUserCommand({ UserName, Path: labPath(team.lab) }));
    await iam.send(new CreateAccessKeyCommand({ UserName }));
    await iam.send(new PutGroupPolicyCommand({ ...INLINE, GroupName: iamName(team.lab, 'paymaster') }));
    const members = [...team.members, member({ key: 'zoe', roles: ['paymaster'] })];
    const [first] = team.roles;
    if (first === undefined) throw new Error('a team without roles');
    await labAs(
      test,
      'plan',
      async (lab) => {
        const plan = orThrow(await planStack(lab, { lock: false }));
        expect(plan.imported.map(({ key }) => key)).toEqual(['zoe']);
        expect(plan.blocks).toEqual([]);
        expect(plan.credentials).toMatchObject([{ keys: [{}], notChecked: [] }]);
        const check = await quickCheck(lab, plan, SILENT);
        expect(check).toMatchObject({ isAccessKnown: true, notChecked: [] });
      },
      { ...team, members, roles: [...team.roles, { ...first, key: 'assistant' }] },
    );
  });
});

test('the apply role changes a role, suspends a member, restores tags, and removes a member with credentials', async () => {
  await inLab(start, async (test) => {
    const { iam } = test.lab(team);
    await iam.send(new CreateAccessKeyCommand({ UserName: bo }));
    await iam.send(new UploadSSHPublicKeyCommand({ UserName: bo, SSHPublicKeyBody: SSH_PUBLIC_KEY }));
    await iam.send(new UploadSigningCertificateCommand({ UserName: bo, CertificateBody: CERTIFICATE }));
    const ServiceName = 'codecommit.amazonaws.com';
    await iam.send(new CreateServiceSpecificCredentialCommand({ UserName: bo, ServiceName }));
    await iam.send(new PutGroupPolicyCommand({ ...INLINE, GroupName: iamName(team.lab, 'paymaster') }));
    const Tags = [{ Key: 'hello', Value: 'x' }];
    await iam.send(new TagUserCommand({ UserName: iamName(team.lab, 'ada'), Tags }));
    await iam.send(new UntagUserCommand({ UserName: iamName(team.lab, 'ada'), TagKeys: ['mturk-team:lab'] }));
    await iam.send(new TagPolicyCommand({ PolicyArn: rolePolicyArn(team, 'paymaster'), Tags }));
    await applyAs(test, leftAlone);
    expect(Object.keys(test.memory.account.users)).not.toContain(bo);
  });
});

/** The team without Bo, Fay suspended, and less in a role. */
const leftAlone: Team = {
  ...team,
  roles: team.roles.map((role) => (role.key === 'paymaster' ? { ...role, deny: ['SendBonus' as const] } : role)),
  members: team.members
    .filter(({ key }) => key !== 'bo')
    .map((each) => (each.key === 'fay' ? { ...each, suspended: true } : each)),
  departed: [...team.departed, { key: 'bo', left: TODAY, reason: 'graduated' }],
};

test("the apply role deletes no MFA device: the failure says so, and the next apply deletes the member's user", async () => {
  await inLab(start, async (test) => {
    const { iam } = test.lab(team);
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' }));
    const SerialNumber = VirtualMFADevice?.SerialNumber ?? '';
    await iam.send(
      new EnableMFADeviceCommand({
        ...{ UserName: bo, SerialNumber },
        ...{ AuthenticationCode1: '123456', AuthenticationCode2: '654321' },
      }),
    );
    const apply = async (lab: LabSession) => applyStack(lab, orThrow(await planStack(lab)));
    const first = await labAs(test, 'apply', apply, leftAlone, ['DeleteVirtualMFADevice']);
    expect(first).toMatchObject({
      ok: false,
      failure: { code: 'administrator-needed', args: { action: 'DeleteVirtualMFADevice' } },
    });
    expect((await labAs(test, 'apply', apply, leftAlone)).ok).toBe(true);
    expect(Object.keys(test.memory.account.users)).not.toContain(bo);
  });
});

const REVERTED = [...PEOPLE, ...POLICIES].filter((row) => row.reconcile === 'undone');

/** Without that of a role of this lab, whose file has no `settings.state`: such a lab has none. */
function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id).filter((id) => !id.startsWith('unmanaged-role/'));
}

/** Works in a lab where someone has made a manual change. */
function afterChange<T>(row: ManualChange, work: (test: LabInTest) => Promise<T>): Promise<T> {
  return inLab(start, async (test) => {
    const root = test.lab(team);
    await row.done({ iam: root.iam, endpoint: test.emulator.endpoint, wait: () => {} });
    return work(test);
  });
}

test('every manual change that can be reverted is found by the scan role, and attributed', async () => {
  expect(REVERTED.length).toBeGreaterThan(15);
  for (const row of REVERTED) {
    await afterChange(row, async (test) => {
      const { scan, complete, attributed } = await labAs(test, 'scan', async (lab) =>
        quickScan(lab, { cloudTrail: true }, SILENT),
      );
      const { notChecked } = scan;
      const found = { what: row.what, found: idsOf(scan), notChecked, complete, attributed };
      expect(found).toEqual({ what: row.what, found: row.finds, notChecked: [], complete: true, attributed: true });
    });
  }
});

test('mode all gives back as the apply role what was announced a day before', async () => {
  const all: Team = { ...team, settings: { ...team.settings, reconcile: 'all' } };
  const [row] = PEOPLE.filter(({ finds }) => finds.includes('membership-removed/bo/task-publisher'));
  if (row === undefined) throw new Error('no such row');
  await inLab(start, async (test) => {
    await applyAs(test, all);
    await row.done({ iam: test.lab(all).iam, endpoint: test.emulator.endpoint, wait: () => {} });
    const reconciled = () =>
      labAs(
        test,
        'apply',
        async (lab) =>
          orThrow(await reconcile(lab, orThrow(await fullScan(lab, { cloudTrail: true }, SILENT)), SILENT)),
        all,
      );
    expect(await reconciled()).toMatchObject({ done: [], announcements: [{ key: 'bo', kind: 'operations' }] });
    now = '2026-11-26T12:00:00Z';
    test.setClock(now);
    expect(await reconciled()).toMatchObject({ done: [{ key: 'bo', kind: 'operations' }], announcements: [] });
    const { scan } = await labAs(test, 'scan', (lab) => quickScan(lab, { cloudTrail: false }, SILENT), all);
    expect(idsOf(scan)).toEqual([]);
  });
  now = NOON;
});

/** One manual change for each call that a revert makes, and what Terraform would create again, whose names it looks for. */
const AT_ONCE = [
  'policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends',
  ...['policy-attached/group/results-reader/AmazonMechanicalTurkFullAccess/spends'],
  ...['inline-policy-added/user/bo/extra/spends', 'inline-policy-added/group/task-publisher/extra/spends'],
  ...['inline-policy-removed/user/gus/limits/spends', 'user-without-boundary/fay', 'tag-changed/ada/mturk-team=3Alab'],
  'policy-changed/results-reader/spends',
];
/** Part of what another finding says once the user is renamed. */
const OF_RENAMED = 'membership-added/cy/task-publisher';
const MISSING = ['group-deleted/paymaster', 'policy-deleted/paymaster', 'user-renamed/cy'];

test('the apply role makes every call of a revert at once, while a group, a policy and a user are missing', async () => {
  const rows = [OF_RENAMED, ...AT_ONCE, 'group-deleted/paymaster'].map((id) =>
    [...PEOPLE, ...POLICIES].find(({ finds }) => finds.join() === id),
  );
  await inLab(start, async (test) => {
    const root = test.lab(team);
    // IAM keeps five versions: one more means that the oldest is deleted first.
    const PolicyArn = rolePolicyArn(team, 'results-reader');
    const { PolicyDocument } = INLINE;
    for (let version = 2; version <= 4; version += 1)
      await root.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }));
    const clients = { iam: root.iam, endpoint: test.emulator.endpoint, wait: () => {} };
    expect(rows).not.toContain(undefined);
    for (const row of rows) await row?.done(clients);
    await root.iam.send(new DeletePolicyCommand({ PolicyArn: rolePolicyArn(team, 'paymaster') }));
    await root.iam.send(new UpdateUserCommand({ UserName: iamName(team.lab, 'cy'), NewUserName: 'cy' }));
    // A new member in the file: the plan looks for a user with the name.
    const newest = { ...team, members: [...team.members, member({ key: 'zoe', roles: ['results-reader'] })] };
    const scanned = await labAs(
      test,
      'scan',
      async (lab) => orThrow(await fullScan(lab, { cloudTrail: false, lock: false }, SILENT)),
      newest,
    );
    expect(idsOf(scanned.scan)).toEqual(expect.arrayContaining([...AT_ONCE, ...MISSING]));
    const [done, after] = await labAs(test, 'apply', async (lab): Promise<[Reconciled, ScanResult]> => {
      const scan = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
      return [orThrow(await reconcile(lab, scan, SILENT)), (await quickScan(lab, { cloudTrail: false }, SILENT)).scan];
    });
    expect(done).toMatchObject({ steps: expect.any(Number), announcements: [] });
    expect(idsOf(after).filter((id) => AT_ONCE.includes(id))).toEqual([]);
  });
});

test('the apply role limits a renamed user without a boundary, whose inline policy is as long as the quota', async () => {
  await inLab(start, async (test) => {
    const root = test.lab(team);
    const UserName = 'bob';
    await root.iam.send(new UpdateUserCommand({ UserName: bo, NewUserName: UserName }));
    await root.iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName }));
    for (const PolicyName of ['limits', 'long']) {
      const PolicyDocument = document('Allow', `mechanicalturk:${'x'.repeat(800)}`);
      await root.iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
    }
    await labAs(test, 'apply', async (lab) =>
      orThrow(await reconcile(lab, orThrow(await fullScan(lab, { cloudTrail: true }, SILENT)), SILENT)),
    );
    const { PolicyNames } = await root.iam.send(new ListUserPoliciesCommand({ UserName }));
    const { User } = await root.iam.send(new GetUserCommand({ UserName }));
    expect([PolicyNames, User?.PermissionsBoundary?.PermissionsBoundaryArn]).toEqual([['limits'], boundaryArn(team)]);
  });
});

test('the keys role goes through the life of a key, of members alone', async () => {
  await inLab(start, async (test) => {
    const { principal, credentials } = await take(test, 'keys');
    const iam = new IAMClient({ endpoint: test.emulator.endpoint, credentials, region: 'us-east-1', maxAttempts: 1 });
    const keys = keyAccount(iam, iam, async () => {});
    orThrow(await keys.user(bo));
    const { id = '' } = orThrow(await keys.create(bo)) ?? {};
    expect(orThrow(await keys.keys(bo))).toMatchObject([{ id, active: true, lastUsed: null }]);
    orThrow(await keys.deactivate(bo, id));
    orThrow(await keys.delete(bo, id));
    expect(deniedOf(test, 'keys', principal)).toEqual([]);
    await test.lab(team).iam.send(new CreateUserCommand({ UserName: 'admin' }));
    expect(await keys.create('admin')).toMatchObject({ failure: { code: 'credentials-denied' } });
    const attach = new PutUserPolicyCommand({ ...INLINE, UserName: bo });
    expect(await outcome(iam.send(attach))).toBe('AccessDenied');
    iam.destroy();
  });
});

/** Terraform's S3 backend has a lock file from 1.10 on. */
const [, binary = ''] = (await enginesAtHand()).find(([name]) => /v1\.[1-9]\d/.test(name)) ?? [];

const { bucket: Bucket, key } = STATE;
const CONFIGURATION = {
  terraform: {
    backend: { s3: { bucket: Bucket, key: `${key}/team.tfstate`, region: 'us-east-1', use_lockfile: true } },
  },
  output: { made: { value: 'yes' } },
};

/** What each role's jobs do with Terraform's state, and which objects they read and write. */
const IN_BUCKET: Readonly<Record<WorkflowRole, Readonly<Record<'engine' | 'reads' | 'writes', readonly string[]>>>> = {
  apply: { engine: ['apply', '-auto-approve'], reads: ['team.tfstate'], writes: ['apply-record.json'] },
  plan: { engine: ['plan', '-lock=false'], reads: ['team.tfstate', 'apply-record.json'], writes: [] },
  scan: { engine: ['plan', '-lock=false'], reads: ['team.tfstate', 'apply-record.json'], writes: [] },
  keys: { engine: [], reads: ['apply-record.json', 'keys/x/1.json', 'keys/x/2.json', 'keys/y/1.json'], writes: [] },
};

test('each role reads and writes what it needs in the bucket of the state', async () => {
  await inLab(start, async (test) => {
    const { endpoint, rootCredentials } = test.emulator;
    const s3 = new S3Client({ endpoint, credentials: rootCredentials, region: 'us-east-1' });
    await s3.send(new CreateBucketCommand({ Bucket }));
    const bucket = { ...STATE, lab: team.lab, account: team.account };
    await writeBootstrapRecord(s3, bucket, { version: 1, lab: team.lab, repository: REPOSITORY });
    s3.destroy();
    const place = (name: string) => ({
      ...{ bucket: Bucket, region: 'us-east-1', account: team.account },
      key: `${key}/${name}`,
    });
    for (const role of WORKFLOW_ROLES) {
      const { principal, credentials } = await take(test, role);
      const { engine, reads, writes } = IN_BUCKET[role];
      const environment = {
        ...awsEnvironment(endpoint, credentials),
        AWS_SESSION_TOKEN: credentials.sessionToken,
      };
      await withEnvironment(environment, async () => {
        for (const name of reads) await readStateObject(place(name));
        for (const name of writes) {
          const etag = await writeStateObject(place(name), '{}', null);
          await writeStateObject(place(name), '{"version":1}', etag);
        }
        if (role === 'scan') await inspectAs(credentials, endpoint);
      });
      if (binary !== '' && engine.length > 0) {
        const directory = await mkdtemp(join(tmpdir(), 'mturk-team-role-'));
        await writeFile(join(directory, 'main.tf.json'), JSON.stringify(CONFIGURATION));
        for (const args of [['init'], engine])
          expect(await runEngine(binary, args, { directory, environment })).toMatchObject({ code: 0 });
        await rm(directory, { recursive: true });
      }
      expect(deniedOf(test, role, principal)).toEqual([]);
    }
  });
});

/** Compares the roles, the bucket and the identity provider with what bootstrap writes, as each drift check does. */
async function inspectAs(credentials: Key, endpoint: string): Promise<void> {
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  const settings = { ...team.settings, state: { ...STATE, region: 'us-east-1' } };
  const session = { team: { ...team, settings }, iam, connection: { maxAttempts: 1, endpoint, credentials } };
  const inventory = await readAccountAccess({ iam }, team);
  const setup = await readSetup(session, orThrow(inventory), true, {});
  iam.destroy();
  expect(setup).toMatchObject({ roles: [], provider: null, notChecked: [] });
}

async function withEnvironment(environment: Readonly<Record<string, string>>, work: () => Promise<void>) {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Calls of HashiCorp's provider, recorded with `plan` and `apply`; the file's README says how. */
const RECORDED: Readonly<
  Record<string, Readonly<Record<string, { readonly calls: Readonly<Record<string, number>> }>>>
> = JSON.parse(readFileSync('__tests__/fixtures/aws-provider/calls.json', 'utf8'));
const recordedIn = (command: 'plan' | 'apply') =>
  Object.values(RECORDED).flatMap((step) => Object.keys(step[command]?.calls ?? {}).map((name) => `iam:${name}`));

/** Allowed without a call that needs it, with the reason. */
const unusedBy = (role: WorkflowRole): Readonly<Record<string, string>> => ({
  ...(binary === '' ? { 's3:DeleteObject': 'this machine has no Terraform with a lock file in S3' } : {}),
  ...(role === 'keys' ? { 's3:ListBucket': 'without it, a missing record or marker is denied' } : {}),
});

// The last test: it knows what those before it called.
test.each(WORKFLOW_ROLES)('the %s role has every action that is needed, and no other', (role) => {
  const allowed = allowing(role).flatMap(({ Action }) => toList(Action));
  const recorded = [...(role === 'keys' ? [] : recordedIn('plan')), ...(role === 'apply' ? recordedIn('apply') : [])];
  const needed = new Set([...used[role], ...recorded]);
  // AWS asks for no permission for this one.
  needed.delete('sts:GetCallerIdentity');
  expect([...needed].filter((action) => !allowed.includes(action))).toEqual([]);
  expect([...new Set(allowed)].filter((action) => !needed.has(action) && !(action in unusedBy(role)))).toEqual([]);
});
