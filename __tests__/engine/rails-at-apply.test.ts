import { applyLab } from '../../src/commands/lab-apply.ts';
import { planLab } from '../../src/commands/lab-plan.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, bootstrapped, orThrow, withLab } from '../support/lab-in-test.ts';
import { sampleTeam } from '../support/sample-team.ts';

test('a plan in the middle of an apply that does what none may is not carried out', async () => {
  await withLab(await bootstrapped(), async (test) => {
    await applied(test.lab(sampleTeam));
    // As if fay's line had been lost after the plan was let through: in an apply of three steps each is planned afresh.
    const lost: Team = { ...sampleTeam, members: sampleTeam.members.filter(({ key }) => key !== 'fay') };
    const lab = test.lab(lost);
    const plan = orThrow(await planLab(lab));
    expect(plan.rails.map(({ code }) => code)).toEqual(['member-not-departed']);
    const result = await applyLab(lab, { ...plan, rails: [], held: ['perception-lab-bo'] });
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'refused-midway', args: { codes: ['member-not-departed'], progress: { done: 1 } } },
    });
    expect(Object.values(test.memory.account.users).map(({ name }) => name)).toContain('perception-lab-fay');
  });
});
