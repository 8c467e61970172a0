import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { fullScan, quickScan } from '../../src/cli/drift/run-scan.ts';
import { applyStack } from '../../src/cli/session/apply.ts';
import { emulatorSession, type LabSession } from '../../src/cli/session/lab-session.ts';
import { isEmpty, planStack } from '../../src/cli/session/plan.ts';
import { quickCheck } from '../../src/cli/session/quick-check.ts';
import { applyRecord, noteApply } from '../../src/cli/session/records.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { documentedPolicies, type Role } from '../support/documented-roles.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { bootstrapped, copyOf, inTurns, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import type { ManualChange } from '../support/manual-changes/manual-change.ts';
import { RECONCILED_TEAM as team } from '../support/manual-changes/outcome.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { SILENT } from '../support/silent-terminal.ts';

const TODAY = '2026-11-25';
const NOON = '2026-11-25T12:00:00Z';

let count = 0;

/**
 * A lab opened by a caller that has exactly the policy of a role of docs/workflows.md. The local AWS emulator has no
 * roles: a user outside the lab's path stands for each. Every call of ours and of the provider is signed by it.
 */
async function labAs<T>(test: LabInTest, role: Role, work: (lab: LabSession) => Promise<T>, of = team): Promise<T> {
  const { endpoint, rootCredentials } = test.emulator;
  const root = new IAMClient({ endpoint, credentials: rootCredentials, region: 'us-east-1' });
  count += 1;
  const UserName = `mturk-team-${role}-${count}`;
  await root.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify(documentedPolicies(of)[role]);
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
      expect(check).toMatchObject({ isAccessKnown: true, notChecked: ['the credential report'] });
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

test('the apply role creates a whole lab, changes a role, suspends a member, and removes a member who has a key', async () => {
  await withLab(start, async (test) => {
    test.setClock(NOON);
    await test.lab(team).iam.send(new CreateAccessKeyCommand({ UserName: iamName(team.lab, 'bo') }));
    const members = team.members
      .filter(({ key }) => key !== 'bo')
      .map((member) => (member.key === 'eve' ? { ...member, suspended: true } : member));
    const departed = [...team.departed, { key: 'bo', left: TODAY, reason: 'graduated' }];
    const roles = team.roles.map((role) =>
      role.key === 'paymaster' ? { ...role, deny: ['SendBonus' as const] } : role,
    );
    await applyAs(test, { ...team, roles, members, departed });
    expect(Object.keys(test.memory.account.users)).not.toContain(iamName(team.lab, 'bo'));
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

test('every manual change that can be reverted is found by the plan role, and attributed', async () => {
  expect(REVERTED.length).toBeGreaterThan(15);
  for (const row of REVERTED) {
    await afterChange(row, async (test) => {
      const { scan, complete, attributed } = await labAs(
        test,
        'plan',
        async (lab) => await quickScan(lab, { cloudTrail: true }, SILENT),
      );
      const { notChecked } = scan;
      const found = { what: row.what, found: idsOf(scan), notChecked, complete, attributed };
      expect(found).toEqual({ what: row.what, found: row.finds, notChecked: [], complete: true, attributed: true });
    });
  }
}, 120_000);

test('they are planned by the plan role, and reverted by the reconcile role', async () => {
  const outcomes: Record<string, object> = {};
  await inTurns(SAMPLE, async (row) => {
    await afterChange(row, async (test) => {
      const { scan, complete } = await labAs(test, 'plan', async (lab) =>
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

test('the plan role can change nothing, whatever it tries', async () => {
  await withLab(start, async (test) => {
    test.setClock(NOON);
    const before = JSON.stringify(test.memory.account.groups);
    await labAs(test, 'plan', async (lab) => {
      const without = { ...team, roles: team.roles.map((role) => ({ ...role, deny: ['SendBonus' as const] })) };
      const plan = orThrow(await planStack({ ...lab, team: without }));
      const applied = await applyStack(lab, plan);
      expect(applied.ok).toBe(false);
    });
    expect(JSON.stringify(test.memory.account.groups)).toBe(before);
  });
}, 120_000);
