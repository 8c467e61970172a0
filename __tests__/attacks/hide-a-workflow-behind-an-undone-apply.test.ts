import { approvalInTest, resumed, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, merged, clone, check } = approvalInTest();

/** cy's branch: a workflow of their own, then the suspension that an administrator applies from it. */
test('a workflow of a branch that an administrator applied and undid needs an approval, once someone pushed it to main', async () => {
  const { pull, apply, recorded } = clone();
  const before = lab().main;
  lab().pushFiles('cy', { '.github/workflows/apply.yml': 'hostile', '.gitattributes': '*.hcl text' });
  const suspends = lab().push('cy', suspended);
  for (const commit of [before, suspends, before]) {
    pull(commit);
    expect((await apply()).code).toBe(0);
  }
  // No pull request, no approval: by someone who may bypass the rules (W8).
  lab().set('main', suspends);
  await record(recorded(), before);
  expect(await check()).toMatchObject({ code: 1 });
  merged('resume', resumed);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
}, 60_000);
