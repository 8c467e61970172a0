import { approvalInTest, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, clone, check } = approvalInTest();

test.each([
  ['without an emergency before', 'none'],
  ['after an emergency from a file of no commit', 'file'],
  ['after an emergency from a branch', 'branch'],
])("an administrator's apply in a checkout of main begins the next check there, %s", async (_what, emergency) => {
  const { pull, write, apply, recorded } = clone();
  const applied = async () => {
    expect((await apply()).code).toBe(0);
    await record(recorded(), lab().main);
    return recorded().commit;
  };
  pull(lab().main);
  await applied();
  // A change that no one approved, and that the workflow refuses.
  const branch = lab().propose('suspend', 'ada', suspended).head.sha;
  const main = lab().pushFiles('main', { 'opentofu.lock.hcl': '# by the administrator' });
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  if (emergency === 'branch') pull(branch);
  else pull(main);
  if (emergency === 'file') write('team.yaml', suspended(lab().teamAt(main)));
  if (emergency !== 'none') await applied();
  // It is over. The administrator checks main, and applies it, as the comment says.
  pull(main);
  const commit = await applied();
  const { code, stderr } = await check();
  expect({ commit, code, stderr }).toEqual({ commit: main, code: 0, stderr: '' });
});
