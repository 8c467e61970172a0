import { approvalInTest, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

/** Ada and Dee own the lab; Bo can write. What tests push is of 1970, what they merge of today. */
const { lab, record, approve, check } = approvalInTest();

const EMERGENCY = '1970-01-01T01:00:00.000Z';

test.each([
  ['opentofu.lock.hcl', 'a commit of a branch', false],
  ['.github/workflows/apply.yml', 'a commit of a branch', false],
  ['opentofu.lock.hcl', 'no commit', true],
])(
  '%s, refused before an administrator applied the file of %s, is not carried past the check',
  async (path, _what, isOfNone) => {
    const { main } = lab();
    const branch = lab().propose('suspend', 'ada', suspended);
    lab().pushFiles('main', { [path]: 'hostile' });
    // A workflow refuses it.
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    // An emergency: at a terminal, an administrator applies the branch as Ada made it, without what was pushed.
    const { sha } = branch.head;
    const commit = isOfNone ? null : sha;
    await record({ commit, earlier: [main], at: EMERGENCY, since: EMERGENCY }, sha);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    // "With another file, no workflow applies until that file is merged." The branch is updated, approved by Dee, and merged.
    lab().update('suspend');
    approve(branch, 'dee');
    lab().merge(branch, 'ada');
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  },
);
