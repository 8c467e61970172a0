import { randomBytes } from 'node:crypto';
import { approvalInTest } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

/** A writer wants no apply to end in time, by what an approver does not see. Ada owns the lab; Bo and Cy can write. */
const { server, lab, approve, check } = approvalInTest();

const names = Array.from({ length: 10_000 }, () => `data/${randomBytes(30).toString('hex')}`);
const HAD = {
  // Asked last: Git would fetch the folders of a second head as soon as it is asked whether it has that commit.
  'a large folder': Object.fromEntries(names.map((name) => [name, 'x'])),
  'a large file': { 'data.txt': randomBytes(15_000_000).toString('base64') },
};

test('what approved branches once had, and have no more, is not fetched by the applies that follow', async () => {
  for (const [what, files] of Object.entries(HAD)) {
    const { main } = lab();
    const describes = (team: string) => team.replace(/name: Cy.*?,/, `name: Cy ${what.length},`);
    lab().push(what, describes, [main, lab().commit(files, [main])]);
    const pull = lab().open(what, 'bo');
    approve(pull, 'ada');
    lab().merge(pull, 'bo');
  }
  expect(await check()).toMatchObject({ code: 0, stderr: '' });
  expect(server().gitBytes).toBeLessThan(100_000);
});
