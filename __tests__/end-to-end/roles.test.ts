import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
  TagPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
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
import type { WorkflowRole } from '../../src/setup/roles.ts';
import { iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { sampleOf } from '../support/exhaustive.ts';
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

/**
 * A lab opened by a caller that has exactly the permissions of a role of the workflows. The local AWS emulator has no
 * roles: a user outside the lab's path stands for each. Every call of ours and of the provider is signed by it, and none
 * may be denied, but those that the test expects.
 */
async function labAs<T>(
  test: LabInTest,
  role: WorkflowRole,
  work: (lab: LabSession) => Promise<T>,
  of = team,
  denied: readonly string[] = [],
): Promise<T> {
  const { endpoint, rootCredentials } = test.emulator;
  const root = new IAMClient({ endpoint, credentials: rootCredentials, region: 'us-east-1' });
  count += 1;
  const UserName = `mturk-team-${role}-${count}`;
  const created = await root.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify(permissions(role));
  const { Policy } = await root.send(new CreatePolicyCommand({ PolicyName: UserName, PolicyDocument }));
  await root.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
  root.destroy();
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
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
    const calls = test.emulator.calls.filter(({ principal }) => principal === created.User?.Arn);
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
  start = await withLab(await bootstrapped(), async (test) => {
    test.setClock(NOON);
    await applyAs(test, team);
    return copyOf(test.memory);
  });
}, 120_000);

const bo = iamName(team.lab, 'bo');

test('the plan role plans a pull request, with a user to be imported who has a key, and checks the account', async () => {
  await withLab(start, async (test) => {
    test.setClock(NOON);
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
  await withLab(start, async (test) => {
    test.setClock(NOON);
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
  await withLab(start, async (test) => {
    test.setClock(NOON);
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

/** Those who stand for the roles are unmanaged users of this account. */
function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id).filter((id) => !id.includes('mturk-team-'));
}

/** Works in a lab where someone has made a manual change. */
function afterChange<T>(row: ManualChange, work: (test: LabInTest) => Promise<T>): Promise<T> {
  return withLab(start, async (test) => {
    test.setClock(NOON);
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
