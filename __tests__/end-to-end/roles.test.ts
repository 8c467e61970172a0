import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { fullScan } from '../../src/cli/drift/run-scan.ts';
import { applyRecord, noteApply } from '../../src/cli/session/apply-record.ts';
import { applyStack } from '../../src/cli/session/apply-stack.ts';
import { emulatorSession, type LabSession } from '../../src/cli/session/lab-session.ts';
import { isEmpty, planStack } from '../../src/cli/session/plan-stack.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { startProvider } from '../../src/emulator/provider/provider.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { documentedPolicies, type Role } from '../support/documented-roles.ts';
import { bootstrapped, copyOf, inTurns, type LabInTest, orThrow, withLab } from '../support/lab-in-test.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: { mode: 'additions', perDay: 10 } },
};
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

const UNDONE = [...PEOPLE, ...POLICIES].filter((row) => row.reconcile === 'undone');

const REQUEST = { reconcile: true, revert: [], ifFingerprint: null };

test('every manual change that can be reverted is found by the plan role and reverted by the reconcile role', async () => {
  expect(UNDONE.length).toBeGreaterThan(15);
  const wrong: object[] = [];
  await inTurns(UNDONE, async (row) => {
    await withLab(start, async (test) => {
      test.setClock(NOON);
      const root = test.lab(team);
      await noteApply(applyRecord(root.records), root, { state: 'applied' });
      await row.done({ iam: root.iam, endpoint: test.emulator.endpoint, wait: () => {} });
      const {
        scan: look,
        complete,
        attributed,
      } = await labAs(test, 'plan', async (lab) => orThrow(await fullScan(lab, { trail: true, lock: false }, SILENT)));
      // Those who stand for the roles are unmanaged users of this account.
      const found = look.findings.map(({ id }) => id).filter((id) => !id.includes('mturk-team-'));
      const [done, after] = await labAs(test, 'reconcile', async (lab) => {
        const scan = orThrow(await fullScan(lab, { trail: true }, SILENT));
        const ending = await reconcile(lab, scan, REQUEST, { yes: true }, SILENT);
        return [ending, orThrow(await fullScan(lab, { trail: false }, SILENT)).scan] as const;
      });
      const left = after.findings.map(({ id }) => id).filter((id) => !id.includes('mturk-team-'));
      const is = { found, unseen: look.notChecked, complete, attributed, outcome: done.outcome, left };
      const wanted = {
        found: row.finds,
        unseen: [],
        complete: true,
        attributed: true,
        outcome: 'reverted',
        left: row.leaves ?? [],
      };
      if (JSON.stringify(is) !== JSON.stringify(wanted)) wrong.push({ what: row.what, is, wanted, done });
    });
  });
  expect(wrong).toEqual([]);
}, 600_000);

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
