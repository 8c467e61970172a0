import { approvalInTest, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

const { lab, record, merged, clone, check } = approvalInTest();

test.each([
  ['of a member', 'Bo', 'bo'],
  ['of the only owner who approved', 'Ada', 'ada'],
])(
  "an administrator's suspension %s, applied between two steps of a job, is not ended by that job",
  async (_what, name, who) => {
    const { write, pull, apply, recorded } = clone();
    pull(lab().main);
    expect((await apply()).code).toBe(0);
    // Anything that an owner approved; or a writer starts the workflow again, as often as they like.
    const commit = merged('words', (team) => team.replace('name: Cy', 'name: Cy Moreau'));
    await record(recorded(), commit);
    // The job: "Check the approval".
    const checked = await check();
    expect(checked.code).toBe(0);
    // While the job installs OpenTofu and takes the apply role, an administrator suspends Bo at a terminal.
    write('team.yaml', suspended(lab().teamAt(lab().main), name));
    expect((await apply()).code).toBe(0);
    const after = recorded();
    expect(after.team.members).toContainEqual(expect.objectContaining({ key: who, suspended: true }));
    await record(after, commit);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
    // The job: "Apply".
    pull(commit);
    const { 'owner-ids': ids = '', 'applied-at': at = '' } = checked.outputs;
    const options = ['--commit', commit, '--owner-ids', ids, '--applied-at', at, '--result', 'result.json'];
    const applied = await apply(...options);
    const now = recorded().team.members.find(({ key }: { key: string }) => key === who);
    expect({ code: applied.code, suspended: now.suspended }).toEqual({ code: 1, suspended: true });
  },
);
