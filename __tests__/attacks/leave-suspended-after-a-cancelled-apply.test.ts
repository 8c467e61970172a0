import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { reviewOfStack } from '../../src/app/plan/plan.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, type LabInTest, planned, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(2);

const base: Team = {
  ...smallTeam,
  roles: [role({ key: 'denier', allow: ['GetHIT'], deny: ['SendBonus'] }), ...smallTeam.roles],
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: ['denier', 'paymaster'] } : one)),
};
const left: Team = {
  ...base,
  members: base.members.filter(({ key }) => key !== 'fay'),
  departed: [...base.departed, { key: 'fay', left: '2026-11-25', reason: 'graduated' }],
};
const suspended: Team = {
  ...base,
  members: base.members.map((one) => (one.key === 'fay' ? { ...one, suspended: true } : one)),
};

const may = ({ memory }: LabInTest) => [...(accessAt(accessIn(memory.account)).get(user('fay').UserName) ?? [])];

/** Owners remove fay. A writer cancels the run (F4) once it has suspended fay for its own time. */
async function cancelledAfterItSuspends(test: LabInTest): Promise<void> {
  const lab = test.lab(left);
  const plan = await planned(lab);
  expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
  let isSuspended = false;
  test.listen(({ action, phase }) => {
    if (isSuspended && phase === 'before') return false;
    isSuspended ||= action === 'PutUserPolicy' && phase === 'after';
    return true;
  });
  const cancelled = await applyPlanned(lab, plan, carriedOut(), SILENT);
  test.listen(null);
  expect([cancelled.ok, isSuspended]).toEqual([false, true]);
}

test('who leaves two roles, one of which denies, gains nothing once an apply is cancelled after it suspended them', async () => {
  await withLab(copyOf(await appliedTo(base)), async (test) => {
    expect(may(test)).not.toContain('SendBonus');
    await cancelledAfterItSuspends(test);
    const second = test.lab(left);
    const next = await planned(second);
    const trace: string[] = [];
    let isLifted = false;
    test.listen(async ({ action, params, phase }) => {
      const text = JSON.stringify(params);
      if (phase === 'before' && action === 'RemoveUserFromGroup' && text.includes('paymaster')) {
        for (let tries = 0; tries < 60 && !isLifted; tries += 1) await new Promise((done) => setTimeout(done, 50));
      }
      if (phase === 'after' && action === 'DeleteUserPolicy') isLifted = true;
      if (phase === 'after' && !/^(?:Get|List)/.test(action) && may(test).includes('SendBonus'))
        trace.push(`${action} ${text}`);
      return true;
    });
    const done = await applyPlanned(second, next, carriedOut(), SILENT);
    test.listen(null);
    expect({ done, trace }).toMatchObject({ done: { ok: true }, trace: [] });
  });
});

test.each([false, true])(
  'who leaves, suspended by a file that a cancelled apply had carried out already, gains nothing (cancelled again: %s)',
  async (isCancelled) => {
    await withLab(copyOf(await appliedTo(base)), async (test) => {
      await cancelledAfterItSuspends(test);
      await test.emulator.releaseLocks();

      // Owners take that back and suspend fay: nothing is left to do, and nothing is unfinished any more.
      await applied(test.lab(suspended));
      expect(may(test)).toEqual([]);

      // Owners remove fay.
      const last = test.lab(left);
      const next = await planned(last);
      expect(next.suspendedDuringApply).toEqual([user('fay').UserName]);
      // Who leaves has no access after the apply either.
      expect(reviewOfStack(last, next).suspendedDuringApply).toEqual([]);
      const trace: string[] = [];
      let isLifted = false;
      test.listen(async ({ action, phase }) => {
        if (isCancelled && isLifted && phase === 'before') return false;
        if (phase === 'before' && action === 'RemoveUserFromGroup') {
          for (let tries = 0; tries < 60 && !isLifted; tries += 1) await new Promise((done) => setTimeout(done, 50));
          if (isCancelled && isLifted) return false;
        }
        isLifted ||= action === 'DeleteUserPolicy' && phase === 'after';
        if (phase === 'after' && !/^(?:Get|List)/.test(action) && may(test).length > 0)
          trace.push(`${action}: ${may(test)}`);
        return true;
      });
      await applyPlanned(last, next, carriedOut(), SILENT);
      test.listen(null);
      expect({ trace, left: may(test) }).toEqual({ trace: [], left: [] });
    });
  },
);
