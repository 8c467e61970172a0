import { approvalInTest } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { LAB } from '../support/lab-repository.ts';

const test = testInTurn(1);

const { lab, begin, repository, approve, check } = approvalInTest();
const pays = (team: string) => team.replace(/(bo: .*roles: \[)reader/, '$1reader, paymaster');

test.each([
  ['active', LAB],
  ['suspended', LAB.replace('{ name: Dee, ', '{ suspended: true, name: Dee, ')],
  ['past the last day', LAB.replace('{ name: Dee, ', '{ until: "2026-11-01", name: Dee, ')],
])("any owner's open request for changes blocks: one who is %s", async (_what, team) => {
  await begin(team);
  const pull = lab().propose('pay', 'bo', pays);
  repository().review(pull.number, 'dee', 'CHANGES_REQUESTED');
  approve(pull, 'ada');
  lab().merge(pull, 'bo');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('requested changes') });
});
