import { accessOf } from '../../src/access/access-of.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, copyOf, type LabInTest, planned, TODAY, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessIn } from '../support/transient-access.ts';

const test = testInTurn(4);

const at = new Date(`${TODAY}T12:00:00Z`);
const base: Team = {
  ...smallTeam,
  roles: [role({ key: 'denier', allow: ['GetHIT'], deny: ['SendBonus'] }), ...smallTeam.roles],
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: ['denier', 'paymaster'] } : one)),
};
const file: Team = {
  ...base,
  members: base.members.filter(({ key }) => key !== 'fay'),
  departed: [...base.departed, { key: 'fay', left: '2026-11-25', reason: 'graduated' }],
};

const may = ({ memory }: LabInTest) =>
  accessOf(accessIn(memory.account), { at }).some(
    (found) => found.user.name === user('fay').UserName && listOperations(found.allowed).includes('SendBonus'),
  );

test('who leaves two roles, one of which denies, gains nothing once an apply is cancelled after it suspended them', async () => {
  await withLab(copyOf(await appliedTo(base)), async (test) => {
    expect(may(test)).toBe(false);
    const first = test.lab(file);
    const plan = await planned(first);
    let isSuspended = false;
    test.listen(({ action, phase }) => {
      if (isSuspended && phase === 'before') return false;
      if (action === 'PutUserPolicy' && phase === 'after') isSuspended = true;
      return true;
    });
    const cancelled = await applyPlanned(first, plan, carriedOut(), SILENT);
    test.listen(null);

    const second = test.lab(file);
    const next = await planned(second);
    const trace: string[] = [];
    let isLifted = false;
    test.listen(async ({ action, params, phase }) => {
      const text = JSON.stringify(params);
      if (phase === 'before' && action === 'RemoveUserFromGroup' && text.includes('paymaster')) {
        for (let tries = 0; tries < 60 && !isLifted; tries += 1) await new Promise((done) => setTimeout(done, 50));
      }
      if (phase === 'after' && action === 'DeleteUserPolicy') isLifted = true;
      if (phase === 'after' && !/^(?:Get|List)/.test(action) && may(test)) trace.push(`${action} ${text}`);
      return true;
    });
    const done = await applyPlanned(second, next, carriedOut(), SILENT);
    test.listen(null);
    expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
    expect({ cancelled: cancelled.ok, isSuspended, done, trace }).toMatchObject({
      ...{ cancelled: false, isSuspended: true, done: { ok: true } },
      trace: [],
    });
  });
});
