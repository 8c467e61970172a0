import { approvalInTest, pays, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

const { lab, merged, approve, check } = approvalInTest();

const ENDS: readonly (readonly [string, (team: string) => string])[] = [
  ['suspends', (team) => suspended(team, 'Dee')],
  ['ends the access of', (team) => team.replace('{ name: Dee, ', '{ name: Dee, until: "2026-01-31", ')],
];

/** Every writer can cancel the apply of the first change. GitHub goes by CODEOWNERS, which still names the owner. */
test.each(ENDS)(
  'once a change is merged that %s an owner, this owner approves nothing, applied or not',
  async (_what, end) => {
    merged('end', end);
    const pull = lab().propose('pay', 'bo', pays('bo'));
    approve(pull, 'dee');
    lab().merge(pull, 'bo');
    expect(await check()).toMatchObject({ code: 1, outputs: { commit: lab().main, 'failure-reason': 'not-approved' } });
    approve(pull, 'ada');
    expect(await check()).toMatchObject({ code: 0 });
  },
);

test.each(ENDS)('what an owner approved before a change that %s them stays approved', async (_what, end) => {
  const pull = lab().propose('pay', 'bo', pays('bo'));
  approve(pull, 'dee');
  lab().merge(pull, 'bo');
  merged('end', end);
  expect(await check()).toMatchObject({ code: 0 });
});
