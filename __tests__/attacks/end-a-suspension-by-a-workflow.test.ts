import { approvalInTest, pays, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

/** Ada and Dee own the lab; Bo and Cy can write. An administrator has applied a file that no commit has. */
const { lab, record, approve, check } = approvalInTest();

const EMERGENCY = '1970-01-01T00:00:02.500Z';

/** Applied at a terminal from a file with Bo suspended, that was not committed. */
async function suspend(): Promise<void> {
  const head = lab().propose('never-merged', 'ada', suspended).head.sha;
  await record({ commit: head, earlier: [lab().main], at: EMERGENCY, since: EMERGENCY }, head);
}

async function upgrade(): Promise<void> {
  const branch = lab().pushFiles('upgrade', { '.github/workflows/drift.yml': '# the next release' });
  const pull = lab().open('upgrade', 'cy', branch);
  approve(pull, 'ada');
  lab().merge(pull, 'cy');
}

test('without anything merged, the suspension stays', async () => {
  await suspend();
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test("an administrator's suspension is not ended by an approved change of a workflow", async () => {
  await suspend();
  await upgrade();
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test('a push of a writer that no one approved is not passed over, because an approved change of a workflow follows', async () => {
  await suspend();
  lab().push('main', pays('bo'));
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  await upgrade();
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});
