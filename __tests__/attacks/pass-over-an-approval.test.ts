import { approvalInTest, pays, resumed, suspended } from '../support/approval-in-test.ts';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, merged, clone, check } = approvalInTest();

test("what is merged and pulled while an administrator's apply asks needs its approval", async () => {
  const { directory, pull, apply, recorded } = clone();
  pull(lab().main);
  expect((await apply()).code).toBe(0);
  const approved = merged('cy', pays('cy'));
  pull(approved);
  const bo = lab().propose('bo', 'bo', pays('bo'));
  const confirm = async () => {
    pull(lab().merge(bo, 'bo'));
    return true;
  };
  const person = { asked: [], confirm, ask: async () => null, choose: async () => null };
  expect((await runHere(['apply', '--emulator'], { cwd: directory, person })).code).toBe(0);
  const members = expect.arrayContaining([expect.objectContaining({ key: 'bo', roles: ['reader'] })]);
  expect(recorded()).toMatchObject({ commit: approved, team: { members } });
  await record(recorded(), approved);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test.each([
  ['of no commit', false],
  ['of the commit that once had it', true],
])("an administrator's suspension, applied from a file %s, is not ended by earlier approvals", async (_what, isOld) => {
  const { write, pull, apply, recorded } = clone();
  const first = merged('suspend', suspended);
  pull(merged('resume', resumed));
  expect((await apply()).code).toBe(0);
  if (isOld) pull(first);
  else write('team.yaml', suspended(lab().teamAt(lab().main)));
  // To be sure, they run it twice.
  expect([(await apply()).code, (await apply()).code]).toEqual([0, 0]);
  expect(recorded()).toMatchObject({ commit: isOld ? first : null, earlier: [expect.any(String)] });
  await record(recorded(), lab().main);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  // Once it is merged, what follows is asked for alone.
  merged('suspend-again', suspended);
  expect((await check()).code).toBe(0);
});
