import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, withLab } from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(2);

const before: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) =>
    one.key === 'bo' ? { ...one, roles: ['results-reader', 'task-publisher'] } : one,
  ),
};
const inOrder = (members: Team['members']) => members.toSorted((one, other) => (one.key < other.key ? -1 : 1));
/** What main has: zed joins. */
const main: Team = {
  ...before,
  members: inOrder([...before.members, member({ key: 'zed', roles: ['results-reader'] })]),
};
/** What an administrator applies at a terminal: main, with bo suspended. */
const emergency: Team = {
  ...main,
  members: main.members.map((one) => (one.key === 'bo' ? { ...one, suspended: true } : one)),
};

test.each([
  [
    'whose file changes nothing else that the rule reads',
    { ...before },
    { ...before, members: before.members.map((one) => (one.key === 'bo' ? { ...one, suspended: true } : one)) },
  ],
  ['whose file has the same new member', main, emergency],
])('an apply that waits for the lock of another one, %s, does not end a suspension', async (_what, file, newer) => {
  await withLab(await appliedTo(before), async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('bo').UserName) ?? [])];
    const lab = test.lab(file);
    let isFirst = true;
    // Terraform waits here for up to five minutes: the other apply has the lock, and ends.
    const workspace: typeof lab.workspace = async (...args) => {
      const ready = await lab.workspace(...args);
      if (isFirst) {
        isFirst = false;
        await applied(test.lab(newer));
        expect(may()).toEqual([]);
      }
      return ready;
    };
    const session = { ...lab, workspace };
    const plan = await planStack(session);
    const done = plan.ok ? await applyPlanned(session, plan.value, carriedOut(), SILENT) : plan;
    expect({ done: done.ok ? 'applied' : done.failure.code, may: may() }).toEqual({ done: 'record-changed', may: [] });
  });
});
