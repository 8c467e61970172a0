import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, TODAY, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const withoutBo: Team = {
  ...smallTeam,
  members: smallTeam.members.filter(({ key }) => key !== 'bo'),
  departed: [...smallTeam.departed, { key: 'bo', left: TODAY, reason: 'stole' }],
};
const suspended: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'bo' ? { ...one, suspended: true } : one)),
};

test.each([
  ['that someone left', withoutBo],
  ['a suspension', suspended],
])('an apply that was planning while an emergency ended does not undo %s', async (_what, emergency) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('bo').UserName) ?? [])];
    expect(may()).toContain('ListHITs');
    const lab = test.lab(smallTeam);
    let ended = false;
    test.listen(async ({ phase, action }) => {
      if (ended || phase !== 'after' || action !== 'GetAccountAuthorizationDetails') return true;
      ended = true;
      await applied(test.lab(emergency));
      expect(may()).toEqual([]);
      return true;
    });
    const options = { ...carriedOut(), workflow: true, commit: 'a'.repeat(40) };
    const plan = await planStack(lab);
    const done = plan.ok ? await applyPlanned(lab, plan.value, options, SILENT) : plan;
    expect(may()).toEqual([]);
    expect(done).toMatchObject({ ok: false, failure: { code: 'record-changed' } });
  });
});
