import { approvalInTest } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, clone, check } = approvalInTest();

test('a lab whose first apply was of a file of no commit goes on from an apply in a checkout of main', async () => {
  const { pull, write, apply, recorded } = clone();
  write('team.yaml', lab().teamAt(lab().main));
  expect((await apply()).code).toBe(0);
  await record(recorded(), lab().main);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('of no commit of the main branch') });
  pull(lab().main);
  expect((await apply()).code).toBe(0);
  await record(recorded(), lab().main);
  expect(await check()).toMatchObject({ code: 0 });
});
