import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { checkCaller } from '../../src/aws/client.ts';
import { checkBoundary, findExisting, iamLookup } from '../../src/aws/iam-names.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import { blocksOf } from '../../src/guardrails/guardrails.ts';
import { classifyPlan } from '../../src/review/changes/classify-plan.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { hasChanges } from '../../src/terraform/plan.ts';
import { plannedCreates } from '../../src/terraform/resources.ts';
import { planChanges } from '../../src/terraform/run/commands.ts';
import { findEngine } from '../../src/terraform/run/engine.ts';
import type { ImportBlock } from '../../src/terraform/run/workspace.ts';
import { iamOf, stsOf } from '../emulator/clients.ts';
import { appliedIn, emulatorWorkspace, plannedIn } from '../support/emulator-workspace.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { sampleTeam, smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

const TODAY = '2026-11-25';

const found = (
  await Promise.all([{ PATH: '' }, process.env].map((env) => findEngine({ env, account: 'emulator' })))
).flatMap((result) => (result.ok ? [result.value] : []));
const engines = found.filter((engine, index) => found.findIndex(({ binary }) => binary === engine.binary) === index);

describe.each(sampleOf(engines, 1).map((engine) => [`${engine.flavour} ${engine.version}`, engine] as const))(
  '%s',
  (_title, engine) => {
    let directory = '';
    let emulator: Emulator;
    let iam: aws.IAMClient;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'mturk-team-apply-'));
      emulator = await openEmulator({ dir: null, accountId: sampleTeam.account, providerAttempts: 2 });
      iam = iamOf(emulator);
    });
    afterEach(async () => {
      iam.destroy();
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    });

    const workspaceOf = (stack: 'team' | 'bootstrap', team = smallTeam, imports: readonly ImportBlock[] = []) =>
      emulatorWorkspace(emulator, directory, stack, team, { engine, imports });

    test('the sample team is created with the access that it declares, and planned again there is nothing to do', async () => {
      const names = iamLookup(iam);
      expect(await checkBoundary(boundaryArn(sampleTeam), names)).toMatchObject([{ code: 'boundary-missing' }]);
      const boundary = await appliedIn(await workspaceOf('bootstrap'));
      expect(blocksOf(boundary.plan, sampleTeam, TODAY, 'bootstrap')).toEqual([]);
      expect(await checkBoundary(boundaryArn(sampleTeam), names)).toEqual([]);

      const team = await workspaceOf('team', sampleTeam);
      const first = await appliedIn(team);
      expect(blocksOf(first.plan, sampleTeam, TODAY)).toEqual([]);
      expect(classifyPlan(first.plan, sampleTeam.account).access.after).toEqual(
        byName(desiredAccess(sampleTeam, TODAY)),
      );

      const again = await plannedIn(team);
      expect(hasChanges(again.plan)).toBe(false);
      const report = classifyPlan(again.plan, sampleTeam.account);
      expect(report).toMatchObject({ manualChanges: [], pending: [], unexplained: [] });
      expect(report.access.before).toEqual(byName(desiredAccess(sampleTeam, TODAY)));
    });

    test('an imported group may have unmanaged members: exclusive policies revert at once, the next apply removes the members', async () => {
      const group = { GroupName: 'perception-lab-paymaster' };
      const foreign = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
      await iam.send(new aws.CreateGroupCommand({ ...group, Path: '/mturk/perception-lab/' }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group, PolicyArn: foreign }));
      await iam.send(new aws.CreateUserCommand({ UserName: 'zoe' }));
      await iam.send(new aws.AddUserToGroupCommand({ ...group, UserName: 'zoe' }));
      await appliedIn(await workspaceOf('bootstrap'));
      const first = await plannedIn(await workspaceOf('team'));
      const { imports, findings } = await findExisting(plannedCreates(first.plan), iamLookup(iam));
      expect(findings).toEqual([]);
      expect(imports.map(({ to }) => to)).toEqual(['aws_iam_group.role_paymaster']);
      await appliedIn(await workspaceOf('team', smallTeam, imports));
      const attached = await iam.send(new aws.ListAttachedGroupPoliciesCommand(group));
      expect(attached.AttachedPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(['perception-lab-paymaster']);

      const second = await appliedIn(await workspaceOf('team'));
      const report = classifyPlan(second.plan, smallTeam.account);
      expect([...report.manualChanges.map(({ difference }) => difference), ...report.pending]).toMatchObject([
        { kind: expect.stringMatching(/^membership-(added|removed)$/), user: 'zoe', unmanaged: true },
      ]);
      expect(hasChanges((await plannedIn(await workspaceOf('team'))).plan)).toBe(false);
    });

    test('another account is refused, by us and by the provider', async () => {
      const sts = stsOf(emulator);
      expect(await checkCaller(sts, smallTeam.account)).toEqual({ ok: true, value: null });
      expect(await checkCaller(sts, '999999999999')).toEqual({
        ok: false,
        failure: { code: 'wrong-account', args: { expected: '999999999999', actual: smallTeam.account } },
      });
      sts.destroy();
      const plan = await planChanges(await workspaceOf('bootstrap', { ...smallTeam, account: '999999999999' }));
      expect(plan).toMatchObject({ ok: false, failure: { code: 'wrong-account' } });
    });
  },
);

function byName(model: ReturnType<typeof desiredAccess>): ReturnType<typeof desiredAccess> {
  const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return {
    ...model,
    users: [...model.users].sort(order),
    groups: [...model.groups].sort(order),
    policies: [...model.policies].sort(order),
  };
}
