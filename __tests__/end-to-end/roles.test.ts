import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
  PutRolePolicyCommand,
  TagPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { fullScan, quickScan } from '../../src/cli/drift/run-scan.ts';
import { applyStack } from '../../src/cli/session/apply.ts';
import { emulatorSession, type LabSession } from '../../src/cli/session/lab-session.ts';
import { isEmpty, planStack } from '../../src/cli/session/plan.ts';
import { quickCheck } from '../../src/cli/session/quick-check.ts';
import { applyRecord, noteApply, reconcileRecord } from '../../src/cli/session/records.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import { NO_RECONCILE_RECORD } from '../../src/drift/remediation/decide.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import type { RepositoryFacts } from '../../src/setup/repository.ts';
import { trustOf, workflowRoleArn } from '../../src/setup/roles.ts';
import { iamName, labPath, rolePolicyArn, WORKFLOW_ROLES, type WorkflowRole } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { GITHUB_ISSUER, type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import { bootstrapped, copyOf, inTurns, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import type { ManualChange } from '../support/manual-changes/manual-change.ts';
import { RECONCILED_TEAM as team } from '../support/manual-changes/outcome.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { member } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { permissions } from '../support/workflow-roles.ts';

const TODAY = '2026-11-25';
const NOON = '2026-11-25T12:00:00Z';

let count = 0;
let github: GitHubOidc;

const REPOSITORY: RepositoryFacts = {
  ...{ owner: 'lab', name: 'access', ownerId: '11', repositoryId: '22', subject: 'classic' },
  workflows: { owner: 'tools', name: 'mturk-team', ref: '0123456789012345678901234567890123456789' },
};

/** The claims of the jobs that take the roles. */
const called = (file: string) => `tools/mturk-team/.github/workflows/${file}@${REPOSITORY.workflows.ref}`;
const JOBS: Readonly<Record<WorkflowRole, Readonly<Record<string, string>>>> = {
  plan: { sub: 'repo:lab/access:pull_request', job_workflow_ref: called('called-plan.yml') },
  scan: { sub: 'repo:lab/access:ref:refs/heads/main', job_workflow_ref: called('called-drift.yml') },
  apply: { sub: 'repo:lab/access:environment:production', job_workflow_ref: called('called-apply.yml') },
  reconcile: { sub: 'repo:lab/access:environment:reconcile', job_workflow_ref: called('called-drift.yml') },
};

/** Creates GitHub's identity provider and the four roles, as documented. */
async function createRoles({ emulator }: LabInTest): Promise<void> {
  const { endpoint, rootCredentials: credentials } = emulator;
  const root = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  const ClientIDList = ['sts.amazonaws.com'];
  await root.send(new CreateOpenIDConnectProviderCommand({ Url: GITHUB_ISSUER, ClientIDList }));
  for (const role of WORKFLOW_ROLES) {
    const [, Path, RoleName = ''] = /role(\/.*\/)(.*)/.exec(workflowRoleArn(team, role)) ?? [];
    const AssumeRolePolicyDocument = JSON.stringify(trustOf(role, team, REPOSITORY));
    await root.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(permissions(role));
    await root.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'mturk-team', PolicyDocument }));
  }
  root.destroy();
}

/** Credentials of a role, for a token of the job that takes it. */
async function take({ emulator }: LabInTest, role: WorkflowRole) {
  const { endpoint, rootCredentials: credentials } = emulator;
  const sts = new STSClient({ endpoint, credentials, region: 'us-east-1' });
  count += 1;
  const { Credentials, AssumedRoleUser } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      ...{ RoleArn: workflowRoleArn(team, role), RoleSessionName: `run-${count}` },
      WebIdentityToken: github.token({ ...JOBS[role], repository_id: '22' }, new Date(NOON)),
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
  const lab = emulatorSession(of, { today: TODAY, stack: 'team', parallelism: null, directory }, test.engine, emulator);
  try {
    return await work(lab);
  } finally {
    await lab.close();
    await provider.close();
    const calls = test.emulator.calls.filter((call) => call.principal === principal);
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.flatMap(({ action, error }) => (error === 'AccessDenied' ? [action] : []))).toEqual(denied);
  }
}

/** Plans and applies, and plans again: nothing may be left to do. */
async function applyAs(test: LabInTest, of: Team): Promise<void> {
  await labAs(
    test,
    'apply',
    async (lab) => {
      const plan = orThrow(await planStack(lab));
      expect(plan.blocks).toEqual([]);
      orThrow(await applyStack(lab, plan));
      expect(isEmpty(orThrow(await planStack(lab)))).toBe(true);
      await noteApply(applyRecord(lab.records), lab, { state: 'applied' });
      const { check } = await quickCheck(lab, null, SILENT);
      expect(check).toMatchObject({ isAccessKnown: true, notChecked: [] });
    },
    of,
  );
}

let start: EmulatorMemory;
beforeAll(async () => {
  github = await startGitHubOidc();
  start = await inLab(await bootstrapped(), async (test) => {
    await createRoles(test);
    await applyAs(test, team);
    return copyOf(test.memory);
  });
}, 120_000);

