import { CreateUserCommand } from '@aws-sdk/client-iam';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { bootstrapped, ENGINE_TITLE, emptyMemory, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { applyAndKill } from '../support/lab-in-test-killed.ts';
import { isWrite, undisturbed } from '../support/lab-in-test-recovery.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(3);

const PATH = '/mturk/perception-lab/';

test(`what a killed apply left is named by the next plan, all of it and nothing else (${ENGINE_TITLE})`, async () => {
  const start = await bootstrapped();
  const { calls } = await undisturbed(start, smallTeam);
  for (const call of sampleOf(calls.filter(isWrite), 1)) {
    await withLab(start, async (test) => {
      await applyAndKill(test, test.lab(smallTeam, { parallelism: 1 }), { call, phase: 'after' }, () => true);
      const { users, groups, policies } = test.memory.account;
      const left = [
        ...[...Object.values(users), ...Object.values(groups)].map(({ name }) => name),
        ...Object.values(policies).flatMap(({ path, arn }) => (path === PATH ? [arn] : [])),
      ];
      const plan = await planned(test.lab(smallTeam));
      expect(plan.imported.map(({ id }) => id).sort()).toEqual(left.sort());
      const created = plan.saved.plan.changes.flatMap(({ address, change }) =>
        change.actions.join() === 'create' ? [address] : [],
      );
      expect(created.filter((address) => plan.imported.some(({ to }) => to === address))).toEqual([]);
      const lab = test.lab(smallTeam);
      const quick = await quickScan(lab, { cloudTrail: false }, SILENT);
      const full = orThrow(await fullScan(lab, { cloudTrail: false, lock: false }, SILENT));
      expect(full.scan.findings).toEqual(quick.scan.findings);
    });
  }
});

test('a name that is taken outside the path is named, and a plan changes nothing', async () => {
  const start = await bootstrapped();
  await withLab(start, async (test) => {
    await test.lab(smallTeam).iam.send(new CreateUserCommand({ UserName: 'Perception-Lab-Bo', Path: '/old/' }));
    const before = JSON.stringify(comparableAccount(test.memory.account, start.account));
    const plan = orThrow(await planStack(test.lab(smallTeam)));
    expect(plan.blocks).toEqual([]);
    expect(plan.ruled.withheld).toMatchObject([{ kind: 'name-taken', key: 'bo' }]);
    expect(plan.imported).toEqual([]);
    expect(JSON.stringify(comparableAccount(test.memory.account, start.account))).toBe(before);
  });
});

test('without the boundary no user is created', async () => {
  await withLab(emptyMemory(), async (test) => {
    const plan = orThrow(await planStack(test.lab(smallTeam)));
    expect(plan.blocks.map(({ code }) => code)).toEqual(['boundary-missing']);
    expect(test.emulator.calls.filter(({ action }) => !/^(Get|List)/.test(action))).toEqual([]);
  });
});
