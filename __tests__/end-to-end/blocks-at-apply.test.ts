import { applyStack } from '../../src/app/apply/carry-out.ts';
import { noChanges, planStack } from '../../src/app/plan/plan.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import type { Team } from '../../src/team/team.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, orThrow, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

test('a plan in the middle of an apply that does what none may is not carried out', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    // As if fay's line had been lost after the plan was let through: in an apply of three steps each is planned afresh.
    const lost: Team = { ...smallTeam, members: smallTeam.members.filter(({ key }) => key !== 'fay') };
    const lab = test.lab(lost);
    const plan = orThrow(await planStack(lab));
    expect(plan.blocks.map(({ code }) => code)).toEqual(['member-not-departed']);
    const result = await applyStack(lab, { ...plan, blocks: [], suspendedDuringApply: ['perception-lab-bo'] });
    expect(result).toMatchObject({
      ok: false,
      failure: {
        code: 'blocked-during-apply',
        args: { codes: ['member-not-departed'], progress: { done: 1, suspended: ['bo'] } },
      },
    });
    expect(Object.values(test.memory.account.users).map(({ name }) => name)).toContain('perception-lab-fay');
  });
});

const noBonus = role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] });
const roles = [...smallTeam.roles, noBonus].sort((a, b) => (a.key < b.key ? -1 : 1));
/** The small team, with these roles for the given members and both kinds for bo and fay otherwise. */
const withRoles = (own: readonly string[], of: readonly string[]): Team => ({
  ...smallTeam,
  roles,
  members: smallTeam.members.map((one) => {
    if (of.includes(one.key)) return { ...one, roles: own };
    return one.key === 'ada' ? one : { ...one, roles: ['no-bonus', 'paymaster'] };
  }),
});
const before = withRoles([], []);
const narrowed = withRoles(['results-reader'], ['fay']);

test('an interrupt between two steps ends the apply in order, and running it again finishes it', async () => {
  await withLab(await appliedTo(before), async (test) => {
    const lab = test.lab(narrowed);
    const plan = orThrow(await planStack(lab));
    const workspace: LabSession['workspace'] = (...args) => {
      process.emit('SIGINT', 'SIGINT');
      return lab.workspace(...args);
    };
    const result = await applyStack({ ...lab, workspace }, plan);
    expect(result).toMatchObject({ ok: false, failure: { code: 'interrupted' } });
    await applied(lab);
    expect(noChanges(orThrow(await planStack(lab)))).toBe(true);
  });
});

test('an apply that fails while it suspends members says who may stay suspended', async () => {
  await withLab(await appliedTo(before), async (test) => {
    const lab = test.lab(withRoles(['results-reader'], ['bo', 'fay']), { parallelism: 1 });
    const plan = orThrow(await planStack(lab));
    expect(plan.suspendedDuringApply).toEqual(['perception-lab-bo', 'perception-lab-fay']);
    let puts = 0;
    test.listen(({ phase, action }) => {
      if (phase === 'before' && action === 'PutUserPolicy') puts += 1;
      if (puts === 2) test.emulator.faults = { failCall: 1 };
      return true;
    });
    const result = await applyStack(lab, plan);
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'apply-failed', args: { progress: { done: 1, total: 2, suspended: ['bo', 'fay'] } } },
    });
  });
});