afterAll(() => github.close());

/** At noon, with an account that knows GitHub's keys. */
function inLab<T>(from: EmulatorMemory, work: (test: LabInTest) => Promise<T>): Promise<T> {
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

test('the plan role plans a pull request, with a user to be imported who has a key, and checks the account', async () => {
  await inLab(start, async (test) => {
    const { iam } = test.lab(team);
    const UserName = iamName(team.lab, 'zoe');
    await iam.send(new CreateUserCommand({ UserName, Path: labPath(team.lab) }));
    await iam.send(new CreateAccessKeyCommand({ UserName }));
    const members = [...team.members, member({ key: 'zoe', roles: ['paymaster'] })];
    await labAs(
      test,
      'plan',
      async (lab) => {
        const plan = orThrow(await planStack(lab, { lock: false }));
        expect(plan.imported.map(({ key }) => key)).toEqual(['zoe']);
        expect(plan.credentials).toMatchObject([{ keys: [{}], notChecked: [] }]);
        const { check } = await quickCheck(lab, plan, SILENT);
        expect(check).toMatchObject({ isAccessKnown: true, notChecked: [] });
      },
      { ...team, members },
    );
  });
}, 120_000);

test('the apply role changes a role, suspends a member, restores tags, and removes a member who has a key', async () => {
  await inLab(start, async (test) => {
    const { iam } = test.lab(team);
    await iam.send(new CreateAccessKeyCommand({ UserName: bo }));
    const Tags = [{ Key: 'hello', Value: 'x' }];
    await iam.send(new TagUserCommand({ UserName: iamName(team.lab, 'ada'), Tags }));
    await iam.send(new TagPolicyCommand({ PolicyArn: rolePolicyArn(team, 'paymaster'), Tags }));
    await applyAs(test, leftAlone);
    expect(Object.keys(test.memory.account.users)).not.toContain(bo);
  });
}, 120_000);

/** The team without Bo, Eve suspended, and less in a role. */
const leftAlone: Team = {
  ...team,
  roles: team.roles.map((role) => (role.key === 'paymaster' ? { ...role, deny: ['SendBonus' as const] } : role)),
  members: team.members
    .filter(({ key }) => key !== 'bo')
    .map((each) => (each.key === 'eve' ? { ...each, suspended: true } : each)),
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
}, 120_000);

const REVERTED = [...PEOPLE, ...POLICIES].filter((row) => row.reconcile === 'undone');
/** With Terraform; all of them in an exhaustive run. */
const SAMPLE = sampleOf(REVERTED, 3);

const REQUEST = { reconcile: true, revert: [], ifFingerprint: null };

function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id);
}

/** Works in a lab where someone has made a manual change. */
function afterChange<T>(row: ManualChange, work: (test: LabInTest) => Promise<T>): Promise<T> {
  return inLab(start, async (test) => {
    const root = test.lab(team);
    await noteApply(applyRecord(root.records), root, { state: 'applied' });
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
}, 120_000);

test('they are planned by the scan role, and reverted by the reconcile role', async () => {
  const outcomes: Record<string, object> = {};
  await inTurns(SAMPLE, async (row) => {
    await afterChange(row, async (test) => {
      const { scan, complete } = await labAs(test, 'scan', async (lab) =>
        orThrow(await fullScan(lab, { cloudTrail: false, lock: false }, SILENT)),
      );
      const [{ outcome }, after] = await labAs(test, 'reconcile', async (lab) => {
        const again = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
        const done = await reconcile(lab, again, REQUEST, { yes: true }, SILENT);
        return [done, orThrow(await fullScan(lab, { cloudTrail: false }, SILENT)).scan] as const;
      });
      const { notChecked } = scan;
      outcomes[row.what] = { found: idsOf(scan), notChecked, complete, outcome, left: idsOf(after) };
    });
  });
  const wanted = SAMPLE.map(({ what, finds, leaves = [] }) => {
    return [what, { found: finds, notChecked: [], complete: true, outcome: 'reverted', left: leaves }] as const;
  });
  expect(outcomes).toEqual(Object.fromEntries(wanted));
}, 900_000);

test('mode all reverts as the apply role what an earlier check has reported', async () => {
  const all: Team = { ...team, settings: { ...team.settings, reconcile: { mode: 'all', perDay: 10 } } };
  const id = 'membership-removed/bo/task-publisher';
  const [row] = PEOPLE.filter(({ finds }) => finds.includes(id));
  if (row === undefined) throw new Error(id);
  await afterChange(row, async (test) => {
    const { records } = test.lab(all);
    const reported = [{ id, first: '2026-11-24T12:00:00.000Z' }];
    await reconcileRecord(records).write({ ...NO_RECONCILE_RECORD, reported });
    await labAs(
      test,
      'apply',
      async (lab) => {
        const scan = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
        const done = await reconcile(lab, scan, REQUEST, { yes: true }, SILENT);
        expect(done).toMatchObject({ outcome: 'reverted', reverted: [id] });
      },
      all,
    );
  });
}, 120_000);
