import { PutUserPolicyCommand, UpdateUserCommand } from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { noChanges, planStack } from '../../src/app/plan/plan.ts';
import type { Faults } from '../../src/emulator/server/faults.ts';
import { iamName } from '../../src/team/names.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  bootstrapped,
  carriedOut,
  ENGINE_TITLE,
  inTurns,
  type LabInTest,
  orThrow,
  planned,
  withLab,
} from '../support/lab-in-test.ts';
import { recordedObjects } from '../support/lab-in-test-account.ts';
import { differences } from '../support/lab-in-test-recovery.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(3);

const start = await bootstrapped();
const reference = await appliedTo(smallTeam);

const FULL = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });

/** The provider's own number of attempts, as it is used against AWS. */
const PATIENT = { providerAttempts: 25 };

describe(`AWS on a bad day (${ENGINE_TITLE})`, () => {
  const DAYS: readonly (readonly [string, Faults])[] = [
    ['throttles the first two attempts of every call', { throttleFirst: 2 }],
    ['throttles a third of the calls and answers 500 to a tenth', { throttleShare: 0.3, errorShare: 0.1, seed: 7 }],
    ['answers 500 to a third of the calls', { errorShare: 0.34, seed: 3 }],
    ['throttles and answers 500, each to a quarter', { throttleShare: 0.25, errorShare: 0.25, seed: 3 }],
  ];

  test.each(sampleOf(DAYS, 1))(
    '%s: the team is planned and applied all the same',
    async (_title, faults) => {
      await withLab(
        start,
        async (test) => {
          test.emulator.faults = faults;
          await applied(test.lab(smallTeam));
          expect(noChanges(await planned(test.lab(smallTeam)))).toBe(true);
          expect(differences(test.memory, reference, start)).toEqual([]);
        },
        PATIENT,
      );
    },
    120_000,
  );

  const WORSE: readonly (readonly [string, Faults, string])[] = [
    ['throttled', { throttleShare: 1 }, 'throttled'],
    ['unavailable', { errorShare: 1 }, 'aws-unavailable'],
  ];

  test.each(sampleOf(WORSE, 1))(
    '%s for ever from some call on: it says so, and how far it came; a later apply finishes',
    async (_title, faults, code) => {
      await inTurns(sampleOf([1, 8, 15], 1), async (writes) => {
        await withLab(
          start,
          async (test) => {
            const lab = test.lab(smallTeam);
            const plan = await planned(lab);
            const steps = plan.saved.plan.changes.filter(({ change }) => change.actions.join() === 'create').length;
            let seen = 0;
            test.listen(({ phase, action }) => {
              if (phase === 'after' && !/^(Get|List)/.test(action)) seen += 1;
              if (seen === writes && phase === 'after') test.emulator.faults = faults;
              return true;
            });
            const result = await applyPlanned(lab, plan, carriedOut(), SILENT);
            test.listen(null);
            test.emulator.faults = {};
            expect(result).toMatchObject({ ok: false, failure: { code, args: { progress: { total: steps } } } });
            const done =
              result.ok || !('progress' in result.failure.args) ? -1 : (result.failure.args.progress?.done ?? -1);
            expect(done).toBeGreaterThanOrEqual(0);
            expect(done).toBeLessThan(steps);

            await applied(test.lab(smallTeam));
            expect(noChanges(await planned(test.lab(smallTeam)))).toBe(true);
            expect(differences(test.memory, reference, start)).toEqual([]);
          },
          { providerAttempts: 2 },
        );
      });
    },
    240_000,
  );
});

describe('a creation that ends in an error after the object was made', () => {
  /** Each: the call after which AWS refuses the next one for good, and what the engine then holds for broken. */
  const BROKEN: readonly (readonly [action: string, about: string, type: string])[] = [
    ['CreateUser', 'perception-lab-bo', 'aws_iam_user.member_bo'],
    ['PutUserPolicy', 'perception-lab-bo', 'aws_iam_user_policy.member_bo_limits'],
    ['CreateGroup', 'perception-lab-paymaster', 'aws_iam_group.role_paymaster'],
    ['CreatePolicy', 'perception-lab-paymaster', 'aws_iam_policy.role_paymaster'],
    ['AttachGroupPolicy', 'perception-lab-paymaster', 'aws_iam_group_policy_attachment.role_paymaster_own'],
    ['AddUserToGroup', 'perception-lab-paymaster', 'aws_iam_group_membership.role_paymaster'],
  ];

  test.each(sampleOf(BROKEN, 1))(
    '%s of %s: it is kept and finished, not replaced',
    async (action, about, address) => {
      await withLab(start, async (test) => {
        await breakAfter(test, action, about);
        expect(recordedObjects(test.memory)).toContain(`${address} tainted`);

        const ids = Object.keys(test.memory.account.users);
        const plan = await planned(test.lab(smallTeam));
        expect(plan.saved.plan.changes.filter(({ change }) => change.actions.includes('delete'))).toEqual([]);
        orThrow(await applyPlanned(test.lab(smallTeam), plan, carriedOut(), SILENT));

        expect(noChanges(await planned(test.lab(smallTeam)))).toBe(true);
        expect(Object.keys(test.memory.account.users)).toEqual(expect.arrayContaining(ids));
        expect(differences(test.memory, reference, start)).toEqual([]);
      });
    },
    60_000,
  );

  test('unavailable during what comes before Terraform: it does not say that nothing was changed', async () => {
    await withLab(reference, async (test) => {
      const { iam } = test.lab(smallTeam);
      const names = { UserName: iamName(smallTeam.lab, 'bo'), NewUserName: 'bob' };
      await iam.send(new UpdateUserCommand(names));
      await iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'more', PolicyDocument: FULL }));
      const plan = await planned(test.lab(smallTeam));
      test.listen(({ action }) => {
        if (action === 'DeleteUserPolicy') test.emulator.faults = { errorShare: 1 };
        return true;
      });
      const result = await applyPlanned(test.lab(smallTeam), plan, carriedOut(), SILENT);
      expect(result).toMatchObject({
        ok: false,
        failure: { code: 'aws-unavailable', args: { progress: { done: 0 } } },
      });
    });
  });

  test('a mark that cannot be taken off is a failure with its reason', async () => {
    await withLab(start, async (test) => {
      await breakAfter(test, 'CreateUser', 'perception-lab-bo');
      test.memory.states.set('team', '{"version": 4, "broken": ');
      expect(await planStack(test.lab(smallTeam))).toMatchObject({ ok: false });
    });
  });
});

/** Applies one resource at a time, and has the call after that one refused for good. */
async function breakAfter(test: LabInTest, action: string, about: string): Promise<void> {
  const lab = test.lab(smallTeam, { parallelism: 1 });
  const plan = await planned(lab);
  test.listen((call) => {
    if (call.phase === 'after' && call.action === action && JSON.stringify(call.params).includes(`"${about}"`)) {
      test.emulator.faults = { failCall: 1 };
    }
    return true;
  });
  const result = await applyPlanned(lab, plan, carriedOut(), SILENT);
  test.listen(null);
  test.emulator.faults = {};
  expect(result).toMatchObject({ ok: false, failure: { code: 'apply-failed' } });
}
